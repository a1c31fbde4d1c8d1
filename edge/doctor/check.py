"""The input and the result of every check."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from edge.doctor.machine import Machine
from edge.doctor.service import Service
from edge.errors import UserError
from edge.settings.schema import Settings

Level = Literal["ok", "warn", "fail"]
""""fail": the device cannot do its work; "warn": it can, but someone should check it."""


@dataclass(frozen=True)
class Finding:
    """The outcome of one check."""

    name: str
    """Name of the check, one word."""
    level: Level
    text: str
    """What was found."""
    remedy: str = ""
    """How to fix it: a command or an instruction; empty if nothing has to be done."""


def failure(name: str, error: UserError) -> Finding:
    """A finding from an error."""
    return Finding(name, "fail", error.problem, error.remedy)


@dataclass(frozen=True)
class Case:
    """A machine, the settings that it is to run with, and the service that may be running."""

    machine: Machine
    settings: Settings
    service: Service


Check = Callable[[Case], Finding]
"""Checks one thing, and changes nothing."""

NOT_A_PI = "does not apply: this is not a Raspberry Pi"
