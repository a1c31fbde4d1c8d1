"""`maskwatch install` for a tar: the installer in it does the work, and has the time that it needs."""

import hashlib
import io
import json
import os
import signal
import subprocess
import sys
import tarfile

import pytest

from edge.errors import UserError
from edge.releases.bundle_file import install_bundle_file

SLOW_TO_END = b"""
import signal, sys, time

def end(*_):
    time.sleep(0.5)
    print("the old one runs again")
    sys.exit(1)

signal.signal(signal.SIGINT, end)
print("at work", flush=True)
time.sleep(60)
"""

COMMAND = """
import sys
from pathlib import Path
from edge.releases.bundle_file import install_bundle_file
sys.exit(install_bundle_file(Path(sys.argv[1]), Path(sys.argv[2])))
"""


@pytest.fixture
def pack(tmp_path):
    """Makes a tar with that for an installer."""

    def pack(installer):
        file = tmp_path / "bundle.tar"
        with tarfile.open(file, "w") as archive:
            files = {"install.py": hashlib.sha256(installer).hexdigest()}
            manifest = json.dumps({"release": "1.0+a", "target": "trixie", "files": files}).encode()
            for name, content in (("manifest.json", manifest), ("install.py", installer)):
                member = tarfile.TarInfo(name)
                member.size = len(content)
                archive.addfile(member, io.BytesIO(content))
        return file

    return pack


def test_its_installer_s_status_is_the_command_s(pack, tmp_path):
    assert install_bundle_file(pack(b"raise SystemExit(7)"), tmp_path / "root") == 7


def test_ctrl_c_leaves_the_installer_the_time_to_bring_the_old_release_back(pack, tmp_path):
    command = [sys.executable, "-c", COMMAND, pack(SLOW_TO_END), tmp_path / "root"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, process_group=0) as running:
        assert running.stdout.readline() == "at work\n"
        os.killpg(running.pid, signal.SIGINT)
        assert running.communicate()[0] == "the old one runs again\n"
    assert running.returncode == 1


def test_nothing_of_what_it_unpacks_stays(pack, tmp_path):
    install_bundle_file(pack(b""), tmp_path / "root")
    assert list(tmp_path.glob("root/**/*")) == []


def test_what_is_no_bundle_is_refused(tmp_path):
    (tmp_path / "no.tar").write_text("nothing")
    with pytest.raises(UserError, match=r"is no bundle .*, or copy it again"):
        install_bundle_file(tmp_path / "no.tar", tmp_path / "root")
    assert not (tmp_path / "root").exists()
