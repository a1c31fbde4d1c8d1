"""What machine this is and its state: its name, its temperature, and whether its power supply is strong enough."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntFlag
from pathlib import Path


class Throttling(IntFlag):
    """The firmware's flags of what slows a Raspberry Pi down: what is so now."""

    UNDER_VOLTAGE = 0x1
    CAPPED = 0x2
    """The processor's clock is limited."""
    THROTTLED = 0x4
    TOO_WARM = 0x8
    """The soft temperature limit is in force."""

    @property
    def since_boot(self) -> "Throttling":
        """What has been so at some time since the board was booted: 16 bits higher."""
        return Throttling(self >> 16)


@dataclass(frozen=True, slots=True)
class Board:
    """Reads the kernel's files; what a machine does not have is None or empty."""

    root: Path = Path("/")
    """Where the machine's file system begins."""

    @property
    def model(self) -> str:
        """What the board calls itself; empty on a machine without a device tree."""
        return _read(self.root / "proc/device-tree/model")

    @property
    def is_raspberry_pi(self) -> bool:
        """Whether it is one, by its device tree."""
        return self.model.startswith("Raspberry Pi")

    @property
    def name(self) -> str:
        """The board's own name, or else that of its processor."""
        processor = re.search(r"model name\s*:\s*(.+)", _read(self.root / "proc/cpuinfo"))
        return self.model or (processor[1].strip() if processor else "a processor without a name")

    def celsius(self) -> float | None:
        """The processor's temperature, in degrees Celsius."""
        text = _read(self.root / "sys/class/thermal/thermal_zone0/temp")
        return int(text) / 1000 if text.lstrip("-").isdecimal() else None

    def throttling(self) -> Throttling | None:
        """The firmware's flags; only a Raspberry Pi has them."""
        return read_throttling(_read(self.root / "sys/devices/platform/soc/soc:firmware/get_throttled"))

    def under_voltage(self) -> bool | None:
        """Whether the supply is too weak now."""
        for alarm in self._voltage_alarms():
            return _read(alarm) == "1"
        flags = self.throttling()
        return None if flags is None else bool(flags & Throttling.UNDER_VOLTAGE)

    def _voltage_alarms(self) -> Iterator[Path]:
        for name in sorted(self.root.glob("sys/class/hwmon/*/name")):
            if _read(name) == "rpi_volt":
                yield name.parent / "in0_lcrit_alarm"


def read_throttling(text: str) -> Throttling | None:
    """The flags from hexadecimal digits, as the kernel and the firmware's tool write them; None from anything else."""
    try:
        return Throttling(int(text, 16))
    except ValueError:
        return None


def _read(path: Path) -> str:
    try:
        return path.read_text(errors="replace").strip("\0\n ")
    except OSError:  # a file that is not there, or cannot be read just now
        return ""
