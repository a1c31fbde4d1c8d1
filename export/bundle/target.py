"""The operating systems that a bundle can be made for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

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
    glibc: int
    """Minor version of its C library, 2.N: the newest that a wheel may ask for."""
    machine: str = "aarch64"
    needs: Mapping[str, str] = field(default_factory=lambda: NEEDS)
    """Modules that are looked for before anything is installed, each with its package."""

    @property
    def lock(self) -> Path:
        """The wheels that it gets, pinned with their digests."""
        return SOURCE / "edge" / f"requirements-{self.name}.txt"

    @property
    def platforms(self) -> tuple[str, ...]:
        """Tags of the wheels that run there, the best first."""
        newest_first = range(self.glibc, 16, -1)
        return (*(f"manylinux_2_{minor}_{self.machine}" for minor in newest_first), f"manylinux2014_{self.machine}")


TARGETS = {
    target.name: target
    for target in (
        Target(name="trixie", python="3.13", glibc=41),
        Target(name="bookworm", python="3.11", glibc=36),
    )
}
"""By code name, the newest first."""
