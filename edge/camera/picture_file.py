"""Reading picture files whose size is known, and bounded, before any of them is decoded."""

import re
import struct
from pathlib import Path

import cv2
import numpy as np

from edge.errors import UserError

PICTURE_SUFFIXES = (".bmp", ".jpeg", ".jpg", ".png", ".webp")

MOST_PIXELS = 50_000_000
"""Of a picture or a video frame: decoded, 150 MB, which a board of 512 MB can still hold."""

HEADER_BYTES = 1 << 20
"""The size of a JPEG follows its EXIF data, thumbnails and color profile."""

JPEG_SIZE_MARKERS = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""Those of the segments that hold a JPEG's size."""


def read_picture(path: Path) -> np.ndarray:
    """Decode a picture, turned upright by its EXIF orientation.

    Returns:
        uint8 (height, width, 3), RGB.

    Raises:
        UserError: It is missing, unreadable, too large, or not a picture.
    """
    check_picture(path)
    try:
        image = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_COLOR)
    except (OSError, cv2.error):
        image = None
    if image is None:
        raise _no_picture(path)
    return cv2.cvtColor(image, cv2.COLOR_BGR2RGB)


def check_picture(path: Path) -> None:
    """Refuse, by its header alone, a file that is not a picture or that would fill the memory.

    Raises:
        UserError: It is missing, unreadable, too large, or not a picture.
    """
    try:
        with path.open("rb") as file:
            size = picture_size(file.read(HEADER_BYTES))
    except OSError as error:
        raise UserError(f"{path} cannot be read ({error.strerror})", "check its name and its permissions") from error
    if size is None or min(size) < 1:
        raise _no_picture(path)
    check_size(path, *size)


def check_size(path: Path, width: int, height: int) -> None:
    """Refuse a picture or a video that would fill the memory.

    Raises:
        UserError: It has more than MOST_PIXELS.
    """
    if width * height > MOST_PIXELS:
        raise UserError(
            f"{path} is too large ({width} x {height} pixels)",
            f"scale it down to {MOST_PIXELS // 1_000_000} megapixels or fewer",
        )


def picture_size(header: bytes) -> tuple[int, int] | None:
    """Width and height in pixels as a picture's header states them; None if these are not a picture's first bytes."""
    for magic, size in (
        (rb"\x89PNG\r\n\x1a\n.{4}IHDR", _png_size),
        (rb"BM", _bmp_size),
        (rb"RIFF.{4}WEBPVP8", _webp_size),
        (rb"\xff\xd8\xff", _jpeg_size),
    ):
        if re.match(magic, header, re.DOTALL):
            try:
                return size(header)
            except (struct.error, IndexError):  # the header ends too soon
                return None
    return None


def _png_size(header: bytes) -> tuple[int, int]:
    width, height = struct.unpack_from(">II", header, 16)
    return width, height


def _bmp_size(header: bytes) -> tuple[int, int]:
    if header[14] == 12:  # OS/2's
        width, height = struct.unpack_from("<HH", header, 18)
    else:
        width, height = struct.unpack_from("<ii", header, 18)
    return width, abs(height)  # a negative height means that the rows go from top to bottom


def _webp_size(header: bytes) -> tuple[int, int]:
    kind = header[12:16]
    if kind == b"VP8X":
        return int.from_bytes(header[24:27], "little") + 1, int.from_bytes(header[27:30], "little") + 1
    if kind == b"VP8L":
        bits = struct.unpack_from("<I", header, 21)[0]
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    width, height = struct.unpack_from("<HH", header, 26)
    return width & 0x3FFF, height & 0x3FFF


def _jpeg_size(header: bytes) -> tuple[int, int] | None:
    at = 2
    while header[at] == 0xFF:
        marker = header[at + 1]
        if marker in JPEG_SIZE_MARKERS:
            height, width = struct.unpack_from(">HH", header, at + 5)
            return width, height
        # Fill bytes and restart markers have no length.
        alone = marker in (0x01, 0xFF) or 0xD0 <= marker <= 0xD7
        at += (1 if marker == 0xFF else 2) if alone else 2 + struct.unpack_from(">H", header, at + 2)[0]
    return None


def _no_picture(path: Path) -> UserError:
    kinds = ", ".join(PICTURE_SUFFIXES)
    return UserError(f"{path} cannot be read as a picture ({kinds})", "remove it or replace it")
