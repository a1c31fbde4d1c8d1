"""Follows people through the frames and turns their verdicts."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from edge.camera.frame import Frame
from edge.camera.frame_rate import FrameRate
from edge.events.types import Event, TrackBegan, TrackEnded, VerdictTurned
from edge.tracking.evidence import Quality, SequentialTest
from edge.tracking.face_prediction import FacePrediction
from edge.tracking.lag_monitor import LagMonitor
from edge.tracking.matching import match
from edge.tracking.motion import Motion
from edge.tracking.patch import FramePatches
from edge.tracking.static_faces import StaticFaces, Watch
from edge.tracking.track import Person, Track, Verdict
from edge.vision.face import Face

UNDECIDED_FIRST = 4.0
"""How much more often an undecided person is classified than a decided one, when there are too many to classify all."""

PATIENCE_SECONDS = 0.5
"""An undecided person who has not been classified for longer is waiting."""

SETTLED = 2 / 3
"""Share of the way to a bound that the evidence for a standing verdict must keep for the person to be settled."""

KEPT_UP = 0.75
"""Share of the frames asked of the camera that the loop must process to keep up, where few are asked for."""

REST_SECONDS = 0.5
"""How long the classifier may leave out a settled person whose face looks as it did when it was last classified."""

SAME_PICTURE = 0.95
"""How much a face must resemble the classified one to need no new classification; 1 is the same."""


@dataclass(frozen=True, kw_only=True)
class TrackingRules:
    """How people are followed and judged."""

    test: SequentialTest
    """Turns probabilities into verdicts."""
    clear_test: SequentialTest
    """Decides when a track has shown a clear face and counts as a person."""
    quality: Quality
    """How far a picture of a face is trusted."""
    gap_seconds: float
    """How long a face may be away before its track ends."""
    still_seconds: float
    """How long nothing may change in a face before it counts as static."""
    slowest_frames_per_second: float
    """Below this frame rate the loop has fallen behind, unless the camera is asked for no more frames."""
    looks_per_frame: int
    """How many faces are classified in a frame at most."""


class Tracker:
    """One `Person` per face, for as long as it is in view.

    Each frame takes three calls. Where the first knows the faces, nobody has to be searched for. Between the others the
    classifier judges the faces that matter most:

        faces = tracker.predict(frame) or locator.locate(frame.image)
        people, events = tracker.follow(frame, faces)
        scores = classifier.score(frame.image, [person.face for person in people])
        events += tracker.judge(people, scores)

    All times are the frames' own. A frame older than the last one is taken to be as old as it: time never runs back.
    """

    def __init__(self, rules: TrackingRules) -> None:
        self.rules = rules
        """They may be replaced between two frames; people keep their numbers and their evidence."""
        self.rate: FrameRate | None = None
        """A live camera's; without one the loop has all the time that it needs, and the frame rate says nothing."""
        self.static_faces = StaticFaces()
        self.people: list[Person] = []
        self._prediction = FacePrediction()
        self._lag_monitor = LagMonitor()
        self.seconds = -math.inf
        """When the newest frame was taken."""
        self._patches = FramePatches(np.zeros((1, 1, 3), np.uint8))
        self._numbers = 0

    @property
    def tracks(self) -> list[Track]:
        """Everyone in view, and the static faces that this frame shows."""
        muted = [
            Track(place.number, place.face, 0.5, Verdict.UNDECIDED, muted=True)
            for place in self.static_faces.known
            if place.seconds == self.seconds
        ]
        return [person.track(self.seconds) for person in self.people if person.number] + muted

    @property
    def verdicts(self) -> list[Verdict]:
        """The verdict on everyone in view; static faces do not count."""
        return [person.verdict for person in self.people if person.number]

    @property
    def evidence_bounds(self) -> tuple[float, float]:
        """The log-odds at which a person counts as compliant, and as not."""
        return self.rules.test.lower, self.rules.test.upper

    def predict(self, frame: Frame) -> list[Face] | None:
        """The faces of the next frame if they are where they were expected, else None: then it must be searched."""
        self._patches = FramePatches(frame.image)
        faces = self._prediction.faces(frame, self._patches, self._known())
        if faces is None:
            return None
        return faces + [place.face for place in self.static_faces.known if place.seconds == self.seconds]

    def follow(self, frame: Frame, faces: Sequence[Face]) -> tuple[list[Person], list[Event]]:
        """Find out who is where.

        Args:
            frame: The newest frame.
            faces: Its faces, in any order.

        Returns:
            The people whom the classifier should judge now, the most urgent first; and the events of the frame.
        """
        self.seconds = max(frame.seconds, self.seconds)
        if self._patches.image is not frame.image:
            self._patches = FramePatches(frame.image)
        faces, events = self.static_faces.sift(self.seconds, self._patches, sorted(faces, key=_reading_order))
        found = match(
            self.seconds,
            [person.motion for person in self.people],
            faces,
            lambda person, face: self._patches.likeness(self.people[person].patch, faces[face]),
        )
        for person, face in sorted(found.items()):
            self._see(self.people[person], faces[face])
        events += self._end_the_lost()
        self.people += [self._person(face) for index, face in enumerate(faces) if index not in found.values()]
        events += self._mute_the_still()
        return self._most_urgent(), events

    def judge(self, people: Sequence[Person], scores: np.ndarray) -> list[Event]:
        """Update people with the classifier's answers.

        Args:
            people: Those whom it has judged.
            scores: Their calibrated P(not compliant) and P(clear), (n, 2).

        Returns:
            The events that follow from the scores, in order.
        """
        events: list[Event] = []
        for person, (p, p_clear) in zip(people, scores.tolist(), strict=True):
            events += self._weigh(person, p, p_clear)
        waiting = sum(self._waits(person) for person in self._judgeable())
        slowest = self._slowest_frames_per_second
        return events + self._lag_monitor.keep(self.seconds, waiting, slowest=slowest, occupied=bool(self.people))

    @property
    def _slowest_frames_per_second(self) -> float:
        asked = self.rate.frames_per_second if self.rate else 0.0
        return min(self.rules.slowest_frames_per_second, KEPT_UP * asked)

    def _person(self, face: Face) -> Person:
        watch = Watch.begin(self.seconds, self._patches, face)
        return Person(face, Motion.of(self.seconds, face), watch, self._patches.of(face), self.seconds)

    def _see(self, person: Person, face: Face) -> None:
        person.face, person.patch = face, self._patches.of(face)
        person.motion.see(self.seconds, face)

    def _end_the_lost(self) -> Iterator[Event]:
        lost = [person for person in self.people if self._is_lost(person)]
        for person in lost:
            self.people.remove(person)
            if person.number:
                yield TrackEnded(at=self.seconds, track=person.number)

    def _is_lost(self, person: Person) -> bool:
        if person.motion.seconds == self.seconds:
            return False
        gone = self.seconds - person.motion.seconds >= self.rules.gap_seconds
        return gone or self.static_faces.hides(person.motion.at(self.seconds), self.seconds)

    def _mute_the_still(self) -> Iterator[Event]:
        for person in self._found():
            still = person.watch.still_seconds(self.seconds, self._patches, person.face)
            if person.number and still >= self.rules.still_seconds:
                self.people.remove(person)
                yield self.static_faces.learn(person.number, person.watch, self.seconds)

    def _found(self) -> list[Person]:
        return [person for person in self.people if person.motion.seconds == self.seconds]

    def _known(self) -> list[Person]:
        """Everyone in view if it is known of each whether they are a person, else nobody.

        A track that was probably not a face and is gone does not matter.
        """
        found = self._found()
        missing = any(person.number or person.clearness > 0 for person in self.people if person not in found)
        return found if not missing and all(person.number or self._is_settled(person) for person in found) else []

    def _is_settled(self, person: Person) -> bool:
        """Whether the next score can hardly change the verdict on a person, or the face has proved to be unclear."""
        test = self.rules.test
        if not person.number:
            return person.clearness <= self.rules.clear_test.lower
        sure = not SETTLED * test.lower < person.evidence < SETTLED * test.upper
        return sure and person.verdict is not Verdict.UNDECIDED

    def _judgeable(self) -> list[Person]:
        return [person for person in self._found() if self.rules.quality.of_size(person.face.size) > 0]

    def _most_urgent(self) -> list[Person]:
        due = [person for person in self._judgeable() if self._is_due(person)]
        return sorted(due, key=self._urgency, reverse=True)[: self.rules.looks_per_frame]

    def _is_due(self, person: Person) -> bool:
        before = person.classified_patch
        if before is None or not self._is_settled(person) or self.seconds - person.classified_at >= REST_SECONDS:
            return True
        return person.patch.is_flat() or self._patches.likeness(before, person.face) < SAME_PICTURE

    def _urgency(self, person: Person) -> tuple[float, float]:
        """Grows while a person waits, so that everyone is classified in the end."""
        importance = self.rules.quality.of_size(person.face.size)
        importance *= UNDECIDED_FIRST if self._is_open(person) else 1.0
        return importance * (self.seconds - person.classified_at), person.face.size

    def _waits(self, person: Person) -> bool:
        since = max(person.classified_at, person.began)
        return self._is_open(person) and self.seconds - since > PATIENCE_SECONDS

    def _is_open(self, person: Person) -> bool:
        """Whether the next score may bring a verdict: there is none yet, and the face has not proved to be unclear."""
        return person.verdict == Verdict.UNDECIDED and person.clearness > self.rules.clear_test.lower

    def _weigh(self, person: Person, p: float, p_clear: float) -> list[Event]:
        rules = self.rules
        quality = rules.quality.of_size(person.face.size) * rules.quality.of_sharpness(person.patch.sharpness())
        information = rules.test.information(self.seconds - person.classified_at)
        p_clear = rules.quality.clearness(p_clear, person.face.score)
        weight = information * quality * rules.quality.of_clearness(p_clear)
        person.evidence = rules.test.weigh(person.evidence, p, weight)
        person.p_not_compliant, person.classified_at, person.classified_patch = p, self.seconds, person.patch
        began: list[Event] = []
        if not person.number:
            person.clearness = rules.clear_test.weigh(person.clearness, p_clear, information)
            began = self._number_the_clear(person)
        if not person.number:
            return began
        return began + self._turn(person, rules.test.verdict(person.evidence, person.verdict))

    def _number_the_clear(self, person: Person) -> list[Event]:
        if person.clearness < self.rules.clear_test.upper:
            return []
        self._numbers += 1
        person.number = self._numbers
        return [TrackBegan(at=self.seconds, track=person.number)]

    def _turn(self, person: Person, verdict: Verdict) -> list[Event]:
        before, person.verdict = person.verdict, verdict
        if before == verdict:
            return []
        p = round(person.p_not_compliant, 3)
        return [VerdictTurned(at=self.seconds, track=person.number, verdict=verdict.value, p_not_compliant=p)]


def _reading_order(face: Face) -> tuple[float, ...]:
    """A fixed order, so that the order in which a locator lists the faces changes nothing."""
    return -face.size, face.left, face.top, face.right, face.bottom, face.score
