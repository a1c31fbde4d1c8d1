"""Ask the kernel which program uses which GPIO line, without touching a line."""

import fcntl
import os
import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

CHIP_INFO = struct.Struct("32s32sI")
"""`struct gpiochip_info` of linux/gpio.h: name, label, number of lines."""

LINE_INFO = struct.Struct("32s32sIIQ176x")
"""`struct gpio_v2_line_info`: name, consumer, offset, number of attributes, flags; then the attributes."""

GET_CHIP_INFO, GET_LINE_INFO = 0x8044B401, 0xC100B405
"""The requests GPIO_GET_CHIPINFO_IOCTL and GPIO_V2_GET_LINEINFO_IOCTL."""

USED = 1
"""Flag of a line that a program uses."""

HEADER_LABELS = ("pinctrl-bcm2", "pinctrl-rp1")
"""First part of the label of the chip whose lines are the pins of a Raspberry Pi's header."""


def busy_lines(devices: Path) -> Mapping[int, str] | None:
    """Which program uses which line of the header's chip.

    Args:
        devices: Folder of the device files, /dev.

    Returns:
        The program that uses each line, by the line's number, which is the pin's BCM number; None if there is no such
        chip, or this user may not open it.
    """
    for path in sorted(devices.glob("gpiochip*")):
        try:
            with _opened(path) as chip:
                _, label, count = _ask(chip, GET_CHIP_INFO, CHIP_INFO)
                if _text(label).startswith(HEADER_LABELS):
                    return dict(_busy(chip, count))
        except OSError:
            continue
    return None


def _busy(chip: int, count: int) -> Iterator[tuple[int, str]]:
    for offset in range(count):
        name, consumer, _, _, flags = _ask(chip, GET_LINE_INFO, LINE_INFO, b"", b"", offset, 0, 0)
        if flags & USED:
            yield offset, _text(consumer) or _text(name)


def _ask(chip: int, request: int, layout: struct.Struct, *values: bytes | int) -> tuple:
    buffer = bytearray(layout.pack(*values) if values else layout.size)
    fcntl.ioctl(chip, request, buffer)
    return layout.unpack(buffer)


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        yield handle
    finally:
        os.close(handle)


def _text(field: bytes) -> str:
    return field.split(b"\0", 1)[0].decode(errors="replace")
