"""The pins of the settings."""

from edge.doctor.case import NOT_A_PI, Case
from edge.doctor.finding import Finding
from edge.settings.schema import AlarmSettings


def check_pins(case: Case) -> Finding:
    """Whether nobody else drives them."""
    if not case.machine.is_raspberry_pi:
        return Finding("pins", "ok", f"{NOT_A_PI}, the pins are mock pins")
    wanted = _wanted(case.settings.alarm)
    named = ", ".join(f"GPIO{pin}" for pin in wanted)
    if case.service.has_devices:
        return Finding("pins", "ok", f"{named}: held by the service")
    busy = case.machine.busy_lines(case.machine.path("/dev"))
    if busy is None:
        text, mend = "the GPIO chip cannot be read", "sudo usermod -aG gpio $USER, then log in again"
        return Finding("pins", "fail", text, mend)
    taken = [(pin, name) for pin, name in wanted.items() if pin in busy]
    if not taken:
        return Finding("pins", "ok", f"{named}: free")
    text = "; ".join(f'GPIO{pin} is in use by "{busy[pin] or "the kernel"}"' for pin, _ in taken)
    return Finding("pins", "fail", text, f"stop that program, or choose another {taken[0][1]} under [alarm]")


def _wanted(settings: AlarmSettings) -> dict[int, str]:
    """By pin, the setting that names it."""
    return {output.pin: f"{name}_pin" for name, output in settings.outputs.items()}
