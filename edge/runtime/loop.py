"""The loop."""

import time
from collections.abc import Callable, Iterable

from edge.alarm.alarm import Alarm
from edge.camera.frame import Frame
from edge.runtime.frame_result import FrameResult, Publisher
from edge.tracking.tracker import Tracker
from edge.vision.classifier import Classifier
from edge.vision.locator import Locator


def watch(
    camera: Iterable[Frame],
    locator: Locator,
    classifier: Classifier,
    tracker: Tracker,
    alarm: Alarm,
    publisher: Publisher,
) -> None:
    """Watch a door until the camera's frames end."""
    timer = StageTimer()
    for frame in camera:
        timer.begin()
        faces = tracker.predict(frame) or locator.locate(frame.image)
        timer.end("locate")
        people, events = tracker.follow(frame, faces)
        timer.end("follow")
        scores = classifier.score(frame.image, [person.face for person in people])
        timer.end("classify")
        events += tracker.judge(people, scores)
        events += alarm.show(frame.seconds, tracker.tracks)
        timer.end("judge")
        publisher.publish(FrameResult(frame, tracker.tracks, alarm.state, events, timer.milliseconds))


class StageTimer:
    """How long each stage of a frame's way takes."""

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._last = 0.0
        self.milliseconds: dict[str, float] = {}

    def begin(self) -> None:
        """A new frame."""
        self.milliseconds = {}
        self._last = self._clock()

    def end(self, stage: str) -> None:
        """A stage is done."""
        now = self._clock()
        self.milliseconds[stage] = (now - self._last) * 1000
        self._last = now
