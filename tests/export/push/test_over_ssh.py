"""The whole way: a real sshd on the loopback, a real bundle, a folder that stands for the device's root."""

import os
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from edge.releases.layout import Layout
from edge.releases.record import linked_release
from export.bundle.bundle import pack_bundle, save_bundle
from export.bundle.program import build_program
from export.bundle.target import Target
from export.push.push import push

SSHD = Path("/usr/sbin/sshd")

SERVER = """
ListenAddress 127.0.0.1
Port {port}
HostKey {folder}/host
AuthorizedKeysFile {folder}/user.pub
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
"""

CLIENT = """
Host door
    HostName 127.0.0.1
    Port {port}
    IdentityFile {folder}/user
    IdentitiesOnly yes
    UserKnownHostsFile {folder}/known
    StrictHostKeyChecking accept-new
"""


@pytest.fixture
def door(tmp_path, monkeypatch):
    """A device that `ssh door` reaches; its files lie in the folder that this gives."""
    if not SSHD.exists() or os.geteuid() != 0:
        pytest.skip("not run, because openssh-server is not installed or this is not root")
    port = _free_port()
    for key in ("host", "user"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / key], check=True)
    (tmp_path / "server").write_text(SERVER.format(port=port, folder=tmp_path))
    (tmp_path / "client").write_text(CLIENT.format(port=port, folder=tmp_path))
    _put_ssh_first(tmp_path, monkeypatch)
    Path("/run/sshd").mkdir(exist_ok=True)
    server = subprocess.Popen([SSHD, "-D", "-e", "-f", tmp_path / "server"], stderr=subprocess.PIPE, text=True)
    try:
        while "Server listening" not in server.stderr.readline():
            assert server.poll() is None
        yield tmp_path / "door"
    finally:
        server.terminate()
        server.communicate(timeout=60)


def _put_ssh_first(folder, monkeypatch):
    """The user's settings, which `ssh` would look for in the home folder."""
    programs = folder / "programs"
    programs.mkdir()
    (programs / "ssh").write_text(f'#!/bin/sh\nexec {shutil.which("ssh")} -F {folder}/client "$@"\n')
    (programs / "ssh").chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


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
