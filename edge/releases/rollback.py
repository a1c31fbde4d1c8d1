"""Going back to an earlier release."""

from edge.errors import UserError
from edge.releases.health_check import HEALTH_CHECK, HealthCheck
from edge.releases.install import changing, take_up
from edge.releases.record import INSTALL_ONE, NONE, find_release, installed_releases, linked_release
from edge.releases.target_system import TargetSystem


def rollback(system: TargetSystem, wanted: str = "", *, health_check: HealthCheck = HEALTH_CHECK) -> int:
    """Make an earlier release the current one, if it passes the health check.

    Args:
        system: The device.
        wanted: Name of a release, or the beginning of one; empty for the one that was current before.
        health_check: How long its parts may take.

    Returns:
        Exit status: 0 if it runs now, 1 if it is not healthy and nothing has changed.

    Raises:
        UserError: There is no such release.
    """
    with changing(system.layout):
        name = find_release(system.layout, wanted or _previous(system))
        return take_up(system, name, health_check)


def _previous(system: TargetSystem) -> str:
    if not installed_releases(system.layout):
        raise UserError(NONE, INSTALL_ONE)
    name = linked_release(system.layout.previous)
    if name in (None, linked_release(system.layout.current)):
        raise UserError(
            "There is no release before this one", "name one that `maskwatch releases` shows, or install another"
        )
    return name
