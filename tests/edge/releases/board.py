"""A device in a folder: its disk, and a systemd that keeps to the rules that the releases rely on."""

import io
import json
import shutil
import zipfile
from hashlib import sha256
from os import uname
from pathlib import Path
from sys import version_info

from edge.releases.activate import GUARD
from edge.releases.layout import UNIT, Layout
from edge.releases.target_system import Outcome, TargetSystem

UNIT_TEXT = "[Service]\nExecStart=/opt/maskwatch/current/bin/maskwatch run\n[Install]\nWantedBy=multi-user.target\n"

UNIT_FOLDERS = ("etc/systemd/system", "run/systemd/system", "usr/local/lib/systemd/system")
"""Where systemd looks for units, the first one counts."""


class Board:
    """What is in the folder outlives a process; what is in its /run does not outlive a power cut."""

    def __init__(self, folder):
        self.root, self._state = folder / "root", folder / "systemd.json"
        self.layout = Layout(self.root)
        self.notes = io.StringIO()
        self.calls = []
        self.before_program = lambda: None
        if not self.root.exists():
            (self.root / "etc").mkdir(parents=True)
            self.power_cut()

    def system(self, *, live=True):
        return TargetSystem(layout=self.layout, notes=self.notes, run=self.run, live=live, sleep=lambda _: None)

    @property
    def running(self):
        """The release whose program runs, or None."""
        return self._remembered()["running"]

    @property
    def guard(self):
        return self._remembered()["guard"]

    def power_cut(self):
        """Off and on again."""
        shutil.rmtree(self.root / "run", ignore_errors=True)
        (self.root / "run/systemd/system").mkdir(parents=True)
        self._remember(running=None, guard=False)
        if (self.root / "etc/systemd/system/multi-user.target.wants" / UNIT).is_symlink():
            self._start()

    def guard_fires(self):
        """Time goes by, and the timer does what it was given to do."""
        if self.guard:
            self.layout.trial_unit.unlink(missing_ok=True)
            self._remember(guard=False)
            self._start()

    def run(self, command, _seconds):
        self.before_program()
        self.calls.append(list(command))
        match [part for part in command if not part.startswith("--")]:
            case ["systemctl", verb, *units]:
                return self._systemctl(verb, units)
            case ["systemd-run", *_]:
                self._remember(guard=True)
            case ["journalctl", *_]:
                return Outcome(0, 'the camera gives no frame.\n{"event": "fault"}\n')
            case [program, "doctor"]:
                return self._doctor(Path(program))
        return Outcome(0)

    def _systemctl(self, verb, units):
        match verb:
            case "restart" if UNIT in units:
                return Outcome(0 if self._start() else 1)
            case "start":
                return Outcome(0 if self.running or self._start() else 1)
            case "is-active":
                return Outcome(0 if self.guard else 3)
            case "stop" if UNIT in units:
                self._remember(running=None)
            case "stop" if units == [f"{GUARD}.*"]:
                self._remember(guard=False)
            case "show":
                return Outcome(0, f"ActiveState={'active' if self.running else 'failed'}\nNRestarts=0\n")
        return Outcome(0)

    def _start(self):
        """Start the unit that counts; whether it became ready. A release that is not whole cannot run."""
        unit = next((unit for folder in UNIT_FOLDERS if (unit := self._find(folder)) is not None), None)
        self._remember(running=None)
        if unit is None:
            return False
        program = self._within(unit.read_text().split("ExecStart=")[1].split()[0])
        release = program.parent.parent
        if not program.exists() or not (release / "release.json").exists():
            return False
        if "mute" in (release / "lib/edge/temper.txt").read_text():
            return False
        self._remember(running=release.name)
        return True

    def _find(self, folder):
        link = self.root / folder / UNIT
        file = self._within(f"/{folder}/{UNIT}")
        return file if (link.is_symlink() or link.exists()) and file.exists() else None

    def _within(self, path):
        """Follow the links in a path as a process on the board does: "/" is the board's root."""
        here = self.root
        for part in Path(path).parts[1:]:
            here = here / part
            if here.is_symlink():
                to = here.readlink()
                here = self._within(str(to)) if to.is_absolute() else here.parent / to
        return here

    def _doctor(self, program):
        sick = "sick" in (program.parent.parent / "lib/edge/temper.txt").read_text()
        finding = {"name": "locator", "level": "fail" if sick else "ok", "text": "answers wrongly", "remedy": ""}
        return Outcome(int(sick), json.dumps([finding]))

    def _remembered(self):
        return json.loads(self._state.read_text())

    def _remember(self, **what):
        before = self._remembered() if self._state.exists() else {}
        self._state.write_text(json.dumps(before | what))


def write_bundle(folder, release, temper="well"):
    """An unpacked bundle for this machine; `temper` is how the release will fare: "well", "mute" or "sick"."""
    (folder / "wheels").mkdir(parents=True)
    (folder / "systemd").mkdir()
    with zipfile.ZipFile(folder / "wheels/maskwatch-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("edge/__init__.py", "")
        wheel.writestr("edge/cli.py", f"def entry():\n    print({release!r})\n")
        wheel.writestr("edge/temper.txt", temper)
        wheel.writestr("edge/models/door_cnn.tflite", "the shipped one")
    (folder / "systemd" / UNIT).write_text(UNIT_TEXT)
    (folder / "systemd/sysusers.conf").write_text("u maskwatch -\n")
    (folder / "systemd/tmpfiles.conf").write_text("d /etc/maskwatch\n")
    (folder / "maskwatch.toml").write_text("# the bundle's\n")
    manifest = {
        "release": release,
        "version": "1.0",
        "target": "trixie",
        "python": f"{version_info.major}.{version_info.minor}",
        "machine": uname().machine,
        "needs": {},
    }
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    manifest["files"] = {str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest() for path in files}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder
