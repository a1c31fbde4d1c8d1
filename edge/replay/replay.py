"""`maskwatch replay`: the device's own loop on a recording, with mock pins."""

from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import TextIO

from edge.alarm.alarm import Alarm
from edge.alarm.pins import open_pins
from edge.camera.frame import Frame
from edge.camera.recording import open_recording
from edge.camera.transform import View
from edge.events.journal import Journal
from edge.output_file import check_output
from edge.replay.clip import AnnotatedClip
from edge.replay.pace import at_rate, paced
from edge.replay.summary import Summary
from edge.replay.timeline import PICTURES, Timeline
from edge.runtime.frame_result import Everyone, Publisher
from edge.runtime.loop import watch
from edge.runtime.motion_gate import Attention
from edge.runtime.pipeline import load_classifier, make_locator, make_test, make_tracker
from edge.runtime.run import stopping_on_sigterm
from edge.settings.schema import Settings
from edge.vision.classifier import Classifier
from edge.vision.locator import Locator


def replay(
    source: str,
    settings: Settings,
    log: TextIO,
    tell: TextIO,
    *,
    inputs: Iterable[Path] = (),
    force: bool = False,
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
        tell: Gets the progress, where it is a terminal, and a summary.
        inputs: Files that are read and must not be written over.
        force: Whether other files may be.
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
        check_output(timeline, what="timeline", endings=PICTURES, inputs=inputs, force=force)
    classifier, _ = load_classifier(settings.model)
    locator = make_locator(settings.locator, settings.model)
    course = Timeline(make_test(settings.verdict, classifier.threshold))
    with ExitStack() as opened:
        recording = open_recording(Path(source))
        opened.enter_context(recording)
        summary = opened.enter_context(Summary(recording, source, tell))
        publishers: list[Publisher] = [Journal(log), course, summary]
        if clip:
            drawn = AnnotatedClip(clip, rate or recording.rate, inputs=inputs, force=force)
            publishers.append(opened.enter_context(drawn))
        frames: Iterable[Frame] = iter(recording)
        if rate is not None:
            frames = at_rate(frames, rate)
        stopped = opened.enter_context(stopping_on_sigterm())
        watch_recording(paced(frames) if realtime else frames, locator, classifier, settings, Everyone(*publishers))
    if timeline and course.seconds:
        course.save(timeline)
    summary.write([path for path in (clip, timeline) if path and course.seconds])
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
        attention = Attention(settings.camera.idle_frames_per_second)
        frames = attention.select(View.of(settings.camera).see(frames))
        watch(frames, locator, classifier, tracker, alarm, Everyone(attention, publisher))
