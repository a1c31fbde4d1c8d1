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
    p_unmasked: float
    """The newest frame's calibrated probability of not being compliant."""
    verdict: Verdict
