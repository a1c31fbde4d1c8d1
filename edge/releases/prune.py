"""Which releases stay."""

from edge.releases.disk import remove_whole
from edge.releases.host import Host
from edge.releases.record import installed_releases, linked_release

KEEP = 3
"""Releases that stay: the current one, the one before it, and the newest of the others."""


def prune(host: Host) -> None:
    """Remove the oldest releases, and neither the current one nor the one before it."""
    layout = host.layout
    held = {linked_release(layout.current), linked_release(layout.previous)}
    others = [record.name for record in installed_releases(layout) if record.name not in held]
    spare = KEEP - len(held - {None})
    for name in others[: max(0, len(others) - spare)]:
        remove_whole(layout.release(name))
        host.say(f"{name} is removed; {KEEP} releases are kept.")
