"""A verdict that has to hold for a while before it counts."""

from collections.abc import Sequence

import numpy as np

from edge.events.types import AlertBegan, AlertEnded, Event, TrackBegan, TrackEnded
from edge.tracking.track import Track, Verdict
from edge.vision.face import Face


class DebouncedTracker:
    """Follows one person, the largest face, and turns their verdict when the frames have agreed for long enough.

    All times are on the clock of the frames.
    """

    def __init__(self, *, threshold: float, hold_seconds: float, gap_seconds: float) -> None:
        """Set the rules.

        Args:
            threshold: Probability from which a frame speaks for "not compliant".
            hold_seconds: How long every frame must say the same before the verdict follows.
            gap_seconds: How long a face may be away before its track ends.
        """
        self.threshold, self.hold_seconds, self.gap_seconds = threshold, hold_seconds, gap_seconds
        self.track: Track | None = None
        self._number = 0
        self._seen = self._agreed_since = 0.0
        self._leaning = Verdict.UNDECIDED

    @property
    def tracks(self) -> list[Track]:
        """Everyone in view."""
        return [self.track] if self.track else []

    @property
    def verdicts(self) -> list[Verdict]:
        """What is held of everyone in view."""
        return [track.verdict for track in self.tracks]

    def update(self, seconds: float, faces: Sequence[Face], scores: np.ndarray) -> list[Event]:
        """Take in a frame.

        Args:
            seconds: When it was taken.
            faces: n faces, largest first.
            scores: Their calibrated P(not compliant), (n,).

        Returns:
            What came of it, in order.
        """
        if not faces:
            return self._lose(seconds) if self.track and seconds - self._seen >= self.gap_seconds else []
        events = [] if self.track else self._begin(seconds, faces[0])
        self._seen = seconds
        return events + self._judge(seconds, faces[0], float(scores[0]))

    def _begin(self, seconds: float, face: Face) -> list[Event]:
        self._number += 1
        self._leaning = Verdict.UNDECIDED
        self.track = Track(self._number, face, 0.5, Verdict.UNDECIDED)
        return [TrackBegan(at=seconds, track=self._number)]

    def _judge(self, seconds: float, face: Face, p: float) -> list[Event]:
        leaning = Verdict.NOT_COMPLIANT if p >= self.threshold else Verdict.COMPLIANT
        if leaning != self._leaning:
            self._leaning, self._agreed_since = leaning, seconds
        before = self.track.verdict if self.track else Verdict.UNDECIDED
        after = leaning if seconds - self._agreed_since >= self.hold_seconds else before
        self.track = Track(self._number, face, p, after)
        return self._turned(seconds, before, after, p)

    def _turned(self, seconds: float, before: Verdict, after: Verdict, p: float) -> list[Event]:
        if before == after:
            return []
        if after == Verdict.NOT_COMPLIANT:
            return [AlertBegan(at=seconds, track=self._number, p_unmasked=round(p, 3))]
        return [AlertEnded(at=seconds, track=self._number)] if before == Verdict.NOT_COMPLIANT else []

    def _lose(self, seconds: float) -> list[Event]:
        before = self.track.verdict if self.track else Verdict.UNDECIDED
        self.track = None
        return [*self._turned(seconds, before, Verdict.UNDECIDED, 0.5), TrackEnded(at=seconds, track=self._number)]
