"""Switch from one release to the next.

The next release is tried first: a unit in /run hides the installed unit and runs the next release, while `current`
still names the old one. Only a release that passes the health check becomes `current`. A power cut clears /run, which
ends the trial, so a board boots only a release that has been healthy, and nothing has to roll back at boot.
"""

import shlex
import signal
from contextlib import AbstractContextManager

from edge.files import link_whole, write_whole
from edge.releases.health_check import HealthCheck, find_fault
from edge.releases.layout import BASE, UNIT, Layout
from edge.releases.record import Health, linked_release
from edge.releases.target_system import TargetSystem
from edge.signals import handling

GUARD = "maskwatch-trial-ends"
"""The systemd timer that ends a trial whose installer was killed."""


def activate(system: TargetSystem, name: str, health_check: HealthCheck) -> str:
    """Make an installed release the current one, if it passes the health check.

    Returns:
        What is wrong with the release; empty if it is healthy and current now. After a fault, the release that was
        current before runs again, if there was one.
    """
    before = linked_release(system.layout.current)
    verb = "start" if before == name and not _left_on_trial(system) else "restart"
    _end_trial(system)
    stop_guard(system)
    if system.live and before not in (None, name):
        return _try_beside(system, name, health_check)
    # There is no release to fall back to, or no systemd to try this one with.
    _commit(system.layout, name)
    if not system.live:
        system.say(f"{name} starts at the next boot, because systemd does not run here and cannot try it now.")
        return ""
    system.systemctl("daemon-reload")
    return _watched(system, name, health_check, verb=verb)


def stop_guard(system: TargetSystem) -> None:
    """Stop the timer. Usually it has already ended; systemctl accepts a pattern that matches nothing."""
    system.systemctl("stop", f"{GUARD}.*")


def _left_on_trial(system: TargetSystem) -> bool:
    """Whether an installation that was killed may have left its release running in place of the current one.

    The unit alone does not show this, because it is removed before the current release runs again.
    """
    return system.layout.trial_unit.exists() or (system.live and system.systemctl("is-active", f"{GUARD}.timer").good)


def _commit(layout: Layout, name: str) -> None:
    """Make a release the current one, in one step: before it the board boots the old release, after it the new one."""
    before = linked_release(layout.current)
    if before == name:
        return
    if before:
        link_whole(layout.previous, f"releases/{before}")
    link_whole(layout.current, f"releases/{name}")


def _try_beside(system: TargetSystem, name: str, health_check: HealthCheck) -> str:
    """Run the release in place of the current one, and go back to the current one if the new one is not healthy."""
    fault = "the installation was interrupted"
    with _unhurried_end():
        try:
            _begin_trial(system, name, health_check)
            fault = _watched(system, name, health_check, verb="restart")
            if not system.layout.trial_unit.exists():
                fault = fault or "its trial took too long, and the timer ended it"
            if not fault:
                _commit(system.layout, name)
        finally:
            _end_trial(system)
            if fault:
                _bring_back(system, health_check)
            stop_guard(system)
    return fault


def _watched(system: TargetSystem, name: str, health_check: HealthCheck, *, verb: str) -> str:
    system.say(f"{name}: waiting until it is ready and passes `maskwatch doctor`.")
    fault = find_fault(system, name, health_check, verb=verb)
    Health(healthy=not fault, why=fault).save(system.layout.release(name))
    system.say(f"{name} is not healthy: {fault}." if fault else f"{name} is healthy.")
    return fault


def _begin_trial(system: TargetSystem, name: str, health_check: HealthCheck) -> None:
    """Hide the installed unit behind the release's own unit, for as long as the health check may take."""
    unit = (system.layout.release(name) / "systemd" / UNIT).read_text()
    hiding = unit.replace(f"/{BASE}/current/", f"/{BASE}/releases/{name}/")
    # Joined by && because systemd 252, after a reload, misreads a semicolon in the file that it writes for this timer.
    end = f"rm -f {shlex.quote(str(system.layout.trial_unit))} && systemctl daemon-reload && systemctl restart {UNIT}"
    timer = ("--quiet", "--collect", f"--unit={GUARD}", f"--on-active={health_check.longest_seconds:.0f}")
    if not system.run(("systemd-run", *timer, "--", "/bin/sh", "-c", end), 60.0).good:
        system.say("No timer protects this trial: do not kill the installation before it ends.")
    write_whole(system.layout.trial_unit, hiding.encode())
    system.systemctl("daemon-reload")


def _end_trial(system: TargetSystem) -> None:
    """Make the installed unit visible again, without touching the service itself."""
    system.layout.trial_unit.unlink(missing_ok=True)
    system.systemctl("daemon-reload")


def _bring_back(system: TargetSystem, health_check: HealthCheck) -> None:
    back = system.systemctl("restart", UNIT, seconds=health_check.ready_seconds)
    old = linked_release(system.layout.current)
    system.say(f"{old} {'runs again' if back.good else 'is still the current one, but is not ready either'}.")


def _unhurried_end() -> AbstractContextManager[None]:
    """Keep running after a lost connection; the first signal to end restores the old release, later ones do nothing."""

    def end(which: int, _: object) -> None:
        for asks_too in (signal.SIGINT, signal.SIGTERM):
            signal.signal(asks_too, signal.SIG_IGN)  # also for the programs that are started from here on
        raise SystemExit(128 + which)

    return handling({signal.SIGHUP: signal.SIG_IGN, signal.SIGINT: end, signal.SIGTERM: end})
