import os
import subprocess
import sys

import pytest

from export.bundle.bundle import pack_bundle, save_bundle
from export.bundle.program import build_program
from export.bundle.target import Target


@pytest.fixture(scope="session")
def program(tmp_path_factory):
    """Our wheel."""
    return build_program(tmp_path_factory.mktemp("program"))


@pytest.fixture(scope="session")
def here():
    """This machine as a target, which needs nothing of its operating system."""
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    return Target(name="here", python=python, machine=os.uname().machine, needs={})


@pytest.fixture(scope="session")
def bundle(program, here):
    """A bundle for this machine, with our wheel alone."""
    return pack_bundle(here, [program])


@pytest.fixture(scope="session")
def unpack(bundle):
    """Unpacks it into a folder, as a device does."""

    def unpack(folder):
        unpacked = folder / "unpacked"
        unpacked.mkdir()
        subprocess.run(["tar", "-xf", save_bundle(bundle, folder)], cwd=unpacked, check=True)
        return unpacked

    return unpack


@pytest.fixture
def unpacked(unpack, tmp_path):
    """The same, unpacked."""
    return unpack(tmp_path)
