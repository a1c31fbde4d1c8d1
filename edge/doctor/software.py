"""The system, Python, numpy, and the service."""

import re
from collections.abc import Iterator
from pathlib import Path

from edge.doctor.check import Case, Finding, Level
from edge.doctor.machine import Machine
from edge.doctor.service import READ_LOG, UNIT

PYTHONS = ((3, 11), (3, 14))
"""The oldest Python that maskwatch runs on, and the first that is too new."""

APT = "/usr/lib/python3/dist-packages"
"""Where apt installs packages for Python."""


def check_system(case: Case) -> Finding:
    """Whether this is a 64-bit system: the runtimes are built only for 64-bit systems."""
    machine = case.machine
    release = re.search(r'^PRETTY_NAME="?([^"\n]*)', machine.read("/etc/os-release"), re.MULTILINE)
    parts = [machine.board.model, release[1] if release else "", f"{machine.bits}-bit {machine.architecture}"]
    text = ", ".join(part for part in parts if part)
    if machine.bits == 64:
        return Finding("system", "ok", text)
    return Finding("system", "fail", f"{text}: the networks need a 64-bit system", "install Raspberry Pi OS (64-bit)")


def check_python(case: Case) -> Finding:
    """Whether maskwatch runs on this Python."""
    version = ".".join(map(str, case.machine.python))
    first, beyond = PYTHONS
    if first <= case.machine.python[:2] < beyond:
        return Finding("python", "ok", version)
    wanted = f"maskwatch needs {first[0]}.{first[1]} to {beyond[0]}.{beyond[1] - 1}"
    return Finding("python", "fail", f"{version}: {wanted}", "install Raspberry Pi OS Bookworm or Trixie")


def check_numpy(case: Case) -> Finding:
    """Whether Python finds apt's numpy, against which picamera2 is built."""
    folders = list(_numpys(case.machine))
    if not folders:
        return Finding("numpy", "fail", "not installed", "sudo apt install python3-numpy")
    apt, first = case.machine.path(APT), folders[0]
    if first == apt or apt not in folders:
        return Finding("numpy", "ok", f"{_version(first)}, from {'apt' if first == apt else 'pip'}")
    text = f"{_version(first)} in {first} hides apt's {_version(apt)}, which picamera2 needs"
    level: Level = "fail" if case.settings.camera.source == "picamera2" else "warn"
    return Finding("numpy", level, text, _uninstall(first))


def _numpys(machine: Machine) -> Iterator[Path]:
    """The folders that hold numpy, in the order in which Python searches them."""
    for folder in dict.fromkeys(machine.search_path):
        if folder and (machine.path(folder) / "numpy").is_dir():
            yield machine.path(folder)


def _version(folder: Path) -> str:
    found = (re.fullmatch(r"numpy-([^-]+?)(-py[\d.]+)?\.(dist|egg)-info", path.name) for path in folder.iterdir())
    return next((match[1] for match in found if match), "of an unknown version")


def _uninstall(folder: Path) -> str:
    pip = (
        folder.parent.parent.parent / "bin" / "pip"
    )  # pip of the virtual environment, beside its lib/pythonX.Y/site-packages
    if folder.name == "site-packages" and pip.exists():
        return f"{pip} uninstall -y numpy"
    return "sudo python3 -m pip uninstall -y --break-system-packages numpy"


def check_service(case: Case) -> Finding:
    """Whether the service runs, and how often it had to be restarted."""
    service = case.service
    if not service.installed:
        return Finding("service", "ok", "not installed as a service")
    again = f"restarted {service.restarts} times" if service.restarts != 1 else "restarted once"
    if service.active == "failed" or service.sub == "auto-restart":
        return Finding("service", "fail", f"fails ({again})", READ_LOG)
    if service.active == "activating":
        return Finding(
            "service", "warn", f"is starting ({service.status.text() if service.status else again})", READ_LOG
        )
    if not service.watches:
        return Finding("service", "warn", f"is {service.active}", f"sudo systemctl enable --now {UNIT}")
    text = service.status.text() if service.status else "is running"
    if service.status and service.status.fault:
        return Finding("service", "warn", f"{text}; reported a fault: {service.status.fault}", READ_LOG)
    if service.restarts:
        return Finding("service", "warn", f"{text} ({again})", READ_LOG)
    return Finding("service", "ok", text)
