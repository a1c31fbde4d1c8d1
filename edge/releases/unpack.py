"""A release as a plain folder: wheels unpacked into `lib/`, and a launcher that puts it before the system's packages.

A virtual environment would not work as well: its scripts contain its own path, so it cannot be made under one name and
renamed when it is complete, and it needs python3-venv, which not every Raspberry Pi OS Lite has.
"""

import compileall
import lzma
import shutil
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from edge.errors import UserError
from edge.files import PARTIAL, move_whole, remove_whole, write_whole
from edge.releases.layout import Layout
from edge.releases.record import Record

# -s and -P: neither a user's own packages nor the launcher's folder come before what was installed.
LAUNCHER = b'''#!/usr/bin/python3 -sP
"""Starts the maskwatch of this release; numpy, gpiozero, lgpio and picamera2 are the operating system's."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "lib"))

from edge.cli import entry

entry()
'''

SPARE = 1.3
"""Space that a release needs relative to its unpacked wheels, because of compiled modules and partly filled blocks."""


def add_release(layout: Layout, record: Record, fill: Callable[[Path], None]) -> None:
    """Write a release beside the others; it gets its name when it is complete and on the disk.

    Args:
        layout: The device's paths.
        record: The release's description.
        fill: Writes the release's files into the folder that it is given.
    """
    folder = layout.release(record.name)
    partial = folder.with_name(folder.name + PARTIAL)
    partial.mkdir(parents=True)
    fill(partial)
    record.save(partial)
    move_whole(partial, folder)


def unpack_bundle(bundle: Path, folder: Path, *, final: Path) -> None:
    """Make a release's folder from an unpacked bundle; `final` is the path that it will have."""
    library = folder / "lib"
    for wheel in wheels_in(bundle):
        with _opened(wheel) as archive:
            archive.extractall(library)
    shutil.copytree(bundle / "systemd", folder / "systemd")
    write_whole(folder / "bin/maskwatch", LAUNCHER, mode=0o755)
    # Compile now, because the service may not write here later.
    compileall.compile_dir(library, quiet=2, stripdir=str(folder), prependdir=str(final))


def refuse_small_disk(bundle: Path, base: Path) -> None:
    """Refuse an installation for which there is too little space.

    Raises:
        UserError: There is too little space.
    """
    needed = 0.0
    for wheel in wheels_in(bundle):
        with _opened(wheel) as archive:
            needed += SPARE * sum(member.file_size for member in archive.infolist())
    free = shutil.disk_usage(base).free
    if free < needed:
        raise UserError(
            f"The release needs {needed / 1e6:.0f} MB below {base}, and {free / 1e6:.0f} MB are free", "make room first"
        )


def wheels_in(bundle: Path) -> list[Path]:
    """The bundle's wheels, in order of their names."""
    return sorted((bundle / "wheels").glob("*.whl"))


@contextmanager
def _opened(wheel: Path) -> Iterator[zipfile.ZipFile]:
    """Open a wheel.

    Raises:
        UserError: The file is not a wheel, or cannot be unpacked.
    """
    try:
        with zipfile.ZipFile(wheel) as archive:
            yield archive
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, ValueError, RuntimeError, EOFError) as error:
        raise UserError(f"{wheel.name} in the bundle is not a wheel", "make the bundle again") from error


def remove_partial(layout: Layout) -> None:
    """Remove what an interrupted installation or removal left behind."""
    for folder in layout.releases.glob(f"*{PARTIAL}"):
        remove_whole(folder)
