"""Which releases stay."""

from edge.files import remove_whole
from edge.releases.layout import Layout
from edge.releases.record import installed_releases, linked_release, read_health
from edge.releases.target_system import TargetSystem

KEEP = 3
"""Releases that stay: the current one, the one before it, and the newest of the others that was healthy."""


def prune(system: TargetSystem) -> None:
    """Remove releases beyond those that stay; neither the current one nor the one before it is among them."""
    layout = system.layout
    held = {linked_release(layout.current), linked_release(layout.previous)} - {None}
    others = [record.name for record in installed_releases(layout) if record.name not in held]
    # The sort keeps the order of age among equals.
    others.sort(key=lambda name: _was_healthy(layout, name))
    for name in others[: max(0, len(others) + len(held) - KEEP)]:
        remove_whole(layout.release(name))
        system.say(f"{name} is removed; {KEEP} releases are kept.")


def _was_healthy(layout: Layout, name: str) -> bool:
    health = read_health(layout.release(name))
    return health is not None and health.healthy
