"""The pins that the settings name, and whether this user may use them and the camera."""

from edge.doctor.check import NOT_A_PI, Case, Finding
from edge.settings.schema import AlarmSettings

GROUPS = ("video", "gpio")
"""The groups whose members may use the camera and the pins."""


def check_pins(case: Case) -> Finding:
    """Whether no other program drives the settings' pins."""
    if not case.machine.board.is_raspberry_pi:
        return Finding("pins", "ok", f"{NOT_A_PI}, the pins are mock pins")
    wanted = _wanted(case.settings.alarm)
    named = ", ".join(f"GPIO{pin}" for pin in wanted)
    if case.service.has_devices:
        return Finding("pins", "ok", f"{named}: used by the service")
    busy = case.machine.busy_lines(case.machine.path("/dev"))
    if busy is None:
        remedy = "sudo usermod -aG gpio $USER, then log in again"
        return Finding("pins", "fail", "the GPIO chip cannot be read", remedy)
    taken = [(pin, name) for pin, name in wanted.items() if pin in busy]
    if not taken:
        return Finding("pins", "ok", f"{named}: free")
    text = "; ".join(f'GPIO{pin} is in use by "{busy[pin] or "the kernel"}"' for pin, _ in taken)
    return Finding("pins", "fail", text, f"stop that program, or choose another {taken[0][1]} under [alarm]")


def _wanted(settings: AlarmSettings) -> dict[int, str]:
    """The setting that names each pin, by pin."""
    return {output.pin: f"{name}_pin" for name, output in settings.outputs.items()}


def check_groups(case: Case) -> Finding:
    """Whether this user may run maskwatch by hand; the service gets its groups from its unit."""
    machine = case.machine
    if not machine.board.is_raspberry_pi:
        return Finding("groups", "ok", NOT_A_PI)
    if machine.user == "root":
        return Finding("groups", "ok", "root may use everything")
    missing = [name for name in GROUPS if name not in machine.groups]
    if not missing:
        return Finding("groups", "ok", f"{machine.user} is in {' and '.join(GROUPS)}")
    remedy = f"sudo usermod -aG {','.join(missing)} {machine.user}, then log in again"
    text = f"{machine.user} is not in {' and '.join(missing)}, and cannot run maskwatch by hand"
    return Finding("groups", "warn", text, remedy)
