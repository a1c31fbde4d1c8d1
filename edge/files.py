"""Reading files within a limit, and changes on the disk that a power cut leaves done or undone, never half done."""

import contextlib
import errno
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

PARTIAL = ".partial"
"""Ending of the name of what is being written or removed; readers ignore it."""


def read_at_most(path: Path, largest: int) -> bytes:
    """A file's content, of which no more than the limit is ever in memory.

    Args:
        path: The file.
        largest: Its size at most, in bytes.

    Raises:
        OSError: It cannot be read, no file can have that name, or it is larger.
    """
    try:
        with path.open("rb") as file:
            content = file.read(largest + 1)
    except ValueError as error:  # a NUL character, or a letter that file names cannot hold
        raise OSError(errno.EINVAL, "no file can have that name") from error
    if len(content) > largest:
        raise OSError(errno.EFBIG, f"it is larger than {largest // 1024} KB")
    return content


def write_whole(path: Path, content: bytes, *, mode: int = 0o644) -> None:
    """Write a file, and its folder where that is missing; a reader sees the old content or the new.

    Raises:
        OSError: It cannot be written; the old file is as it was, and nothing else is left behind.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}{PARTIAL}")
    try:
        with partial.open("wb") as file:
            file.write(content)
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        partial.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            partial.unlink()
        raise
    sync_folder(path.parent)


@contextlib.contextmanager
def folder_for(path: Path) -> Iterator[None]:
    """Make a folder and those above it; of the new ones, those that are empty at the end are removed."""
    made = [folder for folder in (path, *path.parents) if not folder.exists()]
    path.mkdir(parents=True, exist_ok=True)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            for folder in made:
                folder.rmdir()


def link_whole(path: Path, target: str) -> None:
    """Point a symbolic link to `target`, in place of an older link."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}{PARTIAL}")
    partial.unlink(missing_ok=True)
    partial.symlink_to(target)
    partial.replace(path)
    sync_folder(path.parent)


def move_whole(source: Path, target: Path) -> None:
    """Rename a folder once everything in it is on the disk."""
    os.sync()
    source.rename(target)
    sync_folder(target.parent)


def remove_whole(folder: Path) -> None:
    """Remove a folder; it is renamed first, so that nothing mistakes what a power cut leaves for a whole folder."""
    partial = folder if folder.name.endswith(PARTIAL) else folder.with_name(folder.name + PARTIAL)
    if folder != partial:
        shutil.rmtree(partial, ignore_errors=True)
        folder.rename(partial)
        sync_folder(folder.parent)
    shutil.rmtree(partial)


def sync_folder(folder: Path) -> None:
    """Flush the names in a folder to the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
