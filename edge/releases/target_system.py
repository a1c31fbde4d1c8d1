"""The machine that releases are installed on, as far as this room deals with it."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from edge.errors import UserError
from edge.releases.layout import Layout


@dataclass(frozen=True)
class Outcome:
    """How a program ended."""

    status: int
    output: str = ""
    """What it wrote to standard output."""

    @property
    def good(self) -> bool:
        """Whether it says that all went well."""
        return self.status == 0


Run = Callable[[Sequence[str], float], Outcome]
"""Runs a program for at most a number of seconds."""

LATE = 124
"""Exit status of a program that was ended because its time was up."""

PYTHONS = {"trixie": "3.13", "bookworm": "3.11"}
"""Version of Python of each system that a bundle can be for, by code name, the newest first."""

MACHINE = "aarch64"
"""The processor that bundles are for."""

HERE = (f"{sys.version_info.major}.{sys.version_info.minor}", os.uname().machine)
"""This Python's version and this machine's processor."""

MISSING = 127
"""Exit status where there is no such program."""


@dataclass(frozen=True, kw_only=True)
class TargetSystem:
    """A device, or a folder that stands for one."""

    layout: Layout
    notes: TextIO
    """Gets a line for each thing done."""
    run: Run
    live: bool
    """Whether systemd runs here, so that a release can be tried at once."""
    sleep: Callable[[float], None] = field(default=time.sleep)

    def say(self, line: str) -> None:
        """Print a line; the work goes on if the reader has gone (a lost connection)."""
        try:
            self.notes.write(line + "\n")
            self.notes.flush()
        except OSError:
            pass

    def systemctl(self, *arguments: str, seconds: float = 60.0) -> Outcome:
        """Run systemctl, where systemd runs."""
        return self.run(("systemctl", *arguments), seconds) if self.live else Outcome(0)


def open_target_system(root: Path, notes: TextIO) -> TargetSystem:
    """The target system below `root`; programs are run for "/" alone, since they know of no other.

    Raises:
        UserError: The system may not be changed by this user, or would forget the change.
    """
    refuse_other_root(root)
    if root != Path("/"):
        return TargetSystem(layout=Layout(root), notes=notes, run=lambda *_: Outcome(0), live=False)
    if os.geteuid() != 0:
        raise UserError("Only root can change the releases", "run it with sudo")
    if forgets_changes(Path("/proc/cmdline").read_text()):
        raise UserError(
            "The root file system is a read-only overlay and forgets what is installed",
            "run `sudo raspi-config nonint disable_overlayfs`, reboot, install, and enable it again",
        )
    return TargetSystem(layout=Layout(root), notes=notes, run=run_program, live=Path("/run/systemd/system").is_dir())


def refuse_other_root(root: Path) -> None:
    """Refuse a root that can hold no files.

    Raises:
        UserError: It is no folder.
    """
    if root.exists() and not root.is_dir():
        raise UserError(f"{root} is no folder", "name the root of a device's files with --root")


def run_program(command: Sequence[str], seconds: float) -> Outcome:
    """Run a program, its errors going where ours go."""
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        return Outcome(LATE)
    except FileNotFoundError:
        return Outcome(MISSING)
    return Outcome(done.returncode, done.stdout)


def refuse_other_machine(*, python: str, machine: str, target: str, here: tuple[str, str] = HERE) -> None:
    """Refuse wheels that were built for another Python or processor.

    Raises:
        UserError: This is another one.
    """
    if here != (python, machine):
        raise UserError(
            f"This bundle is for {target} (Python {python} on {machine}), and this is Python {here[0]} on {here[1]}",
            _fitting(*here),
        )


def _fitting(python: str, machine: str) -> str:
    """Where a bundle for this machine comes from, if there can be one."""
    target = next((name for name, its_python in PYTHONS.items() if its_python == python), None)
    if machine == MACHINE and target:
        return f"make one with `maskwatch-export bundle --target {target}`"
    return "there are bundles for Raspberry Pi OS (64-bit) alone, Bookworm or Trixie, and its own Python"


def forgets_changes(kernel_command: str) -> bool:
    """Whether the kernel was told to lay memory over the root file system, as raspi-config's overlay does."""
    words = kernel_command.split()
    return "boot=overlay" in words or any(
        word.startswith("overlayroot=") and word != "overlayroot=disabled" for word in words
    )
