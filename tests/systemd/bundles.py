"""Bundles for a test's board: of this source, and of others that differ from it in how they fare."""

import os
import subprocess
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from edge.errors import UserError
from export.bundle.bundle import pack_bundle, save_bundle
from export.bundle.target import Target
from export.bundle.wheels import locked_wheels

from .layers import PYTHON

TARGET = Target(
    name="container",
    python=PYTHON,
    machine=os.uname().machine,
    # Debian has no lgpio of its own, and the container no pins.
    needs={"numpy": "python3-numpy", "gpiozero": "python3-gpiozero"},
)

CHANGES = {
    "old": {},
    "next": {"edge/cli.py": "# Better than the old one."},
    "mute": {"edge/runtime/run.py": "def run(*_, **__): raise UserError('This one cannot begin.')"},
    "sick": {"edge/doctor/software.py": "def check_python(_): return Finding('python', 'fail', 'not to its taste')"},
    # The doctor sees nothing of it: the health check has to ask systemd itself.
    "brief": {
        "edge/doctor/software.py": "def check_service(_): return Finding('service', 'ok', 'is running')",
        "edge/runtime/loop.py": """
def watch(camera, locator, classifier, tracker, alarm, publisher):
    for frame, _ in zip(camera, range(5)):
        publisher.publish(FrameResult(frame, [], alarm.state, [], {}))
    raise SystemExit("That is enough for today.")
""",
    },
}
"""What is added at the end of which file, by the name that the tests give the bundle."""


@dataclass(frozen=True)
class Release:
    """One of them."""

    name: str
    file: Path


def save_release(program, folder, changes):
    """Make a bundle with our wheel, changed, and write it into a folder."""
    wheel = folder / program.name
    with zipfile.ZipFile(program) as source, zipfile.ZipFile(wheel, "w") as target:
        for name in source.namelist():
            target.writestr(name, source.read(name) + changes.get(name, "").encode())
    bundle = bundle_with(wheel)
    wheel.unlink()
    return Release(bundle.manifest["release"], save_bundle(bundle, folder))


def bundle_with(program):
    """A bundle for the board; without a network there may be none."""
    try:
        return pack_bundle(TARGET, [program, *locked_wheels(TARGET)])
    except UserError as error:
        pytest.skip(f"not run, because {error}")


def unpack(file, folder):
    """Unpack it, as a device does."""
    folder.mkdir()
    subprocess.run(["tar", "-xf", file, "-C", folder], check=True)
    return folder
