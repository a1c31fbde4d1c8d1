"""People followed through the frames: what the tracker keeps of each, and what it tells the others."""

import math
from dataclasses import dataclass
from enum import Enum

from edge.tracking.motion import Motion
from edge.tracking.patch import Patch
from edge.tracking.static_faces import Watch
from edge.vision.face import Face


class Verdict(Enum):
    """The device's verdict on a person."""

    UNDECIDED = "undecided"
    COMPLIANT = "compliant"
    NOT_COMPLIANT = "not compliant"


@dataclass(frozen=True, slots=True)
class Track:
    """One person, as of the newest frame."""

    number: int
    """Counts the people since the start, from 1."""
    face: Face
    """Where the locator found the face, or where it should be by now if this frame has not shown it."""
    p_not_compliant: float
    """The newest calibrated probability of not being compliant; 0.5 before the first."""
    verdict: Verdict
    evidence: float = 0.0
    """Log-odds of not being compliant, gathered over the frames; kept within the bounds of the sequential test."""
    unseen_seconds: float = 0.0
    """How long ago the face was last found."""
    muted: bool = False
    """Whether it is a static face: one that never moves and does not count."""


@dataclass(slots=True, eq=False)
class Person:
    """Someone in view, or out of view for less than the gap."""

    face: Face
    """Where the locator last found the face."""
    motion: Motion
    watch: Watch
    patch: Patch
    """The picture in the box then."""
    began: float
    """When the face was first found."""
    number: int = 0
    """Counts the people since the start, from 1; 0 until the classifier has seen that there is a clear face."""
    clearness: float = 0.0
    """Log-odds of being a clear face, gathered over the frames until there is a number."""
    evidence: float = 0.0
    verdict: Verdict = Verdict.UNDECIDED
    p_not_compliant: float = 0.5
    classified_at: float = -math.inf
    """When the classifier last judged the face."""
    classified_patch: Patch | None = None
    """The picture in the box then."""

    def track(self, seconds: float) -> Track:
        """The person as of a frame's time."""
        unseen = seconds - self.motion.seconds
        face = self.motion.at(seconds) if unseen else self.face
        return Track(self.number, face, self.p_not_compliant, self.verdict, self.evidence, unseen)
