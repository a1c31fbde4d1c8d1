"""`maskwatch replay`: the device's own loop on a recording, with mock pins."""

from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import TextIO

from edge.alarm.alarm import Alarm
from edge.alarm.pins import open_pins
from edge.camera.frame import Frame
from edge.camera.recording import open_recording
from edge.camera.transform import ImageTransform
from edge.events.journal import Journal
from edge.replay.clip import AnnotatedClip
from edge.replay.pace import at_rate, paced
from edge.replay.place import refuse_place
from edge.replay.timeline import PICTURES, Timeline
from edge.runtime.frame_result import Publisher, PublisherGroup
from edge.runtime.loop import watch
from edge.runtime.motion_gate import MotionGate
from edge.runtime.pipeline import load_classifier, make_locator, make_test, make_tracker
from edge.runtime.run import stopping_on_sigterm
from edge.settings.schema import Settings
from edge.vision.classifier import Classifier
from edge.vision.locator import Locator


def replay(
    source: str,
    settings: Settings,
    log: TextIO,
    *,
    clip: Path | None = None,
    timeline: Path | None = None,
    rate: float | None = None,
    realtime: bool = False,
) -> int:
    """Watch a recording; log its events, and draw what the device made of it.

    Args:
        source: A clip, a picture or a folder of pictures.
        settings: The device's settings.
        log: Gets the events, a JSON object a line, at the recording's own times.
        clip: Where to write the annotated clip.
        timeline: Where to write the picture of the timeline.
        rate: Frames a second to look at; all of them by default.
        realtime: Whether to go at the speed of life.

    Returns:
        The exit status: 0, or 130 after Ctrl-C, which leaves whole files behind.

    Raises:
        UserError: Something that the user can mend.
    """
    if timeline:
        refuse_place(timeline, what="timeline", endings=PICTURES)
    classifier, _ = load_classifier(settings.model)
    locator = make_locator(settings.locator, settings.model)
    course = Timeline(make_test(settings.verdict, classifier.threshold))
    with ExitStack() as opened:
        recording = open_recording(Path(source))
        opened.enter_context(recording)
        publishers: list[Publisher] = [Journal(log), course]
        if clip:
            publishers.append(opened.enter_context(AnnotatedClip(clip, rate or recording.rate)))
        frames: Iterable[Frame] = iter(recording)
        if rate is not None:
            frames = at_rate(frames, rate)
        stopped = opened.enter_context(stopping_on_sigterm())
        group = PublisherGroup(*publishers)
        watch_recording(paced(frames) if realtime else frames, locator, classifier, settings, group)
    if timeline and course.seconds:
        course.save(timeline)
    return stopped.status


def watch_recording(
    frames: Iterable[Frame], locator: Locator, classifier: Classifier, settings: Settings, publisher: Publisher
) -> None:
    """The loop with mock pins.

    Raises:
        UserError: A setting cannot be used.
    """
    with Alarm(settings.alarm, open_pins(mock=True), live=False) as alarm:
        tracker = make_tracker(settings, classifier.threshold)
        motion_gate = MotionGate(settings.camera.idle_frames_per_second)
        frames = motion_gate.select(ImageTransform.of(settings.camera).apply_to(frames))
        watch(frames, locator, classifier, tracker, alarm, PublisherGroup(motion_gate, publisher))
