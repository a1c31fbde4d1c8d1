"""The pins with which the outputs were opened: the settings file may change, or break, before a crash."""

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import fields
from pathlib import Path

from edge.runtime.status import runtime_directory
from edge.settings.schema import AlarmSettings
from edge.settings.text import toml

PIN_KEYS = ("_pin", "_active_high")
"""Endings of the settings that `outputs-off` needs."""


def note_outputs(settings: AlarmSettings, environment: Mapping[str, str] = os.environ) -> None:
    """Leave a note of the pins for `outputs-off`, in the folder that systemd removes when the service has stopped.

    Outside a service, and where it cannot be written, there is none.

    Args:
        settings: With which the outputs were opened.
        environment: Its RUNTIME_DIRECTORY names the folder.
    """
    note = _note(environment)
    if note is None:
        return
    # No other value: some are only good together with values of other tables, which the note lacks.
    pins = [key.name for key in fields(settings) if key.name.endswith(PIN_KEYS)]
    values = {name: getattr(settings, name) for name in pins}
    lines = [f"{name} = {toml(value)}" for name, value in values.items() if value is not None]
    part = note.with_suffix(".part")
    with suppress(OSError):
        part.write_text("\n".join(["[alarm]", *lines, ""]), encoding="utf-8")
        part.replace(note)


def noted_outputs(environment: Mapping[str, str] = os.environ) -> Path | None:
    """The note, a settings file; None if nobody has left one."""
    note = _note(environment)
    return note if note is not None and note.is_file() else None


def _note(environment: Mapping[str, str]) -> Path | None:
    folder = runtime_directory(environment)
    return folder / "outputs.toml" if folder else None
