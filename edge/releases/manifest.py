"""A bundle's `manifest.json`, which comes from outside, so each value is checked."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from edge.errors import UserError
from edge.files import PARTIAL

MANIFEST = "manifest.json"
SIGNATURE = "manifest.json.sig"
LARGEST_MANIFEST = 1 << 20
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+_-]{0,99}")
"""Names of releases, versions and systems: one plain component of a path."""
FILE_NAME = re.compile(r"(?:[A-Za-z0-9_][A-Za-z0-9.+_-]*/)*[A-Za-z0-9_][A-Za-z0-9.+_-]*")
DIGEST = re.compile(r"[0-9a-f]{64}")
PYTHON = re.compile(r"\d{1,2}\.\d{1,3}")
MODULE = re.compile(r"[A-Za-z_]\w*")
PACKAGE = re.compile(r"[a-z0-9][a-z0-9.+-]*")
INSTALLED = ("maskwatch.toml", "systemd/maskwatch.service", "systemd/sysusers.conf", "systemd/tmpfiles.conf")
"""Files that an installation takes from a bundle, besides the wheels."""


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """A checked `manifest.json`."""

    release: str
    """Name of the release that the bundle installs."""
    target: str
    """Code name of the operating system that the bundle is for."""
    files: Mapping[str, str]
    """SHA-256 of each file by its name in the bundle."""
    version: str = ""
    """Version of maskwatch; this and the fields below may be missing in a bundle that is only copied, not installed."""
    python: str = ""
    """Version of Python that the wheels are for."""
    machine: str = ""
    """Processor that the wheels are for."""
    needs: Mapping[str, str] = field(default_factory=dict)
    """Modules that the operating system must provide, each with its package."""


def is_release_name(name: object) -> bool:
    """Whether a name is one plain component of a path, and not the name of something unfinished."""
    return isinstance(name, str) and NAME.fullmatch(name) is not None and not name.endswith(PARTIAL)


def parse_manifest(content: bytes, whose: str | Path) -> Manifest:
    """Read a manifest.

    Args:
        content: The file's content.
        whose: The bundle's name in messages.

    Raises:
        UserError: A value is missing or is not what it should be.
    """
    try:
        found = json.loads(content)
        manifest = Manifest(**{key: found[key] for key in Manifest.__dataclass_fields__ if key in found})
    except (ValueError, TypeError, RecursionError) as error:
        raise UserError(f"{whose} is no bundle (its {MANIFEST} is damaged)", REMAKE) from error
    if wrong := next((key for key, check in CHECKS.items() if not check(getattr(manifest, key))), None):
        raise UserError(f'{whose} is no bundle ("{wrong}" in its {MANIFEST} cannot be used)', REMAKE)
    return manifest


def read_installable(bundle: Path) -> Manifest:
    """The manifest of an unpacked bundle, checked for everything that an installation needs.

    Raises:
        UserError: The manifest is missing or damaged, or lacks something.
    """
    try:
        manifest = parse_manifest((bundle / MANIFEST).read_bytes(), bundle)
    except OSError as error:
        raise UserError(f"{bundle} is no bundle (no {MANIFEST})", REMAKE) from error
    missing = [key for key in ("version", "python", "machine") if not getattr(manifest, key)]
    missing += [name for name in INSTALLED if name not in manifest.files]
    if not any(name.startswith("wheels/maskwatch-") and name.endswith(".whl") for name in manifest.files):
        missing.append("our wheel")
    if missing:
        raise UserError(f"{bundle} lacks {missing[0]}", REMAKE)
    return manifest


REMAKE = "make one with `maskwatch-export bundle`, or copy it again"


def _is_table(value: Any, key: re.Pattern[str], content: re.Pattern[str]) -> bool:
    return isinstance(value, dict) and all(
        isinstance(one, str) and key.fullmatch(name) and content.fullmatch(one) for name, one in value.items()
    )


def _is_text(value: Any, pattern: re.Pattern[str]) -> bool:
    return isinstance(value, str) and (not value or pattern.fullmatch(value) is not None)


CHECKS = {
    "release": is_release_name,
    "target": lambda value: value != "" and _is_text(value, NAME),
    "version": lambda value: _is_text(value, NAME),
    "python": lambda value: _is_text(value, PYTHON),
    "machine": lambda value: _is_text(value, NAME),
    "needs": lambda value: _is_table(value, MODULE, PACKAGE),
    "files": lambda value: (
        bool(value) and _is_table(value, FILE_NAME, DIGEST) and not {MANIFEST, SIGNATURE} & value.keys()
    ),
}
