"""How the board fares: its temperature, and whether its power supply holds."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

UNDER_VOLTAGE, THROTTLED = 0x1, 0x4
"""Bits of the firmware's flags: what is so now."""


@dataclass(frozen=True, slots=True)
class Board:
    """Reads the kernel's files; what a machine does not have is None."""

    sys: Path = Path("/sys")

    def celsius(self) -> float | None:
        """The processor's temperature, in degrees Celsius."""
        text = _read(self.sys / "class/thermal/thermal_zone0/temp")
        return int(text) / 1000 if text.lstrip("-").isdecimal() else None

    def flags(self) -> int | None:
        """The firmware's throttling flags; only a Raspberry Pi has them."""
        text = _read(self.sys / "devices/platform/soc/soc:firmware/get_throttled")
        try:
            return int(text, 16)
        except ValueError:
            return None

    def under_voltage(self) -> bool | None:
        """Whether the supply is too weak now."""
        for alarm in self._voltage_alarms():
            return _read(alarm) == "1"
        flags = self.flags()
        return None if flags is None else bool(flags & UNDER_VOLTAGE)

    def _voltage_alarms(self) -> Iterator[Path]:
        for name in sorted(self.sys.glob("class/hwmon/*/name")):
            if _read(name) == "rpi_volt":
                yield name.parent / "in0_lcrit_alarm"


def _read(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:  # a sensor that is not there, or cannot be read just now
        return ""
