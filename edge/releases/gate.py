"""The health gate: whether a release that was just started really watches its door."""

import json
from dataclasses import dataclass
from json import JSONDecodeError

from edge.releases.host import LATE, Host, Outcome
from edge.releases.layout import UNIT


@dataclass(frozen=True, kw_only=True)
class Gate:
    """How long each part of the gate may take, in seconds."""

    ready_seconds: float = 300.0
    """Until READY, which comes after the first whole frame."""
    doctor_seconds: float = 300.0
    """For `maskwatch doctor`."""
    settle_seconds: float = 10.0
    """How long the service has to go on after that without a restart."""
    spare_seconds: float = 120.0
    """What lies between these, such as a reload of systemd, takes less."""

    @property
    def longest_seconds(self) -> float:
        """After so long the gate has said yes or no."""
        return self.ready_seconds + self.doctor_seconds + self.settle_seconds + self.spare_seconds


GATE = Gate()
"""The one of a real device."""


def find_fault(host: Host, release: str, gate: Gate, *, verb: str = "restart") -> str:
    """Start the service and look at it.

    Args:
        host: Where it runs.
        release: The release that its unit names.
        gate: How long it may take.
        verb: "restart", or "start" where a running service is to be left alone.

    Returns:
        What is wrong, in a sentence without its full stop; empty for a healthy release.
    """
    started = host.systemctl(verb, UNIT, seconds=gate.ready_seconds)
    if not started.good:
        return _not_ready(host, started, gate)
    begun = _restarts(host)
    program = str(host.layout.release(release) / "bin/maskwatch")
    checked = host.run((program, "doctor", "--json"), gate.doctor_seconds)
    if not checked.good:
        return _doctor_says(checked)
    host.sleep(gate.settle_seconds)
    return "" if _restarts(host) == begun != "-" else f"the service did not keep running: {_last_words(host)}"


def _not_ready(host: Host, started: Outcome, gate: Gate) -> str:
    if started.status == LATE:
        return f"the service was not ready within {gate.ready_seconds:.0f} s"
    return f"the service did not become ready: {_last_words(host)}"


def _doctor_says(checked: Outcome) -> str:
    """What failed, out of the findings of `maskwatch doctor --json`."""
    if checked.status == LATE:
        return "`maskwatch doctor` did not come to an end"
    try:
        findings = json.loads(checked.output)
        failed = [f"{finding['name']}: {finding['text']}" for finding in findings if finding["level"] == "fail"]
    except (JSONDecodeError, KeyError, TypeError):
        failed = []
    return f"`maskwatch doctor` fails ({'; '.join(failed) or f'status {checked.status}'})"


def _restarts(host: Host) -> str:
    """How often systemd had to start it again; "-" while it does not run."""
    shown = host.systemctl("show", "--property=ActiveState", "--property=NRestarts", UNIT)
    values = dict(line.split("=", 1) for line in shown.output.splitlines() if "=" in line)
    return values.get("NRestarts", "0") if values.get("ActiveState") == "active" else "-"


def _last_words(host: Host) -> str:
    """The last line that the program wrote to its log of late, and that is no event."""
    log = host.run(("journalctl", f"_SYSTEMD_UNIT={UNIT}", "--since=-5min", "--output=cat", "--no-pager"), 60.0)
    lines = [line for line in log.output.splitlines() if line.strip() and not line.startswith("{")]
    return lines[-1].strip().rstrip(".") if lines else "its log says nothing"
