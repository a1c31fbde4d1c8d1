"""`maskwatch replay`: the device's own loop on a recording, with mock pins."""

from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import TextIO

from edge.alarm.pins import open_pins
from edge.camera.frame import Frame
from edge.camera.picture_file import PICTURE_SUFFIXES
from edge.camera.recording import open_recording, passed_over
from edge.events.journal import Journal
from edge.output_file import check_output
from edge.replay.clip import AnnotatedClip
from edge.replay.pace import at_rate, paced
from edge.replay.summary import Summary
from edge.replay.timeline import PICTURES, Timeline
from edge.runtime.frame_result import Publisher, PublisherGroup
from edge.runtime.motion_gate import MotionGate
from edge.runtime.pipeline import Models, build_pipeline, load_models, make_alarm, make_test, upright_frames
from edge.settings.schema import Settings
from edge.signals import stopping_on_signals

SHOWN = 5
"""Files of a folder of pictures that are named where they are not read."""


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
        rate: Frames a second to process; all of them by default.
        realtime: Whether to go in real time.

    Returns:
        The exit status: 0, or 130 after Ctrl-C, which leaves whole files behind.

    Raises:
        UserError: Something that the user can fix.
    """
    if timeline:
        check_output(timeline, what="timeline", endings=PICTURES, inputs=inputs, force=force)
    models = load_models(settings)
    course = Timeline(make_test(settings.verdict, models.classifier.threshold))
    with ExitStack() as opened:
        stop = opened.enter_context(stopping_on_signals())
        recording = open_recording(Path(source))
        opened.enter_context(recording)
        summary = opened.enter_context(Summary(recording, source, tell))
        publishers: list[Publisher] = [Journal(log, patient=lambda: not stop.is_set), course, summary]
        if clip:
            drawn = AnnotatedClip(clip, rate or recording.rate, inputs=inputs, force=force)
            publishers.append(opened.enter_context(drawn))
        frames: Iterable[Frame] = iter(recording)
        if rate is not None:
            frames = at_rate(frames, rate)
        if realtime:
            frames = paced(frames, sleep=stop.wait)
        watch_recording(stop.until_set(frames), settings, models, PublisherGroup(*publishers))
    if timeline and course.seconds:
        course.save(timeline)
    summary.write([path for path in (clip, timeline) if path and course.seconds])
    if names := passed_over(Path(source)):
        shown = ", ".join(names[:SHOWN]) + (f" and {len(names) - SHOWN} more" if len(names) > SHOWN else "")
        tell.write(f"Not read, as they are no pictures ({', '.join(PICTURE_SUFFIXES)}): {shown}.\n")
    return stop.status


def watch_recording(frames: Iterable[Frame], settings: Settings, models: Models, publisher: Publisher) -> None:
    """The loop with mock pins.

    Args:
        frames: As the recording holds them, neither turned nor cut.
        settings: The device's settings.
        models: Both networks.
        publisher: Is told of each frame's result.

    Raises:
        UserError: A setting cannot be used.
    """
    with make_alarm(settings.alarm, open_pins(mock=True), live=False) as alarm:
        gate = MotionGate(settings.camera.idle_frames_per_second)
        pipeline = build_pipeline(settings, models, alarm)
        pipeline.watch(gate.select(upright_frames(frames, settings.camera)), PublisherGroup(gate, publisher))
