"""What `maskwatch replay` says on the way and in the end, beside the events."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Self, TextIO

from edge.camera.still_pictures import Pictures
from edge.camera.video import Video
from edge.events.types import AlertBegan, Muted
from edge.runtime.frame_result import FrameResult

REFRESH_SECONDS = 0.2
"""How often a terminal shows the progress."""

ERASE_LINE = "\r\x1b[K"


class Summary:
    """A publisher that counts, and shows on a terminal how far the recording is; a context manager."""

    def __init__(
        self, recording: Video | Pictures, name: str, out: TextIO, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Count what comes of `recording`, and write to `out`."""
        self._recording, self._name, self._out, self._clock = recording, name, out, clock
        self._began = self._shown = clock()
        self._frames, self._seconds = 0, 0.0
        self._people: set[int] = set()
        self._alerts = 0
        self._terminal = out.isatty()

    def publish(self, result: FrameResult) -> None:
        """Count the result."""
        self._frames += 1
        self._seconds = result.frame.seconds
        self._people |= {track.number for track in result.tracks if not track.muted}
        self._people -= {event.track for event in result.events if isinstance(event, Muted)}
        self._alerts += sum(isinstance(event, AlertBegan) for event in result.events)
        if self._terminal and self._clock() - self._shown >= REFRESH_SECONDS:
            self._shown = self._clock()
            self._out.write(ERASE_LINE + self._progress())
            self._out.flush()

    def __enter__(self) -> Self:
        """Nothing to open."""
        return self

    def __exit__(self, *exception: object) -> None:
        """Take the progress off the terminal."""
        if self._terminal:
            self._out.write(ERASE_LINE)
            self._out.flush()

    def write(self, files: Sequence[Path]) -> None:
        """Say what was watched, what came of it, what was lost, and which `files` were written."""
        took = self._clock() - self._began
        self._out.write(
            f"{self._name}: {_count(self._frames, 'frame')} up to {self._seconds:.1f} s watched in {took:.1f} s, "
            f"{_count(len(self._people), 'person', 'people')} followed, {_count(self._alerts, 'alert')}.\n"
        )
        if self._recording.damage:
            self._out.write(f"{self._recording.damage}\n")
        for path in files:
            self._out.write(f"Wrote {path} ({path.stat().st_size / 1e6:.1f} MB).\n")

    def _progress(self) -> str:
        whole = self._recording.announced_seconds
        share = f" of {whole:.1f} s ({min(100 * self._seconds / whole, 100):.0f} %)" if whole else " s"
        return f"{self._seconds:.1f}{share}, {_count(self._alerts, 'alert')}"


def _count(number: int, one: str, several: str = "") -> str:
    return f"{number} {one if number == 1 else several or one + 's'}"
