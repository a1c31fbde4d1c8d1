"""The boot partition of a card, mounted on a folder or inside an image file: the same few things can be done to it."""

import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from edge.files import sync_folder


class BootPartition(Protocol):
    """Files are named by their path on the partition, such as "maskwatch/first-boot.sh"."""

    def __str__(self) -> str:
        """What a person knows it by."""
        ...

    def names(self, folder: str = "") -> list[str]:
        """Names of the files and folders in a folder, none if the folder is not there."""
        ...

    def read(self, name: str) -> bytes:
        """Content of a file that is there."""
        ...

    def write(self, name: str, chunks: Iterable[bytes]) -> None:
        """Write a file, and its folder if need be, or replace it; on return it is on the card, not in a cache.

        Raises:
            OSError: The card does not take it; a file that was there before may be there still.
        """
        ...

    def remove(self, name: str) -> None:
        """Remove a file that is there."""
        ...

    def free_bytes(self) -> int:
        """Free space."""
        ...


class MountedFolder:
    """A boot partition that is mounted on a folder of this machine."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __str__(self) -> str:
        return str(self._folder)

    def names(self, folder: str = "") -> list[str]:
        """Names of the files and folders in a folder, none if the folder is not there."""
        place = self._folder / folder
        return sorted(path.name for path in place.iterdir()) if place.is_dir() else []

    def read(self, name: str) -> bytes:
        """Content of a file that is there."""
        return (self._folder / name).read_bytes()

    def write(self, name: str, chunks: Iterable[bytes]) -> None:
        """Write beside the old file, then rename, so that whoever pulls the card finds the old one or the new one.

        Raises:
            OSError: The card does not take it; the old file is there still.
        """
        path = self._folder / name
        path.parent.mkdir(exist_ok=True)
        new = path.with_name(f"{path.name}.new")
        try:
            with new.open("wb") as file:
                for chunk in chunks:
                    file.write(chunk)
                    file.flush()
                    # One by one, so that progress speaks of the card and not of a cache.
                    os.fsync(file.fileno())
            new.replace(path)
        except BaseException:
            new.unlink(missing_ok=True)
            raise
        sync_folder(path.parent)

    def remove(self, name: str) -> None:
        """Remove a file that is there."""
        (self._folder / name).unlink()
        sync_folder((self._folder / name).parent)

    def free_bytes(self) -> int:
        """Free space."""
        return shutil.disk_usage(self._folder).free
