"""A container that stands in for a Raspberry Pi: Debian with its own systemd, and maskwatch installed as on a card."""

import json
import shutil
import signal
import subprocess
import time
from contextlib import ExitStack
from pathlib import Path

from .layers import LIBRARIES, RELEASE, REPOSITORY, debian, libraries, run

SETTINGS = Path("etc/maskwatch/maskwatch.toml")

PATIENCE = 120
"""Seconds until the slowest machine has done what a test waits for."""


class Board:
    """Boots when it is entered, and is gone without a trace afterwards.

    Args:
        folder: An empty one.
        clip: A recording for its camera.
        settings: Text of its settings, "{clip}" for where it has the recording.
    """

    def __init__(self, folder, clip, settings):
        self.root, self._layers = folder / "root", folder / "layers"
        self._clip, self.settings = clip, settings
        self._ended = ExitStack()

    def __enter__(self):
        with self._ended:
            self._mount()
            self._install()
            command = ("systemd-nspawn", "-q", "--register=no", "--keep-unit", "-D", self.root, "-b", "--console=pipe")
            with (self._layers / "console").open("wb") as console:
                self._nspawn = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=console, stderr=console)
            self._ended.callback(self._switch_off)
            self.wait_until(self._is_up)
            self._ended = self._ended.pop_all()
        return self

    def __exit__(self, *exception):
        self._ended.close()

    def __call__(self, *command, check=True):
        """Run a command on it as root; what it prints."""
        outside = ("nsenter", "-t", str(self._leader), "--all", "--")
        return subprocess.run([*outside, *command], capture_output=True, text=True, check=check).stdout.strip()

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

    def hurry(self):
        """Let its watchdog wait for less than it does at a door."""
        override = self.file("run/systemd/system/maskwatch.service.d/hurry.conf")
        override.parent.mkdir(parents=True)
        override.write_text("[Service]\nWatchdogSec=5\n")
        self("systemctl", "daemon-reload")
        self("systemctl", "restart", "maskwatch")

    def file(self, path):
        """A file of the running board, to read or to write."""
        return Path(f"/proc/{self._leader}/root") / path

    def mark(self):
        """The log's present end, for `log` and `events`."""
        return self("journalctl", "-n", "0", "--show-cursor").rpartition("-- cursor: ")[2]

    def log(self, mark=None):
        """What the program has written since."""
        since = [f"--after-cursor={mark}"] if mark else []
        return self("journalctl", "--no-pager", "-o", "cat", "-t", "maskwatch", *since).splitlines()

    def events(self, mark=None):
        """The events in the log since."""
        return [json.loads(line) for line in self.log(mark) if line.startswith("{")]

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
        return self._leader and self("systemctl", "is-system-running", check=False) in ("starting", "running")

    def _mount(self):
        for name in ("changes", "work"):
            (self._layers / name).mkdir(parents=True)
        self.root.mkdir()
        below = f"lowerdir={libraries()}:{debian()},upperdir={self._layers}/changes,workdir={self._layers}/work"
        run("mount", "-t", "overlay", "overlay", "-o", below, self.root)
        self._ended.callback(subprocess.run, ["umount", self.root], check=True)

    def _install(self):
        release = self.root / RELEASE
        (release / "bin").mkdir()
        (release / "bin" / "python3").symlink_to("/usr/bin/python3")
        (release / "pyvenv.cfg").write_text("home = /usr/bin\ninclude-system-site-packages = true\n")
        command = release / "bin" / "maskwatch"
        command.write_text(f"#!/{RELEASE}/bin/python3\nimport sys\nfrom edge.cli import main\nsys.exit(main())\n")
        command.chmod(0o755)
        shutil.copytree(
            REPOSITORY / "edge", self.root / LIBRARIES / "edge", ignore=shutil.ignore_patterns("__pycache__")
        )
        (release.parent.parent / "current").symlink_to(Path("releases") / release.name)
        units = REPOSITORY / "systemd"
        shutil.copy(units / "maskwatch.service", self.root / "etc/systemd/system")
        shutil.copy(units / "sysusers.conf", self.root / "usr/lib/sysusers.d/maskwatch.conf")
        shutil.copy(units / "tmpfiles.conf", self.root / "usr/lib/tmpfiles.d/maskwatch.conf")
        (self.root / SETTINGS.parent).mkdir()
        shutil.copy(self._clip, self.root / SETTINGS.parent)
        (self.root / SETTINGS).write_text(self.settings)
        run("systemctl", f"--root={self.root}", "enable", "maskwatch")

    def _switch_off(self):
        self._nspawn.send_signal(signal.SIGTERM)  # an orderly shutdown
        try:
            self._nspawn.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._nspawn.kill()
            self._nspawn.wait()
