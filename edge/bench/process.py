"""What the kernel knows of this process."""

import ctypes
import os
import re
import time
from contextlib import suppress
from pathlib import Path

SELF = Path("/proc/self")

KIBIBYTES_PER_MEGABYTE = 1000 / 1.024


def seconds_since_start() -> float:
    """How long this process has been running, Python's own start included; to a hundredth of a second."""
    fields = (SELF / "stat").read_text().rpartition(")")[2].split()
    started = int(fields[19]) / os.sysconf("SC_CLK_TCK")  # the 22nd of all, the 20th after the command's name
    return time.clock_gettime(time.CLOCK_BOOTTIME) - started


def forget_peak() -> None:
    """Give back memory that is free, and let the peak count from now on; where that may not be, it counts on."""
    with suppress(AttributeError):  # a C library other than glibc
        ctypes.CDLL(None).malloc_trim(0)
    with suppress(OSError):
        (SELF / "clear_refs").write_text("5")


def resident_megabytes() -> tuple[float, float]:
    """The memory that is in use now, and the most that has been; in megabytes."""
    status = (SELF / "status").read_text()
    now, peak = (int(_found(rf"{name}:\s+(\d+) kB", status)) / KIBIBYTES_PER_MEGABYTE for name in ("VmRSS", "VmHWM"))
    return now, peak


def _found(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    return match[1] if match else ""
