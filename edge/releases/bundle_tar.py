"""A bundle in one file: a tar that holds the files that its manifest lists, and nothing else.

Python's `tarfile` and GNU tar accept much more (links, devices, sparse files of 200 GB in 1 KB), so this module reads
the members one by one and accepts only plain files.
"""

import hashlib
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from edge.errors import UserError
from edge.releases.manifest import LARGEST_MANIFEST, MANIFEST, REMAKE, SIGNATURE, Manifest, parse_manifest

BLOCK = tarfile.BLOCKSIZE
CHUNK = 1 << 20
LARGEST_SIGNATURE = 1 << 14
MOST_MEMBERS = 1000


@dataclass(frozen=True)
class Member:
    """A plain file in the tar."""

    name: str
    start: int
    """Offset of its content in the tar, in bytes."""
    size: int
    whole: bool
    """Whether the tar holds all of it, and does not end before."""


@dataclass(frozen=True)
class BundleTar:
    """A bundle whose files match its manifest."""

    path: Path
    manifest: Manifest
    members: list[Member]

    def unpack(self, folder: Path) -> None:
        """Write its files, and nothing else, into an empty folder."""
        with self.path.open("rb") as file:
            for member in self.members:
                place = folder / member.name
                place.parent.mkdir(parents=True, exist_ok=True)
                with place.open("xb") as out:
                    for chunk in _content(file, member):
                        out.write(chunk)


def read_bundle_tar(path: Path) -> BundleTar:
    """Read a bundle and check each of its files.

    Raises:
        UserError: The file cannot be read, is not a bundle, or is damaged.
    """
    try:
        # Reading a pipe might never end.
        if path.exists() and not path.is_file():
            raise UserError(f"{path} is no file", "name the file of a bundle, which ends in .tar")
        with path.open("rb") as file:
            members = list(_members(file, path))
            manifest = parse_manifest(_small(file, members, MANIFEST, LARGEST_MANIFEST, path), path)
            _small(file, members, SIGNATURE, LARGEST_SIGNATURE, path)
            there = {member.name: _digest(file, member) for member in members}
    except OSError as error:
        raise UserError(f"The bundle {path} cannot be read ({error.strerror})", "name one that can") from error
    own = {name: digest for name, digest in there.items() if name not in (MANIFEST, SIGNATURE)}
    if wrong := sorted(name for name, _ in manifest.files.items() ^ own.items()):
        raise UserError(f"{path} is damaged ({wrong[0]!a})".replace("'", ""), "copy it again")
    return BundleTar(path, manifest, members)


def _members(file: BinaryIO, path: Path) -> Iterator[Member]:
    """The members up to the end of the file; a member that is cut off has the size that remains."""
    end = file.seek(0, 2)
    names: set[str] = set()
    at = 0
    while at + BLOCK <= end:
        file.seek(at)
        header = file.read(BLOCK)
        if header.count(0) == BLOCK:
            break
        try:
            info = tarfile.TarInfo.frombuf(header, "utf-8", "strict")
        except (tarfile.HeaderError, ValueError) as error:
            raise UserError(f"{path} is no bundle (it is no tar)", REMAKE) from error
        if info.type not in (tarfile.REGTYPE, tarfile.AREGTYPE) or info.size < 0:
            raise UserError(f"{path} is no bundle (it holds something else than plain files)", REMAKE)
        if info.name in names or len(names) >= MOST_MEMBERS:
            raise UserError(f"{path} is no bundle (it holds a file twice, or too many)", REMAKE)
        names.add(info.name)
        left = end - at - BLOCK
        yield Member(info.name, at + BLOCK, min(info.size, left), whole=info.size <= left)
        at += BLOCK + -(-info.size // BLOCK) * BLOCK
    if MANIFEST not in names:
        raise UserError(f"{path} is no bundle (no {MANIFEST})", REMAKE)


def _small(file: BinaryIO, members: list[Member], name: str, largest: int, path: Path) -> bytes:
    """Content of a member, up to a largest size; empty if there is no such member."""
    member = next((member for member in members if member.name == name), None)
    if member is None:
        return b""
    if member.size > largest:
        raise UserError(f"{path} is no bundle (its {name} is too large)", REMAKE)
    return b"".join(_content(file, member))


def _digest(file: BinaryIO, member: Member) -> str:
    """SHA-256 of a member's content; empty if the member is cut off."""
    if not member.whole:
        return ""
    digest = hashlib.sha256()
    for chunk in _content(file, member):
        digest.update(chunk)
    return digest.hexdigest()


def _content(file: BinaryIO, member: Member) -> Iterator[bytes]:
    file.seek(member.start)
    left = member.size
    while left and (chunk := file.read(min(left, CHUNK))):
        left -= len(chunk)
        yield chunk
