"""What the tracker knows of somebody it follows."""

import math
from dataclasses import dataclass

import numpy as np

from edge.tracking.motion import Motion
from edge.tracking.static_faces import Watch
from edge.tracking.track import Track, Verdict
from edge.vision.face import Face


@dataclass(slots=True, eq=False)
class Person:
    """Somebody in view, or out of it for less than the gap."""

    face: Face
    """Where the locator last found the face."""
    motion: Motion
    watch: Watch
    patch: np.ndarray
    """What the box held then, as of `grey_patch`."""
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
    classified_patch: np.ndarray | None = None
    """What the box held then."""

    def track(self, seconds: float) -> Track:
        """The person as of a frame's time."""
        unseen = seconds - self.motion.seconds
        face = self.motion.at(seconds) if unseen else self.face
        return Track(self.number, face, self.p_not_compliant, self.verdict, self.evidence, unseen)
