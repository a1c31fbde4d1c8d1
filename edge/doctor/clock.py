"""The wall clock: quiet hours and the times in the log go by it."""

from datetime import UTC, datetime

from edge.doctor.case import Case
from edge.doctor.finding import Finding

EARLIEST_YEAR = 2026
"""maskwatch was not there before: a Raspberry Pi has no clock of its own, and wakes up in the past."""

SET_BY_NETWORK = "sudo timedatectl set-ntp true"


def check_clock(case: Case) -> Finding:
    """Whether it can be believed."""
    now = datetime.fromtimestamp(case.machine.clock(), UTC)
    text = f"{now:%Y-%m-%d %H:%M} UTC"
    if now.year < EARLIEST_YEAR:
        return Finding("clock", "warn", f"{text} cannot be", f"connect a network, and {SET_BY_NETWORK}")
    answer = case.machine.run(["timedatectl", "show", "-p", "NTPSynchronized", "--value"]).strip()
    if answer == "no":
        return Finding("clock", "warn", f"{text}, not set by the network", SET_BY_NETWORK)
    return Finding("clock", "ok", f"{text}, set by the network" if answer == "yes" else text)
