"""`maskwatch releases`."""

from collections.abc import Sequence
from typing import TextIO

from edge.releases.layout import Layout
from edge.releases.record import NONE, Record, installed_releases, linked_release, read_health

HEADINGS = ("release", "target", "installed at", "", "models pushed alone", "healthy")


def show_releases(layout: Layout, out: TextIO) -> None:
    """Write the table, the oldest release first, and below it what is damaged."""
    damage: list[str] = []
    rows = [_row(layout, record) for record in installed_releases(layout, lambda error: damage.append(str(error)))]
    if rows:
        widths = [max(map(len, column)) for column in zip(HEADINGS, *rows, strict=True)]
        out.writelines(_line(row, widths) for row in [HEADINGS, *rows])
    out.writelines(f"{line}\n" for line in damage or ([] if rows else [f"{NONE}."]))


def _row(layout: Layout, record: Record) -> tuple[str, ...]:
    places = {linked_release(layout.previous): "previous", linked_release(layout.current): "current"}
    health = read_health(layout.release(record.name))
    healthy = "not tried" if health is None else "yes" if health.healthy else f"no: {health.why}"
    models = ", ".join(f"{kind} {model.network} {model.sha256[:8]}" for kind, model in record.models.items())
    return record.name, record.target, record.installed_at, places.get(record.name, ""), models, healthy


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() + "\n"
