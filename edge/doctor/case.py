"""What every check is given."""

from collections.abc import Callable
from dataclasses import dataclass

from edge.doctor.finding import Finding
from edge.doctor.machine import Machine
from edge.doctor.service import Service
from edge.settings.schema import Settings


@dataclass(frozen=True)
class Case:
    """A machine, how it is to be used, and whether the service does so now."""

    machine: Machine
    settings: Settings
    service: Service


Check = Callable[[Case], Finding]
"""Looks at one thing, and changes nothing."""

NOT_A_PI = "does not apply: this is not a Raspberry Pi"
