"""A release as a plain folder: wheels unpacked into `lib/`, and a launcher that puts it before the system's packages.

A virtual environment would do no more, and less well: it bears its own path in each script, so that it cannot be made
under one name and renamed when it is whole, and it needs python3-venv, which not every Raspberry Pi OS Lite has.
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

from edge.cli import main

sys.exit(main())
'''

SPARE = 1.3
"""Space that a release needs, over that of its unpacked wheels: compiled modules, and blocks that are not full."""


def add_release(layout: Layout, record: Record, fill: Callable[[Path], None]) -> None:
    """Write a release beside the others; it gets its name when it is whole and on the disk.

    Args:
        layout: Where to.
        record: The release's description.
        fill: Fills the folder that it is given.
    """
    folder = layout.release(record.name)
    partial = folder.with_name(folder.name + PARTIAL)
    partial.mkdir(parents=True)
    fill(partial)
    record.save(partial)
    move_whole(partial, folder)


def unpack_bundle(bundle: Path, folder: Path, *, final: Path) -> None:
    """Make a release's folder out of an unpacked bundle; `final` is the name that it will have."""
    library = folder / "lib"
    for wheel in wheels_in(bundle):
        with _opened(wheel) as archive:
            archive.extractall(library)
    shutil.copytree(bundle / "systemd", folder / "systemd")
    write_whole(folder / "bin/maskwatch", LAUNCHER, mode=0o755)
    # The service may not write here, so that this is the only time that it can be done.
    compileall.compile_dir(library, quiet=2, stripdir=str(folder), prependdir=str(final))


def refuse_small_disk(bundle: Path, base: Path) -> None:
    """Refuse to begin what cannot be finished.

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
        UserError: It is none, or cannot be unpacked.
    """
    try:
        with zipfile.ZipFile(wheel) as archive:
            yield archive
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, ValueError, RuntimeError, EOFError) as error:
        raise UserError(f"{wheel.name} in the bundle is no wheel", "make the bundle again") from error


def remove_partial(layout: Layout) -> None:
    """Clear away what an installation or a removal that was cut short left behind."""
    for folder in layout.releases.glob(f"*{PARTIAL}"):
        remove_whole(folder)
