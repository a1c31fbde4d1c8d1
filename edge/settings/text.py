"""The settings in force as TOML, each with the origin of its value."""

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

from edge.settings.schema import Settings
from edge.settings.toml_file import read_table
from edge.settings.values import Address, DailyHours, Region


def settings_text(settings: Settings, file: Path | None) -> str:
    """Every setting on a line of its own, as a file that maskwatch can read.

    Args:
        settings: The settings in force.
        file: The file that they were read from; None if all values are defaults.
    """
    written = read_table(file) if file else {}
    tables = []
    for table in fields(Settings):
        values, ours = getattr(settings, table.name), written.get(table.name, {})
        origins = dict.fromkeys(ours, file)
        lines = [_line(key.name, getattr(values, key.name), origins.get(key.name)) for key in fields(values)]
        tables.append("\n".join([f"[{table.name}]", *lines]))
    return "\n\n".join(tables) + "\n"


def _line(key: str, value: Any, origin: Path | None) -> str:
    if value is None:
        return f"# {key} is not set"  # TOML cannot write None
    return f"{f'{key} = {toml(value)}':<44}  # {origin or 'default'}"


def toml(value: Any) -> str:
    """A setting's value as TOML writes it."""
    if isinstance(value, Region):
        return str([value.left, value.top, value.right, value.bottom])
    text = json.dumps(str(value) if isinstance(value, Address | DailyHours) else value, ensure_ascii=False)
    return text.replace("\x7f", "\\u007f")  # TOML has JSON's escapes, but also requires an escape for this character
