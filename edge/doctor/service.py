"""The state of the service, as systemd and the service itself report it."""

from dataclasses import dataclass

from edge.doctor.machine import Machine
from edge.runtime.status import STATUS_FILE, Status, read_status

UNIT = "maskwatch"

READ_LOG = f"journalctl -u {UNIT} -n 30"
"""Shows the last lines of the service's log."""

PROPERTIES = ("LoadState", "ActiveState", "SubState", "NRestarts")

STATUS = f"/run/{UNIT}/{STATUS_FILE}"
"""Where the running service writes its status."""


@dataclass(frozen=True)
class Service:
    """The service as systemd knows it; a machine without systemd has none."""

    installed: bool = False
    active: str = "inactive"
    """systemd's ActiveState."""
    sub: str = ""
    """systemd's SubState."""
    status: Status | None = None
    """The status that the program itself reports; None if there is none that can be read."""
    status_age: float = 0.0
    """Seconds between the writing of the status and its reading; on a slow board the other checks take a minute."""
    restarts: int = 0
    """How often systemd has restarted it since a person last started it."""

    @property
    def has_devices(self) -> bool:
        """Whether the service uses the camera and the pins, or is about to."""
        return self.active in ("active", "reloading", "activating", "deactivating")

    @property
    def watches(self) -> bool:
        """Whether the service processes frames."""
        return self.active in ("active", "reloading")


def read_service(machine: Machine) -> Service:
    """Ask systemd, and read the service's own status."""
    answer = machine.run(["systemctl", "show", UNIT, "-p", ",".join(PROPERTIES)])
    said = dict(line.split("=", 1) for line in answer.splitlines() if "=" in line)
    if said.get("LoadState") != "loaded":
        return Service()
    restarts = said.get("NRestarts", "")
    status = read_status(machine.path(STATUS))
    return Service(
        installed=True,
        active=said.get("ActiveState", ""),
        sub=said.get("SubState", ""),
        status=status,
        status_age=machine.clock() - status.at if status else 0.0,
        restarts=int(restarts) if restarts.isdecimal() else 0,
    )
