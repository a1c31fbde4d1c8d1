import hashlib
import io
import json
import os
import tarfile

import pytest
from rich.console import Console

# What ssh is asked to run, run here: its options and the host's name are left out.
SSH = r"""#!/bin/sh
while [ "$1" != -- ]; do shift; done
export DOOR="$2"
case $DOOR in
switched-off) exit 255 ;;
greeting) printf 'Gr\374\337 Gott\nWelcome to ' ;;
full) ulimit -f 1 ;;
interrupted) kill -INT $PPID; sleep 0.5; exit 255 ;;
cut-off) head -c 1000 | sh -c "$3"; exit 255 ;;
esac
exec sh -c "$3"
"""

# Stands for the installer; each door has its own luck.
INSTALLER = """
import os, sys
status = {"sick": 1, "other": 2, "stopped": 130}.get(os.environ["DOOR"], 0)
print("unpacking")
print(f"{os.environ['DOOR']} ends with {status}, root {sys.argv[2]}")
sys.exit(status)
"""


@pytest.fixture
def console():
    return Console(file=io.StringIO(), width=200)


@pytest.fixture
def ssh(tmp_path, monkeypatch):
    """An `ssh` whose devices are all this machine."""
    programs = tmp_path / "programs"
    programs.mkdir()
    for name, script in (("ssh", SSH), ("sudo", '#!/bin/sh\nexec "$@"\n')):
        (programs / name).write_text(script)
        (programs / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    return programs


@pytest.fixture
def small_bundle(tmp_path):
    """A bundle with nothing but an installer that has an answer for each device."""
    file = tmp_path / "maskwatch-1.0+a-trixie.tar"
    files = {"install.py": hashlib.sha256(INSTALLER.encode()).hexdigest()}
    manifest = {"release": "1.0+a", "target": "trixie", "files": files}
    with tarfile.open(file, "w") as archive:
        for name, text in (("install.py", INSTALLER), ("manifest.json", json.dumps(manifest))):
            member = tarfile.TarInfo(name)
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text.encode()))
    return file
