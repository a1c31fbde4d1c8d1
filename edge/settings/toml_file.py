"""The settings file: TOML, every value optional, every mistake named."""

import difflib
import os
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, cast, get_args, get_origin, get_type_hints

from edge.bounds import LONGEST_SHOWN, FilePath, limits, shown
from edge.errors import UserError
from edge.files import read_at_most
from edge.settings.schema import Settings
from edge.settings.toml_text import LARGEST_BYTES, parse_toml

SETTINGS_FILE = Path("/etc/maskwatch/maskwatch.toml")
"""The settings file of a device."""

LARGEST_WHOLE = 10**18
"""Largest whole number that is read; every setting's range ends below it."""

PLAIN = {bool: "true or false", int: "a whole number", float: "a number", str: "a text in quotes"}
"""The name of each type in messages."""


def settings_in_force(named: Path | None, standard: Path = SETTINGS_FILE) -> Settings:
    """The settings of the named file, else of the standard file if it exists, else the defaults.

    Raises:
        UserError: As for `read_settings`.
    """
    path = file_in_force(named, standard)
    return read_settings(path) if path else Settings()


def file_in_force(named: Path | None, standard: Path = SETTINGS_FILE) -> Path | None:
    """The settings file in use: the named one, else the standard one if it exists."""
    return named or (standard if os.path.lexists(standard) else None)


def read_settings(path: Path) -> Settings:
    """Read a settings file; relative paths in it start from its folder.

    Raises:
        UserError: The file cannot be read, is not TOML, or has an unknown key, a value of the wrong type or a value
            out of its range.
    """
    settings: Settings = _build(Settings, read_table(path), f"{path}")
    try:
        return _resolved(settings, path.absolute().parent)
    except ValueError as error:  # a path that is too long together with its folder
        raise UserError(f"{path} {error}.") from error


def with_source(settings: Settings, source: str) -> Settings:
    """The settings with another camera or recording, as named on the command line.

    Raises:
        UserError: No camera and no recording can have that name.
    """
    try:
        return replace(settings, camera=replace(settings.camera, source=source))
    except ValueError as error:
        raise UserError(f"The camera or recording {shown(source)} cannot be opened: {error}") from error


def read_table(path: Path) -> dict[str, Any]:
    """The content of a settings file, before any check of its values.

    Raises:
        UserError: The file cannot be read, or is not TOML.
    """
    try:
        content = read_at_most(path, LARGEST_BYTES)
        return parse_toml(content.decode("utf-8-sig"))  # some editors begin a file with a byte order mark
    except OSError as error:
        raise UserError(f"The settings file {path} cannot be read ({error.strerror})", "name one that can") from error
    except UnicodeDecodeError as error:
        raise UserError(
            f"The settings file {path} is not text in UTF-8", "save it as UTF-8, or name another"
        ) from error
    except ValueError as error:
        raise UserError(f"The settings file {path} is not TOML that maskwatch can read: {error}") from error


def _resolved(settings: Settings, folder: Path) -> Settings:
    """Make paths absolute, since the service runs in a folder of its own."""
    tables = {table.name: getattr(settings, table.name) for table in fields(settings)}
    if not settings.camera.is_recording:  # its source is the name of a camera
        del tables["camera"]
    return replace(settings, **{name: _with_absolute_paths(table, folder) for name, table in tables.items()})


def _with_absolute_paths(table: Any, folder: Path) -> Any:
    paths = {name: getattr(table, name) for name, limit in limits(type(table)) if isinstance(limit, FilePath)}
    relative = {name: path for name, path in paths.items() if path and not Path(path).is_absolute()}
    return replace(table, **{name: str(folder / path) for name, path in relative.items()})


def _build(kind: type, table: dict[str, Any], place: str) -> Any:
    types = get_type_hints(kind)
    names = [f.name for f in fields(kind)]
    for key in table:
        if key not in names:
            raise UserError(f"{place} has an unknown key {_quoted(key)}", _advice(key, names))
    values = {key: _value(types[key], value, key, place) for key, value in table.items()}
    try:
        return kind(**values)
    except ValueError as error:
        raise UserError(f"{place} {error}.") from error


def _quoted(key: str) -> str:
    return f'"{key}"' if key.isprintable() and len(key) <= LONGEST_SHOWN else shown(key)


def _advice(key: str, names: list[str]) -> str:
    """The table where an unknown key belongs, or the known key that is most like it."""
    tables = get_type_hints(Settings)
    homes = [f.name for f in fields(Settings) if key in get_type_hints(tables[f.name])]
    if homes:
        return f"it belongs below [{homes[0]}]."
    if nearest := difflib.get_close_matches(key, names, n=1):
        return f'did you mean "{nearest[0]}"?'
    return "`maskwatch settings` shows all keys."


def _value(kind: Any, value: Any, key: str, place: str) -> Any:
    if isinstance(kind, UnionType):  # `X | None`: TOML has no None, so a file omits the key
        kind = next(member for member in get_args(kind) if member is not NoneType)
    if hasattr(kind, "from_toml"):
        try:
            return kind.from_toml(value)
        except ValueError as error:
            raise UserError(f'{place} "{key}" {error}.') from error
    if is_dataclass(kind):
        if not isinstance(value, dict):
            raise UserError(f'{place}: "{key}" must be a table, written as [{key}]')
        return _build(cast(type, kind), value, f"{place}, table [{key}],")
    return _plain(kind, value, key, place)


def _plain(kind: Any, value: Any, key: str, place: str) -> Any:
    if get_origin(kind) is Literal:
        if not any(type(value) is type(choice) and value == choice for choice in get_args(kind)):
            choices = " or ".join(
                f'"{choice}"' if isinstance(choice, str) else str(choice) for choice in get_args(kind)
            )
            raise UserError(f'{place} "{key}" must be {choices}, not {shown(value)}.')
        return value
    if kind is float and type(value) is int:
        return float(min(max(value, -LARGEST_WHOLE), LARGEST_WHOLE))  # very long numbers do not fit into a float
    if type(value) is not kind:
        quotes = ", without quotes" if isinstance(value, str) else ""
        raise UserError(f'{place} "{key}" must be {PLAIN[kind]}{quotes}.')
    return value
