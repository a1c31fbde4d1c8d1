"""The settings that go onto the card."""

from pathlib import Path

from edge.errors import UserError
from edge.releases.layout import BASE
from edge.settings.toml_file import read_settings, read_table
from edge.settings.toml_text import parse_toml
from export.flash.partition import BootPartition
from export.flash.plan import SETTINGS


def read_card_settings(path: Path) -> bytes:
    """A settings file, after a check that the board can use it.

    Raises:
        UserError: The board would refuse it, or lack a model that it names.
    """
    path = path.expanduser()
    read_settings(path)
    models = read_table(path).get("model", {})
    for kind in ("classifier", "locator"):
        if kind in models and not Path(models[kind]).is_relative_to(f"/{BASE}"):
            raise UserError(
                f"The card brings no {models[kind]}",
                f'put the network into the bundle with --model FILE, and take "{kind}" out of {path}',
            )
    return path.read_bytes()


def settings_on(partition: BootPartition) -> bytes:
    """The settings that are on a card, empty where none are."""
    return partition.read(SETTINGS) if partition.holds(SETTINGS) else b""


def source_in(settings: bytes) -> str:
    """The camera that settings name, as `first-boot.sh` reads it."""
    try:
        return str(parse_toml(settings.decode("utf-8-sig"))["camera"]["source"])
    except (ValueError, KeyError, TypeError):
        return "picamera2"
