"""The operating systems that a bundle can be made for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from edge.releases.target_system import MACHINE, PYTHONS

SOURCE = Path(__file__).parent.parent.parent
"""The clone that this program runs in."""

NEEDS = {"numpy": "python3-numpy", "gpiozero": "python3-gpiozero", "lgpio": "python3-lgpio"}
"""Modules that come from the operating system and never from a wheel, each with its package."""


@dataclass(frozen=True, kw_only=True)
class Target:
    """A release of Raspberry Pi OS, 64 bits."""

    name: str
    """Its code name."""
    python: str
    """Version of its own Python."""
    machine: str = MACHINE
    needs: Mapping[str, str] = field(default_factory=lambda: NEEDS)
    """Modules that are looked for before anything is installed, each with its package."""


TARGETS = {name: Target(name=name, python=python) for name, python in PYTHONS.items()}
"""By code name, the newest first."""
