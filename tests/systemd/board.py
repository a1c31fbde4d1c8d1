"""A container that stands in for a Raspberry Pi: Debian with its own systemd."""

import json
import re
import shutil
import signal
import subprocess
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from .layers import NSPAWN, laid_over

SETTINGS = Path("etc/maskwatch/maskwatch.toml")

WATCHDOG_SECONDS = 3
"""What a hurried unit's watchdog waits."""

PATIENCE = 120
"""Seconds until the slowest machine has done what a test waits for."""


class Board:
    """Boots when it is entered, and is gone without a trace afterwards.

    Args:
        folder: An empty one.
        below: Folders that make up its root, the uppermost first; they stay as they are.
        clip: A recording for its camera.
        settings: The text of its settings; the recording lies beside them.
        options: More of systemd-nspawn's.
    """

    def __init__(self, folder, below, clip, settings, *, options=()):
        self.root, self._folder, self._below = folder / "root", folder, below
        self._console, self._clip, self.settings = folder / "console", clip, settings
        self._options = options

    def __enter__(self):
        with ExitStack() as opened:
            opened.callback(shutil.rmtree, self._folder)
            opened.enter_context(laid_over(self._below, self._folder / "changes", self.root))
            self._set_up()
            opened.callback(self._switch_off)
            self.switch_on()
            self._opened = opened.pop_all()
        return self

    def __exit__(self, *exception):
        self._opened.close()

    def switch_on(self):
        """Boot it."""
        command = [*NSPAWN, *self._options, "-D", self.root, "-b"]
        with self._console.open("ab") as console:
            self._nspawn = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=console, stderr=console)
        self.wait_until(self._is_up)

    def reboot(self):
        """Shut it down in good order and boot it."""
        self._switch_off()
        self.switch_on()

    def cut_power(self):
        """End everything that runs on it, at once. What is in its /run is gone too."""
        subprocess.run(["kill", "-KILL", str(self._leader), str(self._nspawn.pid)], check=True)
        self._nspawn.wait()

    def __call__(self, *command, check=True):
        """Run a command on it as root; what it prints."""
        finished = self.ask(*command)
        assert not check or finished.returncode == 0, f"{command}: {finished.stderr}"
        return finished.stdout.strip()

    def ask(self, *command):
        """Run a command on it as root; its status and what it prints."""
        outside = ("nsenter", "-t", str(self._leader), "--all", "--")
        return subprocess.run([*outside, *command], capture_output=True, text=True, check=False)

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
    def release(self):
        """The release whose program runs: that of the libraries which the process has loaded."""
        loaded = set(
            re.findall(r"/opt/maskwatch/releases/([^/]+)/lib/", self.file(f"proc/{self.pid}/maps").read_text())
        )
        (release,) = loaded
        return release

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

    def _set_up(self):
        (self.root / SETTINGS).parent.mkdir(exist_ok=True)
        shutil.copy(self._clip, self.root / SETTINGS.parent)
        (self.root / SETTINGS).write_text(self.settings)

    def _switch_off(self):
        self._nspawn.send_signal(signal.SIGTERM)  # an orderly shutdown
        try:
            self._nspawn.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._nspawn.kill()
            self._nspawn.wait()
