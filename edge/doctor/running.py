"""Whether the service does its work."""

from edge.doctor.case import Case
from edge.doctor.finding import Finding
from edge.doctor.service import UNIT

READ_LOG = f"journalctl -u {UNIT} -n 30"


def check_service(case: Case) -> Finding:
    """Whether it runs, and how often it had to be started anew."""
    service = case.service
    if not service.installed:
        return Finding("service", "ok", "not installed as a service")
    again = f"started anew {service.restarts} times" if service.restarts != 1 else "started anew once"
    if service.active == "failed" or service.sub == "auto-restart":
        return Finding("service", "fail", f"fails ({again})", READ_LOG)
    if service.active == "activating":
        return Finding("service", "warn", f"is starting ({service.status or again})", READ_LOG)
    if not service.watches:
        return Finding("service", "warn", f"is {service.active}", f"sudo systemctl enable --now {UNIT}")
    text = service.status or "is running"
    return Finding("service", "warn", f"{text} ({again})", READ_LOG) if service.restarts else _ok(text)


def _ok(text: str) -> Finding:
    return Finding("service", "ok", text)
