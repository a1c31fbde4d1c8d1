"""The machine that releases are installed on."""

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
    """The text that it wrote to standard output."""

    @property
    def good(self) -> bool:
        """Whether the program succeeded."""
        return self.status == 0


Run = Callable[[Sequence[str], float], Outcome]
"""Runs a program, for at most the given number of seconds."""

LATE = 124
"""Exit status of a program that was stopped because it took too long."""

PYTHONS = {"trixie": "3.13", "bookworm": "3.11"}
"""Python's version on each system that bundles are made for, by code name, newest first."""

MACHINE = "aarch64"
"""The processor that bundles are for."""

HERE = (f"{sys.version_info.major}.{sys.version_info.minor}", os.uname().machine)
"""This Python's version and this machine's processor."""

MISSING = 127
"""Exit status if there is no such program."""


@dataclass(frozen=True, kw_only=True)
class TargetSystem:
    """A device, or a folder that represents one."""

    layout: Layout
    notes: TextIO
    """Gets a line for each step."""
    run: Run
    live: bool
    """Whether systemd runs here, so that a release can be tried at once."""
    sleep: Callable[[float], None] = field(default=time.sleep)

    def say(self, line: str) -> None:
        """Print a line; if nobody can read it any more (a lost connection), continue without."""
        try:
            self.notes.write(line + "\n")
            self.notes.flush()
        except OSError:
            pass

    def systemctl(self, *arguments: str, seconds: float = 60.0) -> Outcome:
        """Run systemctl, if systemd runs here."""
        return self.run(("systemctl", *arguments), seconds) if self.live else Outcome(0)


def open_target_system(root: Path, notes: TextIO) -> TargetSystem:
    """The target system below `root`; programs are run only if that is "/", since they act on the running system.

    Raises:
        UserError: This user may not change the system, or the system would lose the change.
    """
    refuse_other_root(root)
    if root != Path("/"):
        return TargetSystem(layout=Layout(root), notes=notes, run=lambda *_: Outcome(0), live=False)
    if os.geteuid() != 0:
        raise UserError("Only root can change the releases", "run it with sudo")
    if forgets_changes(Path("/proc/cmdline").read_text()):
        raise UserError(
            "The root file system is a read-only overlay, which loses an installation at the next boot",
            "run `sudo raspi-config nonint disable_overlayfs`, reboot, install, and enable it again",
        )
    return TargetSystem(layout=Layout(root), notes=notes, run=run_program, live=Path("/run/systemd/system").is_dir())


def refuse_other_root(root: Path) -> None:
    """Refuse a root that is not a folder.

    Raises:
        UserError: It is not a folder.
    """
    if root.exists() and not root.is_dir():
        raise UserError(f"{root} is not a folder", "name the root of a device's files with --root")


def run_program(command: Sequence[str], seconds: float) -> Outcome:
    """Run a program; its standard error is ours."""
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
        UserError: This machine has another Python or processor.
    """
    if here != (python, machine):
        raise UserError(
            f"This bundle is for {target} (Python {python} on {machine}), and this is Python {here[0]} on {here[1]}",
            _fitting(*here),
        )


def _fitting(python: str, machine: str) -> str:
    """How to get a bundle for this machine, if there can be one."""
    target = next((name for name, its_python in PYTHONS.items() if its_python == python), None)
    if machine == MACHINE and target:
        return f"make one with `maskwatch-export bundle --target {target}`"
    return "bundles exist only for Raspberry Pi OS (64-bit), Bookworm or Trixie, and its own Python"


def forgets_changes(kernel_command: str) -> bool:
    """Whether the kernel puts a memory overlay over the root file system, as raspi-config sets up."""
    words = kernel_command.split()
    return "boot=overlay" in words or any(
        word.startswith("overlayroot=") and word != "overlayroot=disabled" for word in words
    )
