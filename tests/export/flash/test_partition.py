import random
import subprocess
import sys

import pytest

from edge.errors import UserError
from export.flash.image import ImageFile, partition_start
from export.flash.partition import MountedFolder


@pytest.fixture(params=["folder", "image"])
def partition(request, tmp_path, samples):
    files = {"cmdline.txt": "root=x\n", "overlays/README": "overlays\n"}
    if request.param == "image":
        samples.image(tmp_path / "card.img", files, megabytes=8)
        return ImageFile(tmp_path / "card.img")
    for name, text in files.items():
        (tmp_path / "bootfs" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "bootfs" / name).write_text(text)
    return MountedFolder(tmp_path / "bootfs")


def test_names_lists_files_and_folders(partition):
    assert partition.names() == ["cmdline.txt", "overlays"]
    assert partition.names("overlays") == ["README"]
    assert partition.names("maskwatch") == []


def test_what_is_written_is_read_back(partition):
    content = random.Random(0).randbytes(300_000)
    partition.write("maskwatch/maskwatch-0.1.0-trixie.tar", [content[:100_000], content[100_000:]])
    assert partition.read("maskwatch/maskwatch-0.1.0-trixie.tar") == content
    assert partition.names("maskwatch") == ["maskwatch-0.1.0-trixie.tar"]


def test_an_empty_file_can_be_written(partition):
    partition.write("ssh", [b""])
    assert partition.read("ssh") == b""


def test_a_file_is_replaced(partition):
    partition.write("cmdline.txt", [b"root=y and more\n"])
    assert partition.read("cmdline.txt") == b"root=y and more\n"
    assert partition.names() == ["cmdline.txt", "overlays"]


def test_a_file_is_removed(partition):
    partition.remove("overlays/README")
    assert partition.names("overlays") == []


def test_free_space_shrinks_by_what_is_written(partition):
    free = partition.free_bytes()
    partition.write("big", [bytes(5 << 20)])
    assert partition.free_bytes() <= free - (4 << 20)


def test_an_image_without_space_says_so(tmp_path, samples):
    samples.image(tmp_path / "card.img", {"cmdline.txt": "root=x\n"}, megabytes=8)
    with pytest.raises(OSError, match="No space left"):
        ImageFile(tmp_path / "card.img").write("big", (bytes(1 << 20) for _ in range(10)))


def test_a_folder_keeps_the_old_file_if_writing_is_cut_short(tmp_path):
    def broken():
        yield b"half of it"
        raise KeyboardInterrupt

    (tmp_path / "cmdline.txt").write_text("root=x\n")
    with pytest.raises(KeyboardInterrupt):
        MountedFolder(tmp_path).write("cmdline.txt", broken())
    assert (tmp_path / "cmdline.txt").read_text() == "root=x\n"
    assert MountedFolder(tmp_path).names() == ["cmdline.txt"]


def test_what_a_card_that_was_pulled_out_has_of_a_file_goes_with_the_next_one(tmp_path):
    pulled_out = (
        "import os, sys; from pathlib import Path; from export.flash.partition import MountedFolder\n"
        "MountedFolder(Path(sys.argv[1])).write('a.tar', (os._exit(9) if half else b'half' for half in (0, 1)))"
    )
    assert subprocess.run([sys.executable, "-c", pulled_out, tmp_path], check=False).returncode == 9
    assert MountedFolder(tmp_path).names() != ["a.tar"]
    MountedFolder(tmp_path).write("b.tar", [b"whole"])
    assert MountedFolder(tmp_path).names() == ["b.tar"]


def test_writing_an_image_touches_only_its_fat_partition(tmp_path, samples):
    path = tmp_path / "card.img"
    samples.image(path, {"cmdline.txt": "root=x\n"}, megabytes=8)
    before = path.read_bytes()
    ImageFile(path).write("maskwatch/bundle.tar", [bytes(1 << 20)])
    after, end = path.read_bytes(), (2048 + 8 * 2048) * 512
    assert after[: 2048 * 512] == before[: 2048 * 512]
    assert after[end:] == before[end:]
    assert len(after) == len(before)


@pytest.mark.parametrize(
    ("head", "says"),
    [
        (b"\xfd7zXZ\x00", "packed.*xz -d"),
        (b"PK\x03\x04", "packed.*unzip"),
        (bytes(512), "not an image of a card"),
        (bytes(510) + b"\x55\xaa", "no FAT partition"),
        (b"short", "not an image of a card"),
    ],
)
def test_a_file_that_is_no_image_is_refused(tmp_path, head, says):
    (tmp_path / "card.img").write_bytes(head)
    with pytest.raises(UserError, match=says):
        partition_start(tmp_path / "card.img")


def test_missing_mtools_are_asked_for(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UserError, match="apt install mtools"):
        ImageFile(tmp_path / "card.img")
