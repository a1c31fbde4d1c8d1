from dataclasses import replace

import pytest

from edge.doctor.check import Case
from edge.doctor.machine import Machine
from edge.doctor.service import Service
from edge.settings.schema import Settings


class MadeUpMachine:
    """A machine's files and commands as a test would have them."""

    def __init__(self, root):
        self.root, self.answers, self.facts = root, {}, {}

    def write(self, path, text):
        file = self.root / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def answer(self, command, text):
        """What the machine's command of this name writes."""
        self.answers[command] = text

    @property
    def machine(self):
        facts = {"bits": 64, "architecture": "aarch64", "python": (3, 11, 2), "user": "root", "groups": frozenset()}
        return Machine(root=self.root, run=lambda command: self.answers.get(command[0], ""), **{**facts, **self.facts})


@pytest.fixture
def desk(tmp_path):
    """A machine that is no Raspberry Pi, and has nothing."""
    root = tmp_path / "root"
    root.mkdir()
    return MadeUpMachine(root)


@pytest.fixture
def pi(desk):
    """A Raspberry Pi with which all is well."""
    desk.write("/proc/device-tree/model", "Raspberry Pi 4 Model B Rev 1.4\0")
    desk.write("/etc/os-release", 'NAME="Debian GNU/Linux"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n')
    desk.write("/sys/class/thermal/thermal_zone0/temp", "48312\n")
    desk.write("/sys/devices/platform/soc/soc:firmware/get_throttled", "0\n")
    desk.write("/usr/lib/python3/dist-packages/numpy/__init__.py", "")
    desk.write("/usr/lib/python3/dist-packages/numpy-1.24.2.egg-info/PKG-INFO", "")
    desk.facts["search_path"] = ("/usr/lib/python3/dist-packages",)
    desk.answer("timedatectl", "yes\n")
    desk.facts |= {"clock": lambda: 1_795_000_000.0, "free_bytes": lambda _: 12_300_000_000}
    desk.facts["busy_lines"] = lambda _: {}
    return desk


@pytest.fixture
def find():
    """Runs a check on a made-up machine."""

    def run(check, made_up, settings=None, **service):
        return check(Case(made_up.machine, settings or Settings(), replace(Service(), **service)))

    return run
