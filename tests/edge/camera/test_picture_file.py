import struct
import tracemalloc
import zlib

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.camera.picture_file import HEADER_BYTES, PICTURE_SUFFIXES, check_picture, picture_size, read_picture
from edge.errors import UserError

IMAGE = np.random.default_rng(1).integers(0, 255, (37, 53, 3), np.uint8)


def encoded(suffix, *options):
    return cv2.imencode(suffix, IMAGE, options)[1].tobytes()


ENCODED = {suffix: encoded(suffix) for suffix in PICTURE_SUFFIXES} | {
    "progressive.jpg": encoded(".jpg", cv2.IMWRITE_JPEG_PROGRESSIVE, 1),
    "lossless.webp": encoded(".webp", cv2.IMWRITE_WEBP_QUALITY, 101),
    "exif.jpg": b"\xff\xd8\xff\xe1" + struct.pack(">H", 60002) + bytes(60000) + encoded(".jpg")[2:],
    "filled.jpg": b"\xff\xd8\xff\xff" + encoded(".jpg")[2:],
}


@pytest.mark.parametrize("name", ENCODED)
def test_the_size_is_read_from_the_header(name):
    assert picture_size(ENCODED[name]) == (53, 37)


def png(width, height):
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + header
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))


def bmp(width, height):
    return b"BM" + bytes(12) + struct.pack("<IiiHH", 40, width, height, 1, 24) + bytes(24)


def jpeg(width, height):
    return b"\xff\xd8\xff\xc0" + struct.pack(">HBHHB", 17, 8, height, width, 3) + bytes(9)


def webp(width, height):
    sides = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return b"RIFF" + bytes(4) + b"WEBPVP8X" + struct.pack("<II", 10, 0) + sides


@pytest.mark.parametrize("make", [png, bmp, jpeg, webp])
def test_a_huge_picture_is_refused_by_its_header(make, tmp_path):
    (tmp_path / "huge").write_bytes(make(40_000, 30_000) + bytes(1000))
    tracemalloc.start()
    with pytest.raises(UserError, match=r"too large \(40000 x 30000 pixels\): scale it down"):
        read_picture(tmp_path / "huge")
    assert tracemalloc.get_traced_memory()[1] < 2 * HEADER_BYTES
    tracemalloc.stop()


def test_rows_from_the_top_down_are_counted_as_well():
    assert picture_size(bmp(160, -687_865_976)) == (160, 687_865_976)


@pytest.mark.parametrize("content", [b"", b"GIF89a", png(0, 5), bmp(-4, 5), ENCODED[".png"][:20], b"\xff\xd8\xff\xe1"])
def test_what_is_no_picture_is_refused_in_a_sentence(content, tmp_path):
    (tmp_path / "none.png").write_bytes(content)
    with pytest.raises(UserError, match="cannot be read as a picture"):
        check_picture(tmp_path / "none.png")


@pytest.mark.parametrize("suffix", PICTURE_SUFFIXES)
def test_a_picture_cut_short_is_refused(suffix, tmp_path):
    (tmp_path / "short").write_bytes(ENCODED[suffix][: len(ENCODED[suffix]) // 2])
    with pytest.raises(UserError, match="cannot be read as a picture"):
        read_picture(tmp_path / "short")


def test_a_picture_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(UserError, match="No such file"):
        read_picture(tmp_path / "none.png")


@given(st.sampled_from(list(ENCODED.values())), st.data())
def test_no_header_raises(content, data):
    at = data.draw(st.integers(0, 60))
    damaged = content[:at] + data.draw(st.binary(max_size=40)) + content[at:]
    size = picture_size(damaged[: data.draw(st.integers(0, len(damaged)))])
    assert size is None or len(size) == 2
