"""The health check: whether a release that was just started works."""

import json
from dataclasses import dataclass
from json import JSONDecodeError

from edge.releases.layout import UNIT
from edge.releases.target_system import LATE, Outcome, TargetSystem


@dataclass(frozen=True, kw_only=True)
class HealthCheck:
    """How long each part of the health check may take, in seconds."""

    ready_seconds: float = 300.0
    """Until READY, which comes after the first whole frame; the unit's start timeout is as long."""
    doctor_seconds: float = 300.0
    """For `maskwatch doctor`."""
    settle_seconds: float = 10.0
    """How long the service has to run after that without a restart."""
    spare_seconds: float = 120.0
    """More than the steps between these take, such as a reload of systemd."""

    @property
    def longest_seconds(self) -> float:
        """Longest time that the whole health check takes, in seconds."""
        return self.ready_seconds + self.doctor_seconds + self.settle_seconds + self.spare_seconds


HEALTH_CHECK = HealthCheck()
"""The times for a real device."""


def find_fault(system: TargetSystem, release: str, health_check: HealthCheck, *, verb: str = "restart") -> str:
    """Start the service and check it.

    Args:
        system: The device.
        release: The release that the service's unit names.
        health_check: How long it may take.
        verb: "restart", or "start" where a running service must not be restarted.

    Returns:
        What is wrong, in a sentence without its full stop; empty for a healthy release.
    """
    started = system.systemctl(verb, UNIT, seconds=health_check.ready_seconds)
    if not started.good:
        return _not_ready(system, started, health_check)
    begun, instance = _restarts(system), _instance(system)
    program = str(system.layout.release(release) / "bin/maskwatch")
    checked = system.run((program, "doctor", "--json"), health_check.doctor_seconds)
    if not checked.good:
        return _doctor_says(checked)
    system.sleep(health_check.settle_seconds)
    return (
        ""
        if _restarts(system) == begun != "-"
        else (f"the service did not keep running: {_last_words(system, instance)}")
    )


def _not_ready(system: TargetSystem, started: Outcome, health_check: HealthCheck) -> str:
    if started.status == LATE:
        return f"the service was not ready within {health_check.ready_seconds:.0f} s"
    return f"the service did not become ready: {_last_words(system)}"


def _doctor_says(checked: Outcome) -> str:
    """The failures among the findings of `maskwatch doctor --json`."""
    if checked.status == LATE:
        return "`maskwatch doctor` did not finish in time"
    try:
        findings = json.loads(checked.output)
        failed = [f"{finding['name']}: {finding['text']}" for finding in findings if finding["level"] == "fail"]
    except (JSONDecodeError, KeyError, TypeError):
        failed = []
    return f"`maskwatch doctor` fails ({'; '.join(failed) or f'status {checked.status}'})"


def _restarts(system: TargetSystem) -> str:
    """How often systemd has restarted the service; "-" while it does not run."""
    shown = system.systemctl("show", "--property=ActiveState", "--property=NRestarts", UNIT)
    values = dict(line.split("=", 1) for line in shown.output.splitlines() if "=" in line)
    return values.get("NRestarts", "0") if values.get("ActiveState") == "active" else "-"


def _instance(system: TargetSystem) -> str:
    """The name that systemd gives to the running instance of the service; empty if none runs."""
    return system.systemctl("show", "--property=InvocationID", "--value", UNIT).output.strip()


def _last_words(system: TargetSystem, instance: str = "") -> str:
    """The last recent line of the program's log that is not an event.

    Args:
        system: The device.
        instance: The instance to read, since systemd may have started another one meanwhile. Empty for any.
    """
    which = f"_SYSTEMD_INVOCATION_ID={instance}" if instance else f"_SYSTEMD_UNIT={UNIT}"
    log = system.run(("journalctl", which, "--since=-5min", "--output=cat", "--no-pager"), 60.0)
    lines = [line for line in log.output.splitlines() if line.strip() and not line.startswith("{")]
    return lines[-1].strip().rstrip(".") if lines else "its log says nothing"
