"""What was measured: as JSON for programs, as a table for people."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Self, TextIO

import numpy as np

from edge.bench.estimate import Estimate

FORMAT = 1
"""Of the JSON; a key that is there keeps its name, its unit and its meaning."""


@dataclass(frozen=True)
class Spread:
    """How long something takes."""

    median_ms: float
    p95_ms: float
    """Of twenty frames, nineteen take no longer."""

    @classmethod
    def of(cls, milliseconds: Sequence[float]) -> Self:
        """That of a few times at least."""
        median, p95 = (round(float(np.percentile(milliseconds, share)), 3) for share in (50, 95))
        return cls(median, p95)


@dataclass(frozen=True, kw_only=True)
class Report:
    """All of it, in the order of the JSON."""

    format: int = FORMAT
    maskwatch_version: str
    board: str
    architecture: str
    cores: int
    python_version: str
    runtime: str
    runtime_version: str
    xnnpack: bool
    threads: int
    """Of each network."""
    locator: str
    classifier: str
    source: str
    width_px: int
    height_px: int
    warm_up_frames: int
    frames: int
    """Those that count."""
    people_per_frame: float
    """The mean."""
    stages: dict[str, Spread]
    """In the order of a frame's way."""
    whole_frame: Spread
    frames_per_second: float
    """As many as the loop can do, one after the other."""
    imports_s: float
    """From the start of the process until everything is imported."""
    models_s: float
    """To load both networks."""
    first_frame_s: float
    """What the very first frame takes, once it is there."""
    resident_now_mb: float
    resident_peak_mb: float
    celsius: float | None
    """The processor's temperature afterwards; null where it is not known."""
    estimate: Estimate | None = None
    """What this board should take; null where it is not known."""

    def to_json(self) -> str:
        """As an object."""
        return json.dumps(asdict(self), indent=2, ensure_ascii=False) + "\n"

    def write(self, out: TextIO) -> None:
        """Write it as a table."""
        out.writelines(f"{line}\n" for line in self._lines())

    def _lines(self) -> Iterator[str]:
        xnnpack = "with XNNPACK" if self.xnnpack else "without XNNPACK"
        yield f"{self.board}, {_count(self.cores, 'core')}, {self.architecture}, Python {self.python_version}"
        yield (
            f"maskwatch {self.maskwatch_version}: {self.locator} and {self.classifier} on {self.runtime} "
            f"{self.runtime_version} {xnnpack}, {_count(self.threads, 'thread')}"
        )
        yield (
            f"{_count(self.frames, 'frame')} of {self.source}, {self.width_px} x {self.height_px} pixels, "
            f"{self.people_per_frame:.1f} people in each; {self.warm_up_frames} before them to warm up"
        )
        yield ""
        yield f"{'':15}{'median':>10}{'95 of 100':>13}"
        for stage, spread in (self.stages | {"whole frame": self.whole_frame}).items():
            yield f"{stage:15}{spread.median_ms:>7.2f} ms{spread.p95_ms:>10.2f} ms"
        if self.estimate:
            yield f"{'estimate':15}{self.estimate.sentence()}"
        yield ""
        for name, figure, unit in self._single_figures():
            yield f"{name:15}{figure:>7} {unit}"

    def _single_figures(self) -> Iterator[tuple[str, str, str]]:
        yield "speed", f"{self.frames_per_second:.1f}", "frames a second"
        yield "imports", f"{self.imports_s:.2f}", "s"
        yield "loading models", f"{self.models_s:.2f}", "s"
        yield "first frame", f"{self.first_frame_s:.2f}", "s"
        yield "memory now", f"{self.resident_now_mb:.0f}", "MB"
        yield "memory at most", f"{self.resident_peak_mb:.0f}", "MB"
        if self.celsius is not None:
            yield "temperature", f"{self.celsius:.0f}", "°C"


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
