"""The service's status as a small record: `maskwatch doctor` reads it, and systemd's status line is made from it."""

import json
import os
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

from edge.errors import UserError
from edge.files import read_at_most, write_whole
from edge.records import parse_json, read_record

STATUS_FILE = "status.json"
"""The record's name in the service's runtime directory."""

LARGEST_STATUS = 65_536
"""A larger file is no status, in bytes."""

State = Literal["starting", "watching", "blind"]
""""starting": no frame yet; "watching": frames go through the loop; "blind": they did, and the camera is lost."""


@dataclass(frozen=True, kw_only=True)
class Status:
    """What the service does at one moment."""

    state: State = "starting"
    source: str = ""
    """The camera in the settings."""
    version: str = ""
    """maskwatch's version."""
    since: float = 0.0
    """Unix time at which this state began."""
    at: float = 0.0
    """Unix time of this record."""
    frames_per_second: float | None = None
    """Over about the last second; None until it has been measured."""
    milliseconds: float = 0.0
    """Mean time that a frame took in the loop."""
    people: int = 0
    """How many are in view, without still faces such as posters."""
    celsius: float | None = None
    """The processor's temperature, in degrees Celsius."""
    trouble: str = ""
    """What is wrong with the camera now."""
    remedy: str = ""
    """How to end the trouble."""
    fault: str = ""
    """The last fault that a person must fix; the service may still run."""

    def text(self) -> str:
        """The status in one line, as `systemctl status` shows it."""
        if self.trouble:
            return " ".join(str(UserError(self.trouble, self.remedy)).split())
        if self.frames_per_second is None:
            return self.state
        facts = [
            f"{self.frames_per_second:.1f} frames a second",
            f"{self.milliseconds:.0f} ms each",
            {0: "nobody", 1: "1 person"}.get(self.people, f"{self.people} people") + " in view",
        ]
        return ", ".join(facts if self.celsius is None else [*facts, f"{self.celsius:.0f} °C"])


class StatusRecord:
    """Holds the newest status, and keeps a copy of it in a file."""

    def __init__(
        self, status: Status | None = None, *, path: Path | None = None, clock: Callable[[], float] = time.time
    ) -> None:
        """Nothing is written yet.

        Args:
            status: What is known at the start.
            path: The file; None keeps no copy.
            clock: Tells the Unix time, in seconds.
        """
        self.status = status or Status()
        self._path, self._clock = path, clock

    def update(self, **changes: Any) -> Status:
        """Change some fields of `Status`, and replace the file; a file that cannot be written is left out."""
        now = round(self._clock(), 3)
        begins = not self.status.since or changes.get("state", self.status.state) != self.status.state
        self.status = replace(self.status, **changes, at=now, since=now if begins else self.status.since)
        if self._path:
            with suppress(OSError):
                write_whole(self._path, json.dumps(asdict(self.status)).encode())
        return self.status


def read_status(path: Path) -> Status | None:
    """The status in a file; None if there is none that can be read."""
    try:
        return read_record(Status, parse_json(read_at_most(path, LARGEST_STATUS)))
    except (OSError, ValueError):
        return None


def runtime_directory(environment: Mapping[str, str] = os.environ) -> Path | None:
    """The folder that systemd removes when the service stops; None outside a service."""
    first = environment.get("RUNTIME_DIRECTORY", "").partition(":")[0]
    return Path(first) if first else None


def status_file(environment: Mapping[str, str] = os.environ) -> Path | None:
    """Where the service writes its status; None outside a service."""
    folder = runtime_directory(environment)
    return folder / STATUS_FILE if folder else None
