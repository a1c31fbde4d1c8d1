"""`maskwatch releases`."""

from collections.abc import Sequence
from typing import TextIO

from edge.releases.layout import Layout
from edge.releases.record import Record, installed_releases, linked_release, read_health

HEADINGS = ("release", "target", "installed at", "", "models pushed alone", "healthy")


def show_releases(layout: Layout, out: TextIO) -> None:
    """Write the table, the oldest release first."""
    rows = [HEADINGS, *(_row(layout, record) for record in installed_releases(layout))]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    out.writelines(_line(row, widths) for row in rows)


def _row(layout: Layout, record: Record) -> tuple[str, ...]:
    places = {linked_release(layout.previous): "previous", linked_release(layout.current): "current"}
    health = read_health(layout.release(record.name))
    healthy = "not tried" if health is None else "yes" if health.healthy else f"no: {health.why}"
    models = ", ".join(f"{kind} {model.network} {model.sha256[:8]}" for kind, model in record.models.items())
    return record.name, record.target, record.installed_at, places.get(record.name, ""), models, healthy


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() + "\n"
