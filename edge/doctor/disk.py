"""Room for what the service keeps."""

from edge.doctor.case import Case
from edge.doctor.finding import Finding

STATE = "/var/lib/maskwatch"

MEGABYTE = 1_000_000

LITTLE_MEGABYTES = 100
"""Below it, an update of the system or of maskwatch does not fit."""


def check_disk(case: Case) -> Finding:
    """Whether there is some; without it the device works on, but keeps no copy of a good model file."""
    folder = case.machine.path(STATE)
    while not folder.is_dir() and folder != case.machine.root:
        folder = folder.parent
    megabytes = case.machine.free_bytes(folder) / MEGABYTE
    text = f"{megabytes / 1000:.1f} GB free" if megabytes >= 1000 else f"{megabytes:.0f} MB free"
    if megabytes >= LITTLE_MEGABYTES:
        return Finding("disk", "ok", text)
    return Finding("disk", "warn", text, "sudo apt clean && sudo journalctl --vacuum-size=50M")
