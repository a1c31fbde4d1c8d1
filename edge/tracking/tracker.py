"""Follows people through the frames and turns their verdicts."""

import math
from collections.abc import Sequence

import numpy as np

from edge.camera.frame import Frame
from edge.events.types import Event, TrackBegan, TrackEnded, VerdictTurned
from edge.tracking.evidence import Quality, SequentialTest
from edge.tracking.lag_monitor import LagMonitor
from edge.tracking.matching import match
from edge.tracking.motion import Motion
from edge.tracking.patch import grey_patch, likeness, sharpness
from edge.tracking.person import Person
from edge.tracking.static_faces import StaticFaces, Watch
from edge.tracking.track import Track, Verdict
from edge.vision.face import Face

UNDECIDED_FIRST = 4.0
"""How much more often somebody undecided is looked at than somebody decided, when there are too many to look at all."""

PATIENCE_SECONDS = 0.5
"""Somebody undecided who has not been looked at for longer is waiting."""


class Tracker:
    """One `Person` per face, for as long as it is in view.

    Each frame takes two calls, between which the classifier looks at the faces that matter most:

        chosen = tracker.follow(frame, faces)
        scores = classifier.score(frame.image, [person.face for person in chosen])
        events = tracker.judge(chosen, scores)

    All times are the frames' own. A frame older than the last one is taken to be as old as it: time never runs back.
    """

    def __init__(
        self,
        *,
        test: SequentialTest,
        clear_test: SequentialTest,
        quality: Quality,
        static_faces: StaticFaces,
        lag_monitor: LagMonitor,
        gap_seconds: float,
        looks_per_frame: int,
    ) -> None:
        """Set the rules.

        Args:
            test: Turns looks into verdicts.
            clear_test: Says when a track has shown a clear face, and so is a person.
            quality: How far a look is trusted.
            static_faces: Knows the faces that count for nothing.
            lag_monitor: Says when the loop falls behind.
            gap_seconds: How long a face may be away before its track ends.
            looks_per_frame: How many faces the classifier may look at in a frame.
        """
        self.test, self.clear_test, self.quality = test, clear_test, quality
        self.static_faces, self.lag_monitor = static_faces, lag_monitor
        self.gap_seconds, self.looks_per_frame = gap_seconds, looks_per_frame
        self.people: list[Person] = []
        self._frame = Frame(np.zeros((1, 1, 3), np.uint8), -math.inf)
        self._events: list[Event] = []
        self._numbers = 0

    def adopt(self, other: "Tracker") -> None:
        """Take over another tracker's rules; everybody followed stays who they are, with their evidence."""
        self.test, self.clear_test, self.quality = other.test, other.clear_test, other.quality
        self.lag_monitor = other.lag_monitor
        self.gap_seconds, self.looks_per_frame = other.gap_seconds, other.looks_per_frame
        self.static_faces.still_seconds = other.static_faces.still_seconds

    @property
    def seconds(self) -> float:
        """When the newest frame was taken."""
        return self._frame.seconds

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
        """What is held of everyone in view; a static face is nobody."""
        return [person.verdict for person in self.people if person.number]

    @property
    def evidence_bounds(self) -> tuple[float, float]:
        """The log-odds at which a person counts as compliant, and as not."""
        return self.test.lower, self.test.upper

    def follow(self, frame: Frame, faces: Sequence[Face]) -> list[Person]:
        """Find out who is where.

        Args:
            frame: The newest frame.
            faces: Its faces, in any order.

        Returns:
            Those whom the classifier should look at now, the most urgent first.
        """
        self._frame = Frame(frame.image, max(frame.seconds, self.seconds))
        faces, self._events = self.static_faces.sift(self._frame, sorted(faces, key=_reading_order))
        patches = [grey_patch(frame.image, face) for face in faces]
        found = match(
            self.seconds,
            [person.motion for person in self.people],
            faces,
            lambda person, face: likeness(self.people[person].patch, patches[face]),
        )
        for person, face in sorted(found.items()):
            self._see(self.people[person], faces[face], patches[face])
        self._end_the_lost()
        new = [index for index in range(len(faces)) if index not in found.values()]
        self.people += [self._person(faces[index], patches[index]) for index in new]
        self._mute_the_still()
        return self._most_urgent()

    def judge(self, chosen: Sequence[Person], scores: np.ndarray) -> list[Event]:
        """Take in what the classifier saw.

        Args:
            chosen: Those it looked at.
            scores: Their calibrated P(not compliant) and P(clear), (n, 2).

        Returns:
            What has come of the frame, in order.
        """
        waiting = sum(self._waits(person) for person in self._judgeable())
        for person, (p, p_clear) in zip(chosen, scores.tolist(), strict=True):
            self._weigh(person, p, p_clear)
        self._events += self.lag_monitor.keep(self.seconds, waiting, anybody=bool(self.people))
        return self._events

    def _person(self, face: Face, patch: np.ndarray) -> Person:
        return Person(face, Motion.of(self.seconds, face), Watch.begin(self._frame, face), patch, self.seconds)

    def _see(self, person: Person, face: Face, patch: np.ndarray) -> None:
        person.face, person.patch = face, patch
        person.motion.see(self.seconds, face)

    def _end_the_lost(self) -> None:
        lost = [person for person in self.people if self._is_lost(person)]
        for person in lost:
            self.people.remove(person)
            if person.number:
                self._events.append(TrackEnded(at=self.seconds, track=person.number))

    def _is_lost(self, person: Person) -> bool:
        if person.motion.seconds == self.seconds:
            return False
        gone = self.seconds - person.motion.seconds >= self.gap_seconds
        return gone or self.static_faces.hides(person.motion.at(self.seconds), self.seconds)

    def _mute_the_still(self) -> None:
        for person in self._found():
            still = person.watch.still_seconds(self._frame, person.face)
            if person.number and still >= self.static_faces.still_seconds:
                self.people.remove(person)
                self._events.append(self.static_faces.learn(person.number, person.watch, self.seconds))

    def _found(self) -> list[Person]:
        return [person for person in self.people if person.motion.seconds == self.seconds]

    def _judgeable(self) -> list[Person]:
        return [person for person in self._found() if self.quality.of_size(person.face.size) > 0]

    def _most_urgent(self) -> list[Person]:
        return sorted(self._judgeable(), key=self._urgency, reverse=True)[: self.looks_per_frame]

    def _urgency(self, person: Person) -> tuple[float, float]:
        """Grows without end while somebody waits, so that everybody's turn comes."""
        importance = self.quality.of_size(person.face.size)
        importance *= UNDECIDED_FIRST if self._is_open(person) else 1.0
        return importance * (self.seconds - person.classified_at), person.face.size

    def _waits(self, person: Person) -> bool:
        since = max(person.classified_at, person.began)
        return self._is_open(person) and self.seconds - since > PATIENCE_SECONDS

    def _is_open(self, person: Person) -> bool:
        """Whether the next look may turn a verdict: nothing is held yet, and the face has not shown to be unclear."""
        return person.verdict == Verdict.UNDECIDED and person.clearness > self.clear_test.lower

    def _weigh(self, person: Person, p: float, p_clear: float) -> None:
        quality = self.quality.of_size(person.face.size) * self.quality.of_sharpness(sharpness(person.patch))
        information = self.test.information(self.seconds - person.classified_at)
        weight = information * quality * self.quality.of_clearness(p_clear)
        person.evidence = self.test.weigh(person.evidence, p, weight)
        person.p_not_compliant, person.classified_at = p, self.seconds
        if not person.number:
            person.clearness = self.clear_test.weigh(person.clearness, p_clear, information)
            self._number_the_clear(person)
        if person.number:
            self._turn(person, self.test.verdict(person.evidence, person.verdict))

    def _number_the_clear(self, person: Person) -> None:
        if person.clearness >= self.clear_test.upper:
            self._numbers += 1
            person.number = self._numbers
            self._events.append(TrackBegan(at=self.seconds, track=person.number))

    def _turn(self, person: Person, verdict: Verdict) -> None:
        before, person.verdict = person.verdict, verdict
        if before != verdict:
            p = round(person.p_not_compliant, 3)
            turned = VerdictTurned(at=self.seconds, track=person.number, verdict=verdict.value, p_not_compliant=p)
            self._events.append(turned)


def _reading_order(face: Face) -> tuple[float, ...]:
    """A fixed order, so that the order in which a locator lists the faces changes nothing."""
    return -face.size, face.left, face.top, face.right, face.bottom, face.score
