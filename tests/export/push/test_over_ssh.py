"""The whole way: a real sshd on the loopback, a real bundle, a folder that stands for the device's root."""

import os
import subprocess

import pytest

from edge.releases.layout import Layout
from edge.releases.record import linked_release
from export.bundle.bundle import pack_bundle, save_bundle
from export.bundle.program import build_program
from export.bundle.target import Target
from export.push.push import push


@pytest.fixture
def door(sshd, tmp_path):
    """The folder with the files of a device that `ssh door` reaches."""
    return tmp_path / "door"


@pytest.fixture
def bundle(tmp_path):
    """A bundle for the Python that this machine's operating system brings."""
    version = "import sys; print(*sys.version_info[:2], sep='.')"
    python = subprocess.run(["/usr/bin/python3", "-c", version], capture_output=True, text=True, check=True).stdout
    target = Target(name="here", python=python.strip(), machine=os.uname().machine, needs={})
    return save_bundle(pack_bundle(target, [build_program(tmp_path / "program")]), tmp_path)


@pytest.mark.slow
def test_a_bundle_is_installed_over_ssh(door, bundle, console):
    (result,) = push(["door"], bundle, console, root=str(door))
    assert result.good, console.file.getvalue()
    assert result.said.endswith("is current.")
    assert f"maskwatch-{linked_release(Layout(door).current)}-here.tar" == bundle.name


@pytest.mark.slow
def test_a_device_that_is_for_something_else_refuses_it_and_says_why(door, tmp_path, console):
    target = Target(name="bookworm", python="2.7", needs={})
    bundle = save_bundle(pack_bundle(target, [build_program(tmp_path / "program")]), tmp_path)
    (result,) = push(["door"], bundle, console, root=str(door))
    assert (result.good, result.outcome) == (False, "refused it")
    assert "This bundle is for bookworm (Python 2.7" in result.said
    assert not door.exists()
