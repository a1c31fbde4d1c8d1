"""Everything that the checks ask a machine, in one place, so that a test can pass an invented machine."""

import getpass
import grp
import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from edge.board import Board
from edge.doctor.gpio_lines import busy_lines

COMMAND_SECONDS = 10.0
"""How long a command may take, in seconds; a slower command counts as having no answer."""


def answer_of(command: Sequence[str]) -> str:
    """A command's standard output; empty if the command is missing, fails or hangs."""
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, errors="replace", timeout=COMMAND_SECONDS, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout


def group_names() -> frozenset[str]:
    """The groups that this process is in."""
    return frozenset(group.gr_name for group in grp.getgrall() if group.gr_gid in {os.getegid(), *os.getgroups()})


def user_name() -> str:
    """The user who runs this process; a number if that user has no name."""
    try:
        return getpass.getuser() if os.geteuid() else "root"
    except (KeyError, OSError):
        return str(os.geteuid())


def free_bytes(folder: Path) -> int:
    """Free space on a folder's disk for users other than root, in bytes."""
    return shutil.disk_usage(folder).free


@dataclass(frozen=True, kw_only=True)
class Machine:
    """A machine as the checks see it; the defaults are this one."""

    root: Path = Path("/")
    """Root of its file system."""
    run: Callable[[Sequence[str]], str] = answer_of
    """Runs a command that changes nothing, and returns its output."""
    bits: int = 64 if sys.maxsize > 2**32 else 32
    """Of the programs, which may have fewer bits than the kernel."""
    architecture: str = field(default_factory=platform.machine)
    python: tuple[int, int, int] = sys.version_info[:3]
    search_path: tuple[str, ...] = field(default_factory=lambda: tuple(sys.path))
    """Where Python looks for packages, in order."""
    user: str = field(default_factory=user_name)
    groups: frozenset[str] = field(default_factory=group_names)
    clock: Callable[[], float] = time.time
    """Unix time."""
    free_bytes: Callable[[Path], int] = free_bytes
    busy_lines: Callable[[Path], Mapping[int, str] | None] = busy_lines
    """Which program uses which of the header's GPIO lines, given the folder of device files; None if unknown."""

    def path(self, absolute: str) -> Path:
        """Where a path such as "/sys/class" lies."""
        return self.root / absolute.lstrip("/")

    def read(self, absolute: str) -> str:
        """A file's text without surrounding white space; empty if the file cannot be read."""
        try:
            return self.path(absolute).read_text(errors="replace").strip("\0\n ")
        except OSError:
            return ""

    @property
    def board(self) -> Board:
        """The board itself."""
        return Board(self.root)
