"""Values of settings that are more than a number or a text: each type reads itself with `from_toml`."""

import re
from dataclasses import dataclass
from datetime import time
from typing import Self

HOUR = r"(?:[01]\d|2[0-3]):[0-5]\d"


class Pin(int):
    """A GPIO pin by its BCM number, written 17 or "GPIO17"."""

    @classmethod
    def from_toml(cls, value: object) -> Self:
        """Read a pin; whether the board has it shows when it is opened.

        Raises:
            ValueError: It is neither form.
        """
        named = re.fullmatch(r"GPIO(\d{1,2})", value, re.ASCII) if isinstance(value, str) else None
        if named:
            return cls(named[1])
        if type(value) is int:
            return cls(value)
        raise ValueError(f'must be a BCM number such as 17 or "GPIO17", not {value!r}')


@dataclass(frozen=True, slots=True)
class DailyHours:
    """A time of every day, also across midnight; the end is outside."""

    begin: time
    end: time

    @classmethod
    def from_toml(cls, value: object) -> Self:
        """Read hours written as "22:00-06:00".

        Raises:
            ValueError: They are not, or begin when they end.
        """
        found = re.fullmatch(rf"({HOUR})-({HOUR})", value, re.ASCII) if isinstance(value, str) else None
        if found is None or found[1] == found[2]:
            raise ValueError(f'must be hours of the day such as "22:00-06:00", not {value!r}')
        return cls(time.fromisoformat(found[1]), time.fromisoformat(found[2]))

    def __contains__(self, at: time) -> bool:
        """Whether a local time lies within."""
        if self.begin < self.end:
            return self.begin <= at < self.end
        return at >= self.begin or at < self.end

    def __str__(self) -> str:
        """As it is written."""
        return f"{self.begin:%H:%M}-{self.end:%H:%M}"


@dataclass(frozen=True, slots=True)
class Region:
    """A part of the picture; each side as a share of its width or height, 0 to 1."""

    left: float
    top: float
    right: float
    bottom: float

    @classmethod
    def from_toml(cls, value: object) -> Self:
        """Read a region written as [0.25, 0.0, 0.75, 1.0].

        Raises:
            ValueError: It is not, or has nothing in it.
        """
        shares = value if isinstance(value, list) and len(value) == 4 else []
        if all(type(share) in (int, float) and 0 <= share <= 1 for share in shares) and shares:
            region = cls(*map(float, shares))
            if region.left < region.right and region.top < region.bottom:
                return region
        raise ValueError(f"must be [left, top, right, bottom] as shares, such as [0.25, 0.0, 0.75, 1.0], not {value!r}")


def refuse_unless_positive(settings: object, *names: str) -> None:
    """See that settings are above 0.

    Raises:
        ValueError: One is not.
    """
    for name in names:
        if not getattr(settings, name) > 0:
            raise ValueError(f'"{name}" must be above 0, not {getattr(settings, name)}')
