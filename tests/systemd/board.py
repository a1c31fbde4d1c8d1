"""A container that stands in for a Raspberry Pi: Debian with its own systemd, and maskwatch installed as on a card."""

import json
import shutil
import signal
import subprocess
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from .layers import LIBRARIES, RELEASE, REPOSITORY, debian, libraries, run

SETTINGS = Path("etc/maskwatch/maskwatch.toml")

IGNORED = shutil.ignore_patterns("__pycache__")

WATCHDOG_SECONDS = 3
"""What a hurried unit's watchdog waits."""

PATIENCE = 120
"""Seconds until the slowest machine has done what a test waits for."""


class Board:
    """Boots when it is entered, and is gone without a trace afterwards.

    Args:
        folder: An empty one.
        clip: A recording for its camera.
        settings: The text of its settings; the recording lies beside them.
        read_only: Whether all but /run and /tmp is.
    """

    def __init__(self, folder, clip, settings, *, read_only=False):
        self.root, self._layers = folder / "root", folder / "layers"
        self._console, self._clip, self.settings = folder / "console", clip, settings
        self._options = ["--read-only"] if read_only else []

    def __enter__(self):
        with ExitStack() as opened:
            self._mount()
            opened.callback(subprocess.run, ["umount", self.root], check=True)
            self._install()
            self._nspawn = self._switch_on()
            opened.callback(self._switch_off)
            self.wait_until(self._is_up)
            self._opened = opened.pop_all()
        return self

    def __exit__(self, *exception):
        self._opened.close()

    def __call__(self, *command, check=True):
        """Run a command on it as root; what it prints."""
        outside = ("nsenter", "-t", str(self._leader), "--all", "--")
        finished = subprocess.run([*outside, *command], capture_output=True, text=True, check=False)
        assert not check or finished.returncode == 0, f"{command}: {finished.stderr}"
        return finished.stdout.strip()

    def wait_until(self, come_true):
        """Wait until something that is asked again and again is true, and return it."""
        until = time.monotonic() + PATIENCE
        while not (answer := come_true()):
            assert time.monotonic() < until, self("journalctl", "--no-pager", "-n", "40", check=False)
            time.sleep(0.1)
        return answer

    def show(self, name):
        """A property of the unit, as systemd has it now."""
        return self("systemctl", "show", "--value", "-p", name, "maskwatch")

    def file(self, path):
        """A file of the running board, to read or to write."""
        return Path(f"/proc/{self._leader}/root") / path

    def log(self):
        """All that the program has written."""
        return self("journalctl", "--no-pager", "-o", "cat", "-t", "maskwatch").splitlines()

    def events(self, since=0):
        """The events in the log, without so many lines at its beginning."""
        return [json.loads(line) for line in self.log()[since:] if line.startswith("{")]

    def said(self, event, since=0):
        """The first such event, once it is in the log."""
        return self.wait_until(lambda: next((e for e in self.events(since) if e["event"] == event), None))

    @property
    def pid(self):
        """The program's process, 0 for none."""
        return int(self.show("MainPID"))

    @property
    def watching(self):
        """Whether it is ready, and stays so without anybody's doing."""
        return self.show("ActiveState") == "active"

    @property
    def _leader(self):
        """Its first process, as this machine counts it; 0 before systemd runs there."""
        children = Path(f"/proc/{self._nspawn.pid}/task/{self._nspawn.pid}/children").read_text().split()
        there = children and Path(f"/proc/{children[0]}/comm").read_text() == "systemd\n"
        return int(children[0]) if there else 0

    def _is_up(self):
        if self._nspawn.poll() is not None:
            pytest.skip(f"not run, because systemd-nspawn failed: {self._console.read_text().strip()}")
        states = ("starting", "running", "degraded")
        return self._leader and self("systemctl", "is-system-running", check=False) in states

    def _mount(self):
        for name in ("changes", "work"):
            (self._layers / name).mkdir(parents=True)
        self.root.mkdir()
        below = f"lowerdir={libraries()}:{debian()},upperdir={self._layers}/changes,workdir={self._layers}/work"
        run("mount", "-t", "overlay", "overlay", "-o", below, self.root)

    def _install(self):
        release = self.root / RELEASE
        (release / "bin").mkdir()
        (release / "bin" / "python3").symlink_to("/usr/bin/python3")
        (release / "pyvenv.cfg").write_text("home = /usr/bin\ninclude-system-site-packages = true\n")
        command = release / "bin" / "maskwatch"
        command.write_text(f"#!/{RELEASE}/bin/python3\nimport sys\nfrom edge.cli import main\nsys.exit(main())\n")
        command.chmod(0o755)
        shutil.copytree(REPOSITORY / "edge", self.root / LIBRARIES / "edge", ignore=IGNORED)
        (release.parent.parent / "current").symlink_to(Path("releases") / release.name)
        self._install_units()
        shutil.copy(self._clip, self.root / SETTINGS.parent)
        (self.root / SETTINGS).write_text(self.settings)

    def _install_units(self):
        units = REPOSITORY / "systemd"
        shutil.copy(units / "maskwatch.service", self.root / "etc/systemd/system")
        shutil.copy(units / "sysusers.conf", self.root / "usr/lib/sysusers.d/maskwatch.conf")
        shutil.copy(units / "tmpfiles.conf", self.root / "usr/lib/tmpfiles.d/maskwatch.conf")
        run("systemd-sysusers", f"--root={self.root}", "maskwatch.conf")
        run("systemd-tmpfiles", f"--root={self.root}", "--create", "maskwatch.conf")
        run("systemctl", f"--root={self.root}", "enable", "maskwatch")

    def _switch_on(self):
        command = ("systemd-nspawn", "-q", "--register=no", "--keep-unit", "--console=pipe", *self._options)
        with self._console.open("wb") as console:
            return subprocess.Popen(
                [*command, "-D", self.root, "-b"], stdin=subprocess.DEVNULL, stdout=console, stderr=console
            )

    def _switch_off(self):
        self._nspawn.send_signal(signal.SIGTERM)  # an orderly shutdown
        try:
            self._nspawn.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._nspawn.kill()
            self._nspawn.wait()
