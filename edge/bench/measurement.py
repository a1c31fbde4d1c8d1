"""What is measured: the loop's own times, and what the kernel knows of this process."""

import ctypes
import os
import re
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from edge.camera.frame import Frame
from edge.runtime.frame_result import FrameResult

SELF = Path("/proc/self")

KIBIBYTES_PER_MEGABYTE = 1000 / 1.024

CAPTURE = "capture"
"""The stage before the loop's own: waiting for a frame, or decoding it."""


@dataclass
class Stopwatch:
    """A publisher; the first frames, to warm up, do not count."""

    warm_up: int
    captures: bool
    """Whether the frames come from a source whose own time is of interest."""
    clock: Callable[[], float] = time.perf_counter
    stages: dict[str, list[float]] = field(default_factory=dict)
    """By stage, the milliseconds that each frame took there."""
    people: list[int] = field(default_factory=list)
    """How many people were followed in each frame."""
    first_frame_seconds: float = 0.0
    """What the loop took for the very first frame."""
    size: tuple[int, int] = (0, 0)
    """Width and height of the frames, in pixels."""
    _capture_ms: float = 0.0
    _seen: int = 0

    def time_captures(self, frames: Iterable[Frame]) -> Iterator[Frame]:
        """The frames, each timed on its way to the loop."""
        source = iter(frames)
        while True:
            began = self.clock()
            frame = next(source, None)
            if frame is None:
                return
            self._capture_ms = (self.clock() - began) * 1000
            yield frame

    def publish(self, result: FrameResult) -> None:
        """Note a frame's times."""
        self._seen += 1
        if self._seen == 1:
            self.first_frame_seconds = sum(result.milliseconds.values()) / 1000
            height, width = result.frame.image.shape[:2]
            self.size = width, height
        if self._seen <= self.warm_up:
            return
        before = {CAPTURE: self._capture_ms} if self.captures else {}
        for stage, milliseconds in (before | result.milliseconds).items():
            self.stages.setdefault(stage, []).append(milliseconds)
        self.people.append(len(result.tracks))

    @property
    def totals(self) -> list[float]:
        """What each frame took in all, in milliseconds."""
        return [sum(each) for each in zip(*self.stages.values(), strict=True)]


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
