"""Who may use camera and pins."""

from edge.doctor.case import NOT_A_PI, Case
from edge.doctor.finding import Finding

WANTED = ("video", "gpio")


def check_groups(case: Case) -> Finding:
    """Whether whoever asks may run maskwatch by hand; the service has its groups from its unit."""
    machine = case.machine
    if not machine.is_raspberry_pi:
        return Finding("groups", "ok", NOT_A_PI)
    if machine.user == "root":
        return Finding("groups", "ok", "root may use everything")
    missing = [name for name in WANTED if name not in machine.groups]
    if not missing:
        return Finding("groups", "ok", f"{machine.user} is in {' and '.join(WANTED)}")
    mend = f"sudo usermod -aG {','.join(missing)} {machine.user}, then log in again"
    text = f"{machine.user} is not in {' and '.join(missing)}, and cannot run maskwatch by hand"
    return Finding("groups", "warn", text, mend)
