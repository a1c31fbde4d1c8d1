"""From one release to the next.

The next one is tried first: a unit in /run hides the installed one and runs it, while `current` goes on naming the old
one. Only a release that passed the gate becomes `current`. A power cut takes /run away and so the trial with it; what
boots is always a release that was once found healthy, and nobody has to roll back at boot.
"""

import shlex
import signal
from contextlib import AbstractContextManager

from edge.files import link_whole, write_whole
from edge.releases.gate import Gate, find_fault
from edge.releases.host import Host
from edge.releases.layout import BASE, UNIT, Layout
from edge.releases.record import Health, linked_release
from edge.signals import handling

GUARD = "maskwatch-trial-ends"
"""A timer of systemd's that ends a trial whose installer was killed."""


def activate(host: Host, name: str, gate: Gate) -> str:
    """Make an installed release the current one, if it passes the gate.

    Returns:
        What is wrong with it; empty where it is current now and nothing is. Where there was another release before,
        that one runs again after a fault.
    """
    before = linked_release(host.layout.current)
    verb = "start" if before == name and not _left_on_trial(host) else "restart"
    _end_trial(host)
    stop_guard(host)
    if host.live and before not in (None, name):
        return _try_beside(host, name, gate)
    # There is nothing to fall back to, or nothing to try it with.
    _commit(host.layout, name)
    if not host.live:
        host.say(f"{name} starts with the next boot: no systemd runs here that could try it now.")
        return ""
    host.systemctl("daemon-reload")
    return _watched(host, name, gate, verb=verb)


def stop_guard(host: Host) -> None:
    """Call the timer off. In most cases it is gone already, of which a pattern does not complain."""
    host.systemctl("stop", f"{GUARD}.*")


def _left_on_trial(host: Host) -> bool:
    """Whether an installation that was killed may have left its release running in place of the current one.

    The unit alone does not tell: it goes before the current release is back.
    """
    return host.layout.trial_unit.exists() or (host.live and host.systemctl("is-active", f"{GUARD}.timer").good)


def _commit(layout: Layout, name: str) -> None:
    """The one step that counts: before it the old release boots, after it the new one."""
    before = linked_release(layout.current)
    if before == name:
        return
    if before:
        link_whole(layout.previous, f"releases/{before}")
    link_whole(layout.current, f"releases/{name}")


def _try_beside(host: Host, name: str, gate: Gate) -> str:
    """Let the release run in place of the current one, and bring that back if it is not healthy."""
    fault = "the installation was interrupted"
    with _unhurried_end():
        try:
            _begin_trial(host, name, gate)
            fault = _watched(host, name, gate, verb="restart")
            if not host.layout.trial_unit.exists():
                fault = fault or "its trial took so long that the guard ended it"
            if not fault:
                _commit(host.layout, name)
        finally:
            _end_trial(host)
            if fault:
                _bring_back(host, gate)
            stop_guard(host)
    return fault


def _watched(host: Host, name: str, gate: Gate, *, verb: str) -> str:
    host.say(f"{name}: waiting until it is ready and `maskwatch doctor` has passed it.")
    fault = find_fault(host, name, gate, verb=verb)
    Health(healthy=not fault, why=fault).save(host.layout.release(name))
    host.say(f"{name} is not healthy: {fault}." if fault else f"{name} is healthy.")
    return fault


def _begin_trial(host: Host, name: str, gate: Gate) -> None:
    """Hide the installed unit behind one of the release's own, for as long as the gate may take."""
    unit = (host.layout.release(name) / "systemd" / UNIT).read_text()
    hiding = unit.replace(f"/{BASE}/current/", f"/{BASE}/releases/{name}/")
    # Joined by &&: systemd 252 reads a semicolon in its own file of this timer as something else after a reload.
    end = f"rm -f {shlex.quote(str(host.layout.trial_unit))} && systemctl daemon-reload && systemctl restart {UNIT}"
    timer = ("--quiet", "--collect", f"--unit={GUARD}", f"--on-active={gate.longest_seconds:.0f}")
    if not host.run(("systemd-run", *timer, "--", "/bin/sh", "-c", end), 60.0).good:
        host.say("No timer guards this trial: do not kill the installation before it ends.")
    write_whole(host.layout.trial_unit, hiding.encode())
    host.systemctl("daemon-reload")


def _end_trial(host: Host) -> None:
    """Show the installed unit again; the service itself is left as it is."""
    host.layout.trial_unit.unlink(missing_ok=True)
    host.systemctl("daemon-reload")


def _bring_back(host: Host, gate: Gate) -> None:
    back = host.systemctl("restart", UNIT, seconds=gate.ready_seconds)
    old = linked_release(host.layout.current)
    host.say(f"{old} {'runs again' if back.good else 'is still the current one, but is not ready either'}.")


def _unhurried_end() -> AbstractContextManager[None]:
    """Outlive a lost connection, and let the first request to end bring the old release back; none disturbs that."""

    def end(which: int, _: object) -> None:
        for asks_too in (signal.SIGINT, signal.SIGTERM):
            signal.signal(asks_too, signal.SIG_IGN)  # for the programs that are run from here on, too
        raise SystemExit(128 + which)

    return handling({signal.SIGHUP: signal.SIG_IGN, signal.SIGINT: end, signal.SIGTERM: end})
