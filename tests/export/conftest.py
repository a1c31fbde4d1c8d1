import os
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

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
def sshd(tmp_path, monkeypatch):
    """A real sshd on the loopback, which `ssh door` reaches."""
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
        yield
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
