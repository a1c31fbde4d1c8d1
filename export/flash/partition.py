"""The boot partition of a card, mounted on a folder or inside an image file, with the same few operations."""

import os
import shutil
from abc import ABC, abstractmethod
from collections.abc import Iterable
from pathlib import Path

from edge.files import sync_folder

NEW = "maskwatch.new"
"""Name of what is being written."""


class BootPartition(ABC):
    """A FAT partition. Files are named by their path on it, such as "maskwatch/first-boot.sh".

    FAT ignores the case of names, so all searches here do, too: a file keeps the case that its name has on the card,
    and there is never a second one whose name differs only in case.
    """

    @abstractmethod
    def __str__(self) -> str:
        """Its name for a person."""

    def actual(self, name: str) -> str:
        """The name that a file or folder has on the card; the given name if it is not there."""
        found = ""
        for part in name.split("/") if name else []:
            names = self._names(found)
            same = part if part in names else next((one for one in names if one.lower() == part.lower()), part)
            found = f"{found}/{same}" if found else same
        return found

    def holds(self, name: str) -> bool:
        """Whether a file or folder is there."""
        folder, _, last = self.actual(name).rpartition("/")
        return last in self._names(folder)

    def names(self, folder: str = "") -> list[str]:
        """Names of the files and folders in a folder, none if the folder is not there."""
        return self._names(self.actual(folder))

    def read(self, name: str) -> bytes:
        """Content of a file that is there."""
        return self._read(self.actual(name))

    def write(self, name: str, chunks: Iterable[bytes]) -> None:
        """Write a file, and its folder if need be, or replace it; on return it is on the card, not in a cache.

        Raises:
            OSError: The card does not take it; a file that was there before may be there still.
        """
        self._write(self.actual(name), chunks)

    def remove(self, name: str) -> None:
        """Remove a file that is there."""
        self._remove(self.actual(name))

    @abstractmethod
    def free_bytes(self) -> int:
        """Free space."""

    @abstractmethod
    def _names(self, folder: str) -> list[str]:
        """As `names`; this and the following get names with the capitals that they have on the card."""

    @abstractmethod
    def _read(self, name: str) -> bytes: ...

    @abstractmethod
    def _write(self, name: str, chunks: Iterable[bytes]) -> None: ...

    @abstractmethod
    def _remove(self, name: str) -> None: ...


class MountedFolder(BootPartition):
    """A boot partition that is mounted on a folder of this machine."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __str__(self) -> str:
        return str(self._folder)

    def free_bytes(self) -> int:
        """Free space."""
        return shutil.disk_usage(self._folder).free

    def _names(self, folder: str) -> list[str]:
        place = self._folder / folder
        return sorted(path.name for path in place.iterdir()) if place.is_dir() else []

    def _read(self, name: str) -> bytes:
        return (self._folder / name).read_bytes()

    def _write(self, name: str, chunks: Iterable[bytes]) -> None:
        """Write beside the old file, then rename: a card that is pulled out has the old file or the new one.

        All writes in a folder use the same name for this, so the next one takes the place of what such a card has.
        """
        path = self._folder / name
        path.parent.mkdir(exist_ok=True)
        new = path.with_name(NEW)
        try:
            with new.open("wb") as file:
                for chunk in chunks:
                    file.write(chunk)
                    file.flush()
                    # One by one, so that the progress is that of the card and not of a cache.
                    os.fsync(file.fileno())
            new.replace(path)
        except BaseException:
            new.unlink(missing_ok=True)
            raise
        sync_folder(path.parent)

    def _remove(self, name: str) -> None:
        (self._folder / name).unlink()
        sync_folder((self._folder / name).parent)
