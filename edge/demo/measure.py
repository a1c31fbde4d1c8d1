"""What the demo counts and times, for its summary."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from edge.events.types import AlertBegan
from edge.replay.timeline import stretches
from edge.runtime.frame_result import FrameResult
from edge.tracking.track import Verdict

KEPT = 10_000
"""Frames whose times are kept; a webcam has no end."""

MEANINGS = {"with_mask": Verdict.COMPLIANT, "without_mask": Verdict.NOT_COMPLIANT}
"""The right verdict by label."""

Truth = Callable[[float], str | None]
"""The label of the person who stands at the mark at a time, None while nobody does."""


class Timings:
    """How long the stages take, and how fast the whole goes."""

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._began = clock()
        self._stages: dict[str, deque[float]] = {}
        self.frames = 0

    def publish(self, result: FrameResult) -> None:
        """Note the result's times."""
        self.frames += 1
        for stage, milliseconds in result.milliseconds.items():
            self._stages.setdefault(stage, deque(maxlen=KEPT)).append(milliseconds)

    def medians(self, newest: int = KEPT) -> dict[str, float]:
        """The median of each stage over the newest frames, in milliseconds."""
        return {stage: float(np.median(list(times)[-newest:])) for stage, times in self._stages.items()}

    def percentiles(self, share: float) -> dict[str, float]:
        """A percentile of each stage (`share` in 0..100), in milliseconds."""
        return {stage: float(np.percentile(list(times), share)) for stage, times in self._stages.items()}

    @property
    def rate(self) -> float:
        """Frames a second since the start, drawing and writing included."""
        return self.frames / max(self._clock() - self._began, 1e-9)


@dataclass(frozen=True, slots=True)
class Stand:
    """A person stood at the mark."""

    begin: float
    """Seconds of the clip."""
    label: str
    verdict: Verdict
    """The device's verdict when they left."""
    delay: float | None
    """Seconds from their arrival until the verdict was right; None if it never was."""

    @property
    def right(self) -> bool:
        """Whether the last verdict was right."""
        return self.verdict == MEANINGS[self.label]


class Score:
    """Compares the verdicts with the truth."""

    def __init__(self, truth: Truth) -> None:
        self._truth = truth
        self._seconds: list[float] = []
        self._labels: list[str | None] = []
        self._verdicts: list[Verdict] = []
        self.alerts: list[float] = []
        """When they began, in seconds of the clip."""

    def publish(self, result: FrameResult) -> None:
        """Note the truth and the device's verdict."""
        self._seconds.append(result.frame.seconds)
        self._labels.append(self._truth(result.frame.seconds))
        self._verdicts.append(result.tracks[0].verdict if result.tracks else Verdict.UNDECIDED)
        self.alerts.extend(event.at for event in result.events if isinstance(event, AlertBegan))

    def stands(self) -> list[Stand]:
        """Everyone who stood at the mark; a person who puts a mask on counts twice."""
        step = float(np.median(np.diff(self._seconds))) if len(self._seconds) > 1 else 1.0
        found = stretches(self._seconds, self._labels, step)
        return [self._stand(s.begin, s.end, str(s.value)) for s in found if s.value is not None]

    def _stand(self, begin: float, end: float, label: str) -> Stand:
        within = [i for i, at in enumerate(self._seconds) if begin <= at < end - 1e-6]
        delay = next((self._seconds[i] - begin for i in within if self._verdicts[i] == MEANINGS[label]), None)
        return Stand(begin, label, self._verdicts[within[-1]], delay)
