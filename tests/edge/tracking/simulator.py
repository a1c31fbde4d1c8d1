"""People at a door, as the classifier sees them: each has a log-odds of their own, and noise that fades slowly."""

import math
from dataclasses import dataclass

import numpy as np

from edge.camera.frame import Frame
from edge.events.types import VerdictTurned
from edge.tracking.evidence import SequentialTest
from edge.tracking.track import Verdict
from edge.vision.face import Face

STEP = 0.1
"""Seconds between two frames."""

NOISE = 0.7
"""Standard deviation of one person's log-odds around their mean, as measured on the clips (0.3 to 1.4)."""

FADING = 0.3
"""Seconds in which that noise fades to 1/e, as measured on the clips (0.1 to 0.6)."""


def like_the_shipped_model(seed: int) -> dict[bool, np.ndarray]:
    """Log-odds by whether people are compliant: normal laws fitted to the shipped door_cnn's scores on crops/val."""
    rng = np.random.default_rng(seed)
    bare, incorrect = rng.normal(4.1, 1.5, 8300), rng.normal(1.3, 2.2, 1700)
    return {True: rng.normal(-3.3, 1.75, 10_000), False: rng.permutation(np.concatenate([bare, incorrect]))}


def calibrated(mean: float, people: int) -> dict[bool, np.ndarray]:
    """Everybody has the mean log-odds: with noise of variance 2 * mean these are exact log-likelihood ratios."""
    return {True: np.full(people, -mean), False: np.full(people, mean)}


class Noise:
    """A first-order autoregression for each of n people, stationary from the first frame on."""

    def __init__(self, people: int, *, deviation: float, fading: float = FADING, seed: int = 0) -> None:
        self._rng = np.random.default_rng(seed)
        self._keeps = math.exp(-STEP / fading)
        self.deviation, self.now = deviation, self._rng.standard_normal(people)

    def next(self) -> np.ndarray:
        now = self.deviation * self.now
        fresh = self._rng.standard_normal(len(now))
        self.now = self._keeps * self.now + math.sqrt(1 - self._keeps**2) * fresh
        return now


@dataclass(frozen=True)
class Outcome:
    """How the first verdicts on some people turned out."""

    alerted: float
    """Share found not compliant."""
    passed: float
    """Share found compliant."""
    seconds: float
    """Mean time to the verdict, of those who got one."""


def judge_each(test: SequentialTest, log_odds: np.ndarray, noise: Noise, seconds: float) -> Outcome:
    """Judge people one by one, each for so long at most."""
    frames = np.stack([log_odds + noise.next() for _ in range(round(seconds / STEP))], axis=1)
    return outcome([_first_verdict(test, person) for person in (1 / (1 + np.exp(-frames))).tolist()])


def outcome(verdicts: list[tuple[Verdict, float]]) -> Outcome:
    kinds = [verdict for verdict, _ in verdicts]
    settled = [seconds for verdict, seconds in verdicts if verdict is not Verdict.UNDECIDED]
    return Outcome(
        kinds.count(Verdict.NOT_COMPLIANT) / len(kinds),
        kinds.count(Verdict.COMPLIANT) / len(kinds),
        float(np.mean(settled)),
    )


def wald_mean_seconds(test: SequentialTest, mean: float) -> float:
    """Wald's approximation of the mean time to a verdict on people who are not compliant (1945, formula 4.8).

    The mean of the sum at its end over the mean of a frame; the first frame counts in full, and takes no time.
    """
    end = (1 - test.miss_rate) * test.upper + test.miss_rate * test.lower
    return max(end / mean - 1, 0) / test.information(STEP) * STEP


class Crowd:
    """People side by side in one picture for some seconds, judged by a tracker."""

    def __init__(self, log_odds: np.ndarray, noise: Noise) -> None:
        self.log_odds, self.noise = log_odds, noise
        self._grain = np.random.default_rng(1).integers(0, 256, (60, 80 * len(log_odds), 3), np.uint8)

    def judged_by(self, tracker, seconds: float) -> list[tuple[Verdict, float]]:
        """Everybody's first verdict, and when it came."""
        verdicts = dict.fromkeys(range(len(self.log_odds)), (Verdict.UNDECIDED, seconds))
        who: dict[int, int] = {}
        for number in range(round(seconds / STEP)):
            at, odds = number * STEP, self.log_odds + self.noise.next()
            # The grain moves on from frame to frame: these are living people.
            asked, followed = tracker.follow(Frame(np.roll(self._grain, 7 * number, axis=1), at), self._faces(number))
            seen = [int(person.face.left // 80) for person in asked]
            events = followed + tracker.judge(
                asked, np.column_stack([1 / (1 + np.exp(-odds[seen])), np.ones(len(seen))])
            )
            who |= {person.number: index for person, index in zip(asked, seen, strict=True)}
            for event in events:
                if isinstance(event, VerdictTurned) and verdicts[who[event.track]][0] is Verdict.UNDECIDED:
                    verdicts[who[event.track]] = (Verdict(event.verdict), at)
        return list(verdicts.values())

    def _faces(self, number: int) -> list[Face]:
        sway = 3 * math.sin(number)
        return [Face(80 * i + 20 + sway, 10, 80 * i + 60 + sway, 50) for i in range(len(self.log_odds))]


def _first_verdict(test: SequentialTest, frames: list[float]) -> tuple[Verdict, float]:
    evidence = 0.0
    for number, p in enumerate(frames):
        evidence = test.weigh(evidence, p, test.information(STEP if number else math.inf))
        verdict = test.verdict(evidence, Verdict.UNDECIDED)
        if verdict is not Verdict.UNDECIDED:
            return verdict, number * STEP
    return Verdict.UNDECIDED, len(frames) * STEP
