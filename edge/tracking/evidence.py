"""From the probabilities of single frames to a verdict on a person: Wald's sequential test.

A frame's calibrated probability p, measured against the classifier's threshold t, says how much more likely its picture
is of a person who is not compliant than of one who is: the log-likelihood ratio log(p / (1-p)) - log(t / (1-t)). (The
classifier is calibrated on a balanced set, so its prior odds are 1 and need no correction; t shifts the neutral
point.) The sequential probability ratio test adds the ratios up and decides when the sum leaves an interval that the
two error rates set; of all tests with these rates it needs the fewest frames (Wald 1945, "Sequential Tests of
Statistical Hypotheses"; Wald and Wolfowitz 1948).

Three rules correct the sum:

* **Neighboring frames say nearly the same.** If what the classifier gets wrong fades as exp(-seconds / tau), as in a
  first-order autoregression, then a frame dt after the last one adds not one frame's worth of information but (1-r) /
  (1+r) with r = exp(-dt / tau), which is tanh(dt / 2 tau) (the effective sample size; Bartlett 1946). The first frame
  counts in full, 25 frames a second decide hardly sooner than 10, and a face that is classified rarely loses little. On
  this project's clips the errors fade in 0.1 to 0.6 s, 0.3 as a rule. A correlated sum also runs farther past its
  bounds than an independent one, which errs on the safe side; tau = 0.2 makes up for it: with it, the error rates of
  simulated people are those set (`tests/edge/tracking/test_simulation.py`).
* **No frame decides alone.** One frame moves the sum by at most half the way from zero to the bound that it speaks for.
* **A face that cannot be judged says nothing.** A profile, the back of a head or what the locator wrongly takes for a
  face has a P(not compliant) like any picture. So a frame counts with the weight P(clear), and not at all where the
  face is more likely unclear. A second test of the same kind, with the log-odds of P(clear), decides whether there is a
  clear face at all; until it does, a track is not a person and has no verdict.

People change: a mask is pulled to the chin, or put on. So the sum goes on after the verdict, but never beyond the
bounds (as the sum in Page's CUSUM test, 1954, never goes below zero): after an hour the way back
is as short as after the first second. A verdict stands until the sum has returned to zero, where neither hypothesis is
more likely; the person is then undecided until the sum reaches a bound again. The distance from a bound to zero is the
hysteresis.
"""

import math
from dataclasses import dataclass
from functools import cached_property

from edge.tracking.track import Verdict
from edge.vision.calibration import SMALLEST_P

LOCATOR_WEIGHT = 2.0
"""How much the locator's log-odds count beside those of P(clear).

Chosen on the validation scenes, those of an unseen source and pictures without faces: at 0.05 false faces an image
a weight of 2 finds more faces than equal weights, or than one of the two alone.
"""

MOST_RAISED = 2.0
"""How much the locator may add to the log-odds of P(clear): it is sure of many an animal's head.

With this bound a picture that the classifier gives a P(clear) below 0.12 stays unclear. Chosen like the weight: of 108
pictures without a face one is called not compliant instead of three, while on val 0.964 of the faces are found at 0.038
false ones an image instead of 0.970 at 0.047, and on the unseen source 0.949 at 0.022 instead of 0.033.
"""


@dataclass(frozen=True, kw_only=True)
class SequentialTest:
    """The rules of the test; the sum itself is kept by the caller."""

    false_alert_rate: float
    """Share of the compliant people that may be found not compliant, above 0 and below 0.5."""
    miss_rate: float
    """Share of the others that may be found compliant, above 0 and below 0.5."""
    correlation_seconds: float
    """Tau: after this long the classifier's errors on a person have faded to 1/e."""
    threshold: float
    """Calibrated probability that favors neither verdict."""

    @cached_property
    def upper(self) -> float:
        """At this sum and above a person is not compliant."""
        return math.log((1 - self.miss_rate) / self.false_alert_rate)

    @cached_property
    def lower(self) -> float:
        """At this sum and below a person is compliant."""
        return math.log(self.miss_rate / (1 - self.false_alert_rate))

    def information(self, seconds: float) -> float:
        """How much a frame counts, 0 to 1, that comes `seconds` after the last one; infinity for the first."""
        return math.tanh(seconds / (2 * self.correlation_seconds))

    def weigh(self, evidence: float, p: float, weight: float) -> float:
        """The sum after one more frame.

        Args:
            evidence: The sum before.
            p: The frame's calibrated probability of not being compliant.
            weight: How much it counts, 0 to 1: its information times its quality.

        Returns:
            The new sum, between `lower` and `upper`.
        """
        step = weight * (_log_odds(p) - _log_odds(self.threshold))
        step = min(max(step, self.lower / 2), self.upper / 2)
        return min(max(evidence + step, self.lower), self.upper)

    def verdict(self, evidence: float, before: Verdict) -> Verdict:
        """The verdict at a sum, given the one before."""
        if evidence >= self.upper:
            return Verdict.NOT_COMPLIANT
        if evidence <= self.lower:
            return Verdict.COMPLIANT
        held = {Verdict.NOT_COMPLIANT: evidence > 0, Verdict.COMPLIANT: evidence < 0, Verdict.UNDECIDED: False}
        return before if held[before] else Verdict.UNDECIDED


@dataclass(frozen=True, kw_only=True)
class Quality:
    """How far one picture of a face is trusted."""

    smallest_face_px: float
    """Faces up to this size are never judged."""
    clear_face_px: float
    """Faces from this size on count in full."""
    blurred_below: float
    """Sharpness under which a face counts less, in proportion."""
    clear_from: float
    """P(clear) below which a picture does not count: no person could tell whether this face wears a mask."""
    even_face_score: float
    """The locator's score that favors neither a face nor its absence."""

    def of_size(self, pixels: float) -> float:
        """0 for a face too small to judge, 1 for a clear one."""
        span = max(self.clear_face_px - self.smallest_face_px, 1e-9)
        return min(max((pixels - self.smallest_face_px) / span, 0.0), 1.0)

    def of_sharpness(self, sharpness: float) -> float:
        """1 for a crisp face, less for a blurred one."""
        return min(sharpness / self.blurred_below, 1.0)

    def clearness(self, p_clear: float, face_score: float) -> float:
        """P(clear) from both networks: they err in different places, so their log-odds are added.

        Args:
            p_clear: The classifier's.
            face_score: The locator's score of the box; 1 of a box that no network has found, which then says nothing.
        """
        if face_score >= 1:
            return p_clear
        locator = LOCATOR_WEIGHT * (_log_odds(face_score) - _log_odds(self.even_face_score))
        return 1 / (1 + math.exp(-_log_odds(p_clear) - min(locator, MOST_RAISED)))

    def of_clearness(self, p_clear: float) -> float:
        """P(clear) for a face that is more likely clear than not, otherwise 0."""
        return p_clear if p_clear >= self.clear_from else 0.0


def _log_odds(p: float) -> float:
    p = min(max(p, SMALLEST_P), 1 - SMALLEST_P)
    return math.log(p / (1 - p))
