"""Changes on the disk that a power cut leaves done or undone, and never half done."""

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

PARTIAL = ".partial"
"""Ending of what is being written or removed; it counts for nothing."""


def write_whole(path: Path, content: bytes, *, mode: int = 0o644) -> None:
    """Write a file, and its folder where it is missing; a reader sees the old content or the new.

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
    """Make a folder, and those above it; of these, what is empty in the end goes again."""
    made = [folder for folder in (path, *path.parents) if not folder.exists()]
    path.mkdir(parents=True, exist_ok=True)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            for folder in made:
                folder.rmdir()


def link_whole(path: Path, target: str) -> None:
    """Point a symbolic link to `target`, whatever it pointed to before."""
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
    """Remove a folder; it loses its name first, so that what a power cut leaves of it is taken for nothing else."""
    partial = folder if folder.name.endswith(PARTIAL) else folder.with_name(folder.name + PARTIAL)
    if folder != partial:
        shutil.rmtree(partial, ignore_errors=True)
        folder.rename(partial)
        sync_folder(folder.parent)
    shutil.rmtree(partial)


def sync_folder(folder: Path) -> None:
    """Have the names in a folder on the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
