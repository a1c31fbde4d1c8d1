"""The boot partition inside an image file, through mtools: no loop device, no mounting, no root."""

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from edge.errors import UserError
from export.flash.partition import BootPartition

SECTOR_BYTES = 512
TABLE_START, ENTRY_BYTES, ENTRIES = 446, 16, 4
FAT_TYPES = (0x04, 0x06, 0x0B, 0x0C, 0x0E)
PACKED = {b"\xfd7zXZ": "xz -d", b"\x1f\x8b": "gunzip", b"PK\x03\x04": "unzip", b"\x28\xb5\x2f\xfd": "zstd -d"}


class ImageFile(BootPartition):
    """The first FAT partition of an image file.

    mtools has written FAT for thirty years and is in every distribution. The Python libraries that could replace
    it are young, or depend on packages that are no longer maintained.
    """

    def __init__(self, path: Path) -> None:
        """Find the partition.

        Raises:
            UserError: The file is no image with such a partition, or mtools are missing.
        """
        if shutil.which("mcopy") is None:
            raise UserError(
                f"Writing into the image {path} needs mtools",
                "install them (`apt install mtools`), "
                "or write the image to a card and name the folder where its boot partition is mounted",
            )
        self._path = path
        self._drive = f"{path}@@{partition_start(path)}"

    def __str__(self) -> str:
        return str(self._path)

    def _names(self, folder: str) -> list[str]:
        listed = self._run("mdir", "-b", f"::/{folder}", check=False).decode(errors="replace").splitlines()
        return sorted(line.rstrip("/").rsplit("/", 1)[1] for line in listed if line.startswith("::/"))

    def _read(self, name: str) -> bytes:
        return self._run("mtype", f"::/{name}")

    def _write(self, name: str, chunks: Iterable[bytes]) -> None:
        folder = name.rpartition("/")[0]
        if folder and folder not in self._names(""):
            self._run("mmd", f"::/{folder}")
        with subprocess.Popen(
            ["mcopy", "-o", "-i", self._drive, "-", f"::/{name}"],
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=_environment(),
        ) as copy:
            digest, said = _feed(copy, chunks)
        # mcopy ends with status 0 when the partition is full, so it is asked what is there now.
        if copy.returncode or hashlib.sha256(self._read(name)).digest() != digest:
            raise OSError(said.decode(errors="replace").strip().replace("\n", ", ") or f"mcopy of {name} failed")
        self._sync()

    def _remove(self, name: str) -> None:
        self._run("mdel", f"::/{name}")
        self._sync()

    def free_bytes(self) -> int:
        """Free space."""
        found = re.search(r"([\d ]+) bytes free", self._run("mdir", "::/").decode())
        if found is None:
            raise OSError(f"mdir does not say how much space is free in {self._path}")
        return int(found[1].replace(" ", ""))

    def _run(self, program: str, *arguments: str, check: bool = True) -> bytes:
        done = subprocess.run(
            [program, "-i", self._drive, *arguments], capture_output=True, env=_environment(), check=False
        )
        if check and done.returncode:
            raise OSError(done.stderr.decode(errors="replace").strip() or f"{program} failed")
        return done.stdout

    def _sync(self) -> None:
        with self._path.open("rb") as file:
            os.fsync(file.fileno())


def partition_start(path: Path) -> int:
    """Where the first FAT partition begins, in bytes from the start of the image file.

    Raises:
        UserError: The file cannot be read, is packed, or has no such partition in its MBR partition table.
    """
    try:
        with path.open("rb") as file:
            head = file.read(SECTOR_BYTES)
    except OSError as error:
        raise UserError(f"The image {path} cannot be read ({error.strerror})", "name one that can") from error
    for magic, program in PACKED.items():
        if head.startswith(magic):
            raise UserError(f"The image {path} is packed", f"unpack it with `{program}` first")
    if head[-2:] == b"\x55\xaa":
        for start in range(TABLE_START, TABLE_START + ENTRIES * ENTRY_BYTES, ENTRY_BYTES):
            entry = head[start : start + ENTRY_BYTES]
            if entry[4] in FAT_TYPES:
                return int.from_bytes(entry[8:12], "little") * SECTOR_BYTES
    raise UserError(f"{path} is not an image of a card", "its partition table has no FAT partition to boot from")


def _feed(program: "subprocess.Popen[bytes]", chunks: Iterable[bytes]) -> tuple[bytes, bytes]:
    """The digest of the program's input, and its output. A broken pipe is ignored, because the program reports why."""
    digest = hashlib.sha256()
    for chunk in chunks:
        digest.update(chunk)
        with suppress(BrokenPipeError):
            if program.stdin:
                program.stdin.write(chunk)
    return digest.digest(), program.communicate()[1]


def _environment() -> dict[str, str]:
    """As the tools write for programs, and without a settings file of the user's."""
    return {**os.environ, "LC_ALL": "C", "MTOOLSRC": os.devnull, "MTOOLS_SKIP_CHECK": "1"}
