"""The board itself: power supply, heat, clock and disk."""

from datetime import UTC, datetime

from edge.board import Throttling, read_throttling
from edge.doctor.check import NOT_A_PI, Case, Finding

SLOWED = Throttling.CAPPED | Throttling.THROTTLED | Throttling.TOO_WARM
"""Flags that are set because of heat."""

BETTER_SUPPLY = "use the official power supply, and a short cable"

COOLING = "give the board a heat sink, a fan or more air"

WARM_CELSIUS, HOT_CELSIUS = 75.0, 85.0
"""At the first, maskwatch starts to process fewer frames; at the second, the firmware slows the processor down."""

EARLIEST_YEAR = 2026
"""The earliest time that can be right. A Raspberry Pi without a battery for its clock starts in the past."""

SET_BY_NETWORK = "sudo timedatectl set-ntp true"

STATE = "/var/lib/maskwatch"

MEGABYTE = 1_000_000

LITTLE_MEGABYTES = 100
"""Free space, in megabytes, that an update of the system or of maskwatch needs."""


def check_power(case: Case) -> Finding:
    """Whether the power supply is strong enough."""
    flags, weak = _flags(case), case.machine.board.under_voltage()
    if flags is None and weak is None:
        return Finding("power", "ok", "not known here" if case.machine.board.is_raspberry_pi else NOT_A_PI)
    flags = flags or Throttling(0)
    if weak or flags & Throttling.UNDER_VOLTAGE:
        return Finding("power", "warn", "the supply is too weak now", BETTER_SUPPLY)
    if flags.since_boot & Throttling.UNDER_VOLTAGE:
        return Finding(
            "power", "warn", "the supply was too weak at some time since the board was booted", BETTER_SUPPLY
        )
    return Finding("power", "ok", "the supply is strong enough")


def check_temperature(case: Case) -> Finding:
    """Whether heat slows the board down."""
    celsius, flags = case.machine.board.celsius(), _flags(case) or Throttling(0)
    text = "not known here" if celsius is None else f"{celsius:.0f} °C"
    if flags & SLOWED or (celsius or 0.0) >= HOT_CELSIUS:
        return Finding("temperature", "warn", f"{text}, the board is slowed down", COOLING)
    if (celsius or 0.0) >= WARM_CELSIUS:
        return Finding("temperature", "warn", f"{text}, maskwatch processes fewer frames", COOLING)
    if flags.since_boot & SLOWED:
        return Finding("temperature", "warn", f"{text}, was too hot since the board was booted", COOLING)
    return Finding("temperature", "ok", text)


def _flags(case: Case) -> Throttling | None:
    """The firmware's flags, from the kernel or from the firmware's own tool."""
    board = case.machine.board
    flags = board.throttling()
    if flags is not None or not board.is_raspberry_pi:
        return flags
    _, _, answer = case.machine.run(["vcgencmd", "get_throttled"]).strip().partition("throttled=")
    return read_throttling(answer)


def check_clock(case: Case) -> Finding:
    """Whether the clock is right: quiet hours and the times in the log depend on it."""
    now = datetime.fromtimestamp(case.machine.clock(), UTC)
    text = f"{now:%Y-%m-%d %H:%M} UTC"
    if now.year < EARLIEST_YEAR:
        return Finding("clock", "warn", f"{text} cannot be right", f"connect a network, and {SET_BY_NETWORK}")
    answer = case.machine.run(["timedatectl", "show", "-p", "NTPSynchronized", "--value"]).strip()
    if answer == "no":
        return Finding("clock", "warn", f"{text}, not set by the network", SET_BY_NETWORK)
    return Finding("clock", "ok", f"{text}, set by the network" if answer == "yes" else text)


def check_disk(case: Case) -> Finding:
    """Whether the disk has room; without it the device works, but cannot keep copies of the last good model files."""
    folder = case.machine.path(STATE)
    while not folder.is_dir() and folder != case.machine.root:
        folder = folder.parent
    megabytes = case.machine.free_bytes(folder) / MEGABYTE
    text = f"{megabytes / 1000:.1f} GB free" if megabytes >= 1000 else f"{megabytes:.0f} MB free"
    if megabytes >= LITTLE_MEGABYTES:
        return Finding("disk", "ok", text)
    return Finding("disk", "warn", text, "sudo apt clean && sudo journalctl --vacuum-size=50M")
