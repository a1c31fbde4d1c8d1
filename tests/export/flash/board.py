"""A board on which first-boot.sh runs for real, in a root of its own; programs of the system are stand-ins."""

import hashlib
import io
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

from export.flash.plan import FIRST_BOOT

MODULES = ("numpy", "gpiozero", "lgpio", "picamera2")
STAND_IN = '#!/bin/sh\necho "$(basename "$0") $*" >>"{calls}"\n{body}\n'
LED_SAYS = "print('led', open('{led}/trigger').read().strip(), flush=True)\n"

FAILS = "import sys; print('no camera was found'); sys.exit(3)"
"""An installer that fails."""


def add_signature(bundle, key, *, namespace="maskwatch-bundle"):
    """Sign a bundle; gives its file."""
    with tarfile.open(bundle) as archive:
        manifest = archive.extractfile("manifest.json").read()
    command = ["ssh-keygen", "-q", "-Y", "sign", "-f", key, "-n", namespace]
    signature = subprocess.run(command, input=manifest, capture_output=True, check=True).stdout
    with tarfile.open(bundle, "a") as archive:
        member = tarfile.TarInfo("manifest.json.sig")
        member.size = len(signature)
        archive.addfile(member, io.BytesIO(signature))
    return bundle


class Board:
    """A board with its root, its boot partition, its LED, and programs that write down how they were called."""

    def __init__(self, place: Path, bundle):
        self.root, self.folder, self.led = place / "root", place / "bootfs" / "maskwatch", place / "ACT"
        self.calls, self._bundle, self._programs = place / "calls", bundle, place / "programs"
        for folder in (self.root / "etc", self.root / "var/tmp", self.folder, self.led, self._programs):
            folder.mkdir(parents=True)
        (self.root / "etc/os-release").write_text('PRETTY_NAME="Debian GNU/Linux 13 (trixie)"\n')
        (self.led / "trigger").write_text("none timer heartbeat default-on [mmc0]\n")
        for name in ("systemctl", "ip", "apt-get", "sync"):
            self.program(name)
        (self._programs / "python3").symlink_to(sys.executable)
        self.modules = place / "modules"
        self.modules.mkdir()
        for name in MODULES:
            (self.modules / f"{name}.py").touch()
        shutil.copy(FIRST_BOOT, self.folder)

    def program(self, name, body=""):
        path = self._programs / name
        path.write_text(STAND_IN.format(calls=self.calls, body=body))
        path.chmod(0o755)

    def card(self, installer, *, shows_led=True):
        made = self._bundle(installer=(LED_SAYS.format(led=self.led) if shows_led else "") + installer)
        shutil.copy(made, self._tar)
        self._note_sum()

    def sign(self, key, *, namespace):
        """Adds a signature to the bundle on the card."""
        add_signature(self._tar, key, namespace=namespace)
        self._note_sum()

    @property
    def _tar(self):
        return self.folder / "maskwatch-0.1.0-trixie.tar"

    def _note_sum(self):
        tar = self._tar
        digest = hashlib.sha256(tar.read_bytes()).hexdigest()
        (self.folder / "bundle.sha256").write_text(f"{digest}  {tar.name}\n")

    def begin(self, command):
        seconds = {f"MASKWATCH_{name}_SECONDS": "0" for name in ("SUCCESS", "FAILURE", "NETWORK", "LOCK")}
        places = {"MASKWATCH_ROOT": str(self.root), "MASKWATCH_LED": str(self.led), "PYTHONPATH": str(self.modules)}
        path = {"PATH": f"{self._programs}:{os.environ['PATH']}"}
        return subprocess.Popen(
            ["sh", self.folder / "first-boot.sh", command],
            env=os.environ | seconds | places | path,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, command="install"):
        process = self.begin(command)
        process.communicate(timeout=60)
        return process.returncode

    @property
    def log(self):
        return (self.folder / "first-boot.log").read_text()

    @property
    def armed(self):
        return (self.root / "etc/systemd/system/multi-user.target.wants/maskwatch-first-boot.service").exists()

    @property
    def settings(self):
        return self.root / "etc/maskwatch/maskwatch.toml"
