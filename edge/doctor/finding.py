"""What a check finds."""

from dataclasses import dataclass
from typing import Literal

from edge.errors import UserError

Level = Literal["ok", "warn", "fail"]
""""fail": the device cannot do its work; "warn": it can, and somebody should see to it."""


@dataclass(frozen=True)
class Finding:
    """The outcome of one check."""

    name: str
    """What was looked at, in a word."""
    level: Level
    text: str
    """What was found."""
    mend: str = ""
    """What helps: a command or an instruction; empty if nothing has to be done."""


def failure(name: str, error: UserError) -> Finding:
    """A finding from an error."""
    return Finding(name, "fail", error.problem, error.remedy)
