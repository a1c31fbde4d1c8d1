"""Limits of what comes from outside, written beside each field as `Annotated[float, Bounds(0.1, 60.0)]`.

`Bounded` checks them whenever a record is made, so a value that makes the rules meaningless exists nowhere: not a
number, infinite, of an absurd size, or a text that no file system takes.
"""

import os
from dataclasses import dataclass
from typing import Annotated, Any, Protocol, get_args, get_origin, get_type_hints

LONGEST_SHOWN = 60
"""Characters of a value, or of a key, that a message repeats at most."""


class Limit(Protocol):
    """What a field's value must keep to."""

    def refusal(self, value: Any) -> str:
        """What is wrong, such as "must be from 0 to 27, not 99"; empty for a good value."""
        ...


@dataclass(frozen=True, slots=True)
class Bounds:
    """A number from `lowest` to `highest`, both included; what is not a number is outside."""

    lowest: float
    highest: float

    def refusal(self, value: float) -> str:
        """As `Limit` says."""
        if self.lowest <= value <= self.highest:
            return ""
        return f"must be from {_plain(self.lowest)} to {_plain(self.highest)}, not {shown(value)}"


@dataclass(frozen=True, slots=True)
class Text:
    """A text of one line and at most so many characters, all of which can be printed."""

    longest: int

    def refusal(self, value: str) -> str:
        """As `Limit` says."""
        if len(value) > self.longest:
            return f"must have at most {self.longest} characters, not {len(value)}"
        return "" if value.isprintable() else f"must have characters that can be printed, not {shown(value)}"


@dataclass(frozen=True, slots=True)
class FilePath:
    """A text that can be the path of a file."""

    longest: int = 4095
    """Bytes of a whole path, by Linux."""
    longest_part: int = 255
    """Bytes of a name between two slashes, by nearly every file system."""
    ending: str = ""
    """What it must end in."""
    optional: bool = False
    """Whether it may be empty, for no file."""

    def refusal(self, value: str) -> str:
        """As `Limit` says."""
        if not value:
            return "" if self.optional else "is empty: write a path"
        if "\0" in value:
            return "must not hold a NUL character: write a path"
        encoded = os.fsencode(value)
        if len(encoded) > self.longest or any(len(part) > self.longest_part for part in encoded.split(b"/")):
            return f"is too long for a path: at most {self.longest_part} bytes a name and {self.longest} in all"
        return "" if value.endswith(self.ending) else f'must end in "{self.ending}", not {shown(value)}'


class Bounded:
    """A dataclass that refuses to exist with a value outside the limits of its annotations."""

    def __post_init__(self) -> None:
        """See to every limit.

        Raises:
            ValueError: A value is outside; the message begins with the field's name in quotes.
        """
        for name, limit in limits(type(self)):
            value = getattr(self, name)
            if value is not None and (refusal := limit.refusal(value)):
                raise ValueError(f'"{name}" {refusal}')


def limits(kind: type[Any]) -> tuple[tuple[str, Limit], ...]:
    """The fields of a dataclass that have a limit, each with its limit, in order."""
    hints = get_type_hints(kind, include_extras=True)
    return tuple(
        (name, limit) for name, hint in hints.items() if get_origin(hint) is Annotated for limit in get_args(hint)[1:]
    )


def shown(value: object) -> str:
    """A value from outside as a message may repeat it: on one line and short."""
    if isinstance(value, list | dict):
        return "a list" if isinstance(value, list) else "a table"
    if isinstance(value, int) and value.bit_length() > 64:
        return "a number of more than 20 digits"  # Python refuses to write the longest ones down
    text = repr(value)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}..."


def _plain(number: float) -> str:
    return f"{number:.10g}"
