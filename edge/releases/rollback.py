"""Going back to an earlier release."""

from edge.errors import UserError
from edge.releases.gate import GATE, Gate
from edge.releases.host import Host
from edge.releases.install import changing, take_up
from edge.releases.record import NONE, find_release, installed_releases, linked_release


def rollback(host: Host, wanted: str = "", *, gate: Gate = GATE) -> int:
    """Make an earlier release the current one, if it passes the gate as any other.

    Args:
        host: The device.
        wanted: Name of a release, or how it begins; empty for the one that was current before.
        gate: How long its parts may take.

    Returns:
        Exit status: 0 where it runs now, 1 where it is not healthy and nothing has changed.

    Raises:
        UserError: There is no such release.
    """
    with changing(host.layout):
        name = find_release(host.layout, wanted or _previous(host))
        return take_up(host, name, gate)


def _previous(host: Host) -> str:
    if not installed_releases(host.layout):
        raise UserError(NONE)
    name = linked_release(host.layout.previous)
    if name in (None, linked_release(host.layout.current)):
        raise UserError("No release was current before this one: name one that `maskwatch releases` shows.")
    return name
