"""Power supply and heat."""

from edge.board import Board
from edge.doctor.case import NOT_A_PI, Case
from edge.doctor.finding import Finding

UNDER_VOLTAGE, CAPPED, THROTTLED, TOO_WARM = range(4)
"""Bits of the firmware's flags that say what is so now; 16 bits higher, what has been so since the board was booted."""

SINCE_BOOT = 16

BETTER_SUPPLY = "use the official power supply, and a short cable"

COOLING = "give the board a heat sink, a fan or more air"

WARM_CELSIUS, HOT_CELSIUS = 75.0, 85.0
"""From the first, maskwatch looks at fewer frames; from the second, the firmware slows the processor down."""


def check_power(case: Case) -> Finding:
    """Whether the supply holds."""
    board = Board(case.machine.path("/sys"))
    flags, weak = _flags(case, board), board.under_voltage()
    if flags is None and weak is None:
        return Finding("power", "ok", "not known here" if case.machine.is_raspberry_pi else NOT_A_PI)
    if weak or (flags or 0) >> UNDER_VOLTAGE & 1:
        return Finding("power", "warn", "the supply is too weak now", BETTER_SUPPLY)
    if (flags or 0) >> (UNDER_VOLTAGE + SINCE_BOOT) & 1:
        return Finding("power", "warn", "the supply has been too weak since the board was booted", BETTER_SUPPLY)
    return Finding("power", "ok", "the supply holds")


def check_temperature(case: Case) -> Finding:
    """Whether heat slows the board down."""
    board = Board(case.machine.path("/sys"))
    celsius, flags = board.celsius(), _flags(case, board) or 0
    text = "not known here" if celsius is None else f"{celsius:.0f} °C"
    if any(flags >> bit & 1 for bit in (CAPPED, THROTTLED, TOO_WARM)) or (celsius or 0.0) >= HOT_CELSIUS:
        return Finding("temperature", "warn", f"{text}, the board is slowed down", COOLING)
    if (celsius or 0.0) >= WARM_CELSIUS:
        return Finding("temperature", "warn", f"{text}, maskwatch looks at fewer frames", COOLING)
    if any(flags >> bit + SINCE_BOOT & 1 for bit in (CAPPED, THROTTLED, TOO_WARM)):
        return Finding("temperature", "warn", f"{text}, was too hot since the board was booted", COOLING)
    return Finding("temperature", "ok", text)


def _flags(case: Case, board: Board) -> int | None:
    """The firmware's flags, from the kernel or else from the firmware's own tool."""
    flags = board.flags()
    if flags is not None or not case.machine.is_raspberry_pi:
        return flags
    _, _, answer = case.machine.run(["vcgencmd", "get_throttled"]).strip().partition("throttled=")
    try:
        return int(answer, 16)
    except ValueError:
        return None
