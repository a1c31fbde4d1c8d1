"""JSON from outside, read into dataclasses: each field of its type and within its limits, and nothing unknown."""

import json
import math
from dataclasses import MISSING, fields, is_dataclass
from types import NoneType, UnionType
from typing import Any, Literal, NoReturn, TypeVar, cast, get_args, get_origin, get_type_hints

from edge.bounds import shown

Record = TypeVar("Record")


def parse_json(content: bytes) -> Any:
    """Read JSON; the caller bounds its size.

    Raises:
        ValueError: It is not JSON in UTF-8, holds something that is not a number, or is nested too deep.
    """
    try:
        return json.loads(content.decode(), parse_constant=_refuse_constant)
    except RecursionError as error:
        raise ValueError("it is nested too deep") from error


def read_record(kind: type[Record], value: object) -> Record:
    """A dataclass from a JSON object; tuples are read from lists.

    Args:
        kind: Its fields are texts, numbers, switches, choices, tuples of one type, dicts with texts as keys, and
            dataclasses of these.
        value: What `parse_json` gave.

    Raises:
        ValueError: The object lacks a field, has an unknown one, or a value is of another type or out of its range.
    """
    if not isinstance(value, dict):
        raise ValueError(f"it must be an object, not {shown(value)}")
    hints = get_type_hints(kind)
    if unknown := sorted(value.keys() - hints.keys()):
        raise ValueError(f"it has the unknown entry {shown(unknown[0])}")
    if missing := [name for name in _required(kind) if name not in value]:
        raise ValueError(f'it lacks the entry "{missing[0]}"')
    return kind(**{name: _named(name, hints[name], entry) for name, entry in value.items()})


def _required(kind: type) -> list[str]:
    return [f.name for f in fields(kind) if f.default is MISSING and f.default_factory is MISSING]


def _named(name: str, hint: Any, value: Any) -> Any:
    try:
        return _value(hint, value)
    except ValueError as error:
        raise ValueError(f'"{name}": {error}') from error


def _value(hint: Any, value: Any) -> Any:
    if isinstance(hint, UnionType):  # `X | None`
        hint = NoneType if value is None else next(member for member in get_args(hint) if member is not NoneType)
    if is_dataclass(hint):
        return read_record(cast(type, hint), value)
    if get_origin(hint) is Literal and any(
        type(value) is type(choice) and value == choice for choice in get_args(hint)
    ):
        return value
    if get_origin(hint) is tuple and isinstance(value, list):
        return tuple(_value(get_args(hint)[0], item) for item in value)
    if get_origin(hint) is dict and isinstance(value, dict):
        return {key: _value(get_args(hint)[1], item) for key, item in value.items()}
    return _plain(hint, value)


def _plain(hint: Any, value: Any) -> Any:
    if hint is float and type(value) is int and abs(value) < 2**53:
        return float(value)
    if type(value) is not hint or (hint is float and not math.isfinite(value)):
        raise ValueError(f"{shown(value)} is not what belongs there")
    return value


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"it holds {name}, which is not a number")
