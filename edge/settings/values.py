"""Types of settings that are more than a number or a text; each type has `from_toml` to read its values."""

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import time
from ipaddress import ip_address
from typing import Self

from edge.bounds import Bounds, shown

HEADER_PINS = Bounds(0, 27)
"""BCM numbers of the pins that a Raspberry Pi's 40-pin header has."""

SMALLEST_REGION = 0.05
"""Smallest width and height of a region, as shares of the picture's."""

HOUR = r"(?:[01]\d|2[0-3]):[0-5]\d"


class Pin(int):
    """A GPIO pin by its BCM number, written 17 or "GPIO17"."""

    @classmethod
    def from_toml(cls, value: object) -> Self:
        """Read a pin.

        Raises:
            ValueError: The value has neither form, or is not a pin of the header.
        """
        named = re.fullmatch(r"GPIO(\d{1,2})", value, re.ASCII) if isinstance(value, str) else None
        number = int(named[1]) if named else value
        if type(number) is int and not HEADER_PINS.refusal(number):
            return cls(number)
        raise ValueError(
            'must be a BCM number such as 17 or "GPIO17", from 0 to 27 as the 40-pin header has them, '
            f"not {shown(value)}"
        )


@dataclass(frozen=True, slots=True)
class DailyHours:
    """Hours of every day, which may span midnight; the end is not included."""

    begin: time
    end: time

    @classmethod
    def from_toml(cls, value: object) -> Self:
        """Read hours written as "22:00-06:00".

        Raises:
            ValueError: The value does not have this form, or the hours begin when they end.
        """
        found = re.fullmatch(rf"({HOUR})-({HOUR})", value, re.ASCII) if isinstance(value, str) else None
        if found is None or found[1] == found[2]:
            raise ValueError(f'must be hours of the day such as "22:00-06:00", not {shown(value)}')
        return cls(time.fromisoformat(found[1]), time.fromisoformat(found[2]))

    def __contains__(self, at: time) -> bool:
        """Whether a local time lies within these hours."""
        if self.begin < self.end:
            return self.begin <= at < self.end
        return at >= self.begin or at < self.end

    def __str__(self) -> str:
        """As it is written."""
        return f"{self.begin:%H:%M}-{self.end:%H:%M}"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a server listens, written "127.0.0.1:8470" or "[::]:8080"."""

    host: str
    """An IP address."""
    port: int

    @classmethod
    def from_toml(cls, value: object) -> Self:
        """Read an address.

        Raises:
            ValueError: The value is not an IP address and a port.
        """
        found = re.fullmatch(r"(?:\[([0-9A-Fa-f:.]+)\]|([0-9.]+)):(\d{1,5})", value) if isinstance(value, str) else None
        if found and 1 <= int(found[3]) <= 65535:
            with suppress(ValueError):
                return cls(str(ip_address(found[1] or found[2])), int(found[3]))
        raise ValueError(
            f'must be an IP address and a port from 1 to 65535, such as "127.0.0.1:8470" or "0.0.0.0:8080", not '
            f"{shown(value)}"
        )

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach the address."""
        return ip_address(self.host).is_loopback

    def __str__(self) -> str:
        """As it is written."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


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
            ValueError: The value does not have this form, or the region is too small to show a person.
        """
        shares = value if isinstance(value, list) and len(value) == 4 else []
        if all(type(share) in (int, float) and 0 <= share <= 1 for share in shares) and shares:
            region = cls(*map(float, shares))
            if min(region.right - region.left, region.bottom - region.top) >= SMALLEST_REGION:
                return region
        raise ValueError(
            "must be [left, top, right, bottom] as shares from 0 to 1, such as [0.25, 0.0, 0.75, 1.0], with right and "
            f"bottom at least {SMALLEST_REGION} more than left and top"
        )


@dataclass(frozen=True, slots=True)
class TopicPrefix:
    """A text such as "maskwatch" or "hall/doors", with which MQTT topics may begin."""

    def refusal(self, value: str) -> str:
        """Check a value, as `Limit` describes."""
        if len(value) <= 200 and re.fullmatch(r"[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*", value, re.ASCII):
            return ""
        return f'must be letters, digits, "-" and "_", in levels divided by "/", not {shown(value)}'
