"""A person followed through the frames, and what is thought of them."""

from dataclasses import dataclass
from enum import Enum

from edge.vision.face import Face


class Verdict(Enum):
    """What the device holds of a person."""

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
    """Whether it is a static face: one that never moves, which counts for nothing."""
