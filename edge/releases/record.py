"""The record of a release, and the result of its health check."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

from edge.errors import UserError
from edge.files import PARTIAL, write_whole
from edge.releases.layout import Layout
from edge.releases.manifest import DIGEST, is_release_name

LARGEST = 1 << 20
"""Largest number of bytes that are read from a file here."""
RECORD, HEALTH = "release.json", "health.json"
NONE = "No release is installed here"

INSTALL_ONE = "install a bundle with `maskwatch install FILE`"


@dataclass(frozen=True, kw_only=True)
class PushedModel:
    """A model that was pushed alone, not with the program."""

    network: str
    """Its architecture, such as "door_cnn"."""
    sha256: str
    """SHA-256 of the model file."""


@dataclass(frozen=True, kw_only=True)
class Record:
    """`release.json`, written once, before the release gets its name."""

    name: str
    version: str
    """Version of maskwatch."""
    target: str
    """The operating system's code name."""
    installed_at: str
    """Local time, in ISO 8601."""
    program: str
    """Name of the release that the program came in; it differs from `name` if a model was pushed alone."""
    models: dict[str, PushedModel] = field(default_factory=dict)
    """Models pushed alone, by kind: "classifier", "locator"."""

    def save(self, folder: Path) -> None:
        """Write it into the release's folder."""
        write_whole(folder / RECORD, json.dumps(asdict(self), indent=2).encode() + b"\n")


@dataclass(frozen=True, kw_only=True)
class Health:
    """`health.json`: the result of the health check when an installation or a rollback last started the release."""

    healthy: bool
    why: str = ""
    """What was wrong."""

    def save(self, folder: Path) -> None:
        """Write it into the release's folder."""
        write_whole(folder / HEALTH, json.dumps(asdict(self)).encode() + b"\n")


def read_record(folder: Path) -> Record:
    """The record of the release in a folder.

    Raises:
        UserError: The record is damaged.
    """
    try:
        content = json.loads(_read_small(folder / RECORD))
        models = {kind: PushedModel(**model) for kind, model in content.pop("models").items()}
        record = Record(**content, models=models)
        _refuse_odd(record, folder)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UserError(
            f"The release in {folder} is damaged ({RECORD})", "install another release, then remove that folder"
        ) from error
    return record


def read_health(folder: Path) -> Health | None:
    """The result of the health check; None if the release was never checked, or the file cannot be read."""
    try:
        health = Health(**json.loads(_read_small(folder / HEALTH)))
    except (OSError, ValueError, TypeError, RecursionError):
        return None
    return health if isinstance(health.healthy, bool) and isinstance(health.why, str) else None


def _read_small(file: Path) -> bytes:
    with file.open("rb") as opened:
        return opened.read(LARGEST)


def _refuse_odd(record: Record, folder: Path) -> None:
    """Refuse values that would lead out of the folder of releases, or cannot be shown.

    Raises:
        ValueError: A value is not what an installation writes.
    """
    partial = folder.name == f"{record.name}{PARTIAL}"
    names = (record.name, record.program, record.version, record.target)
    if not all(map(is_release_name, names)) or (record.name != folder.name and not partial):
        raise ValueError("a name")
    datetime.fromisoformat(record.installed_at)
    for kind, model in record.models.items():
        if not is_release_name(kind) or not is_release_name(model.network) or not DIGEST.fullmatch(model.sha256):
            raise ValueError("a model")


def installed_releases(layout: Layout, on_damage: Callable[[UserError], object] = lambda _: None) -> list[Record]:
    """All complete releases, oldest first.

    Args:
        layout: The device's paths.
        on_damage: Called for each release whose record is damaged.
    """
    whole = []
    for file in sorted(layout.releases.glob(f"*/{RECORD}")):
        if not file.parent.name.endswith(PARTIAL):
            try:
                whole.append(read_record(file.parent))
            except UserError as error:
                on_damage(error)
    return sorted(whole, key=lambda record: (record.installed_at, record.name))


def linked_release(link: Path) -> str | None:
    """Name of the release that `current` or `previous` points to; None if there is no such link."""
    name = link.readlink().name if link.is_symlink() else ""
    return name if is_release_name(name) else None


def find_release(layout: Layout, wanted: str) -> str:
    """The name of the one installed release whose name begins with `wanted`.

    Raises:
        UserError: There is no such release, or more than one.
    """
    names = [record.name for record in installed_releases(layout)]
    if not names:
        raise UserError(NONE, INSTALL_ONE)
    fitting = [name for name in names if name == wanted] or [name for name in names if name.startswith(wanted)]
    if len(fitting) != 1:
        raise UserError(
            f"{len(fitting)} releases here have names that begin with {wanted}", f"name one of {', '.join(names)}"
        )
    return fitting[0]
