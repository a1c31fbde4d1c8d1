"""`maskwatch run`: watch a source, drive the pins, log events."""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TextIO

from edge.alarm.alarm import Alarm
from edge.alarm.pattern import STARTING
from edge.alarm.pins import on_a_raspberry_pi, open_pins
from edge.board import Board
from edge.camera.live import LiveCamera
from edge.camera.sources import is_live, open_camera
from edge.errors import UserError
from edge.events.journal import Journal
from edge.events.types import Fault, Started, Stopped
from edge.runtime.camera_watchdog import CameraWatchdog
from edge.runtime.fault import FAULT_SECONDS, fault_shown, show_fault
from edge.runtime.frame_result import FrameResult, Publisher, PublisherGroup
from edge.runtime.heartbeat import Heartbeat
from edge.runtime.motion_gate import MotionGate
from edge.runtime.outputs import note_outputs
from edge.runtime.pipeline import build_pipeline, load_models, make_alarm, make_tracker, upright_frames
from edge.runtime.reload import Reload, put_in_force
from edge.runtime.stream import Stream
from edge.runtime.thermal_throttle import ThermalThrottle
from edge.settings.schema import Settings
from edge.vision.golden import answers_as_golden
from edge.vision.interpreter import Int8Network
from edge.vision.known_good import state_directory


class StoppedBySignal(BaseException):
    """SIGTERM: somebody asked the program to stop. No more an error than Ctrl-C is."""


@dataclass
class Count:
    """Counts frames, and keeps the newest one's time."""

    frames: int = 0
    seconds: float = 0.0

    def publish(self, result: FrameResult) -> None:
        """One more."""
        self.frames += 1
        self.seconds = result.frame.seconds


def run(settings: Settings, log: TextIO, notes: TextIO, *, reread: Callable[[], Settings] | None = None) -> int:
    """Watch the settings' source until it ends, SIGTERM or Ctrl-C; the outputs are off afterwards.

    Args:
        settings: The device's settings.
        log: Gets the events, a JSON object a line.
        notes: Gets remarks for a person.
        reread: Reads the settings anew after a SIGHUP.

    Returns:
        The exit status: 0, or 130 after Ctrl-C.

    Raises:
        UserError: Something that the user can mend.
    """
    mock = not on_a_raspberry_pi()
    if mock:
        notes.write("This is not a Raspberry Pi: the LED and the buzzer are mock pins, which drive nothing.\n")
    live, count = is_live(settings.camera), Count()
    journal = Journal(log, epoch=time.time if live else lambda: 0.0)

    def report(error: Exception) -> None:
        journal.write(Fault(at=count.seconds, reason=str(error) or repr(error)))

    with stopping_on_sigterm() as stopped, make_alarm(settings.alarm, open_pins(mock=mock), live=live) as alarm:
        note_outputs(settings.alarm)
        alarm.play(STARTING)
        fault_seconds = 0.0 if mock else FAULT_SECONDS

        def tell(fault: str) -> None:
            show_fault(alarm, report, UserError(fault), seconds=fault_seconds)

        with fault_shown(alarm, report, seconds=fault_seconds):
            _watch(settings, alarm, journal, count, reread or (lambda: settings), tell)
    journal.write(Stopped(at=count.seconds, frames=count.frames))
    return stopped.status


def _watch(
    settings: Settings,
    alarm: Alarm,
    journal: Journal,
    count: Count,
    reread: Callable[[], Settings],
    tell: Callable[[str], None],
) -> None:
    state = state_directory()
    with ExitStack() as opened:
        board = Board()
        heartbeat = opened.enter_context(Heartbeat(temperature=board.celsius))
        pipeline = build_pipeline(settings, load_models(settings, state=state, tell=tell), alarm)
        camera = opened.enter_context(open_camera(settings.camera))
        journal.epoch = lambda: camera.epoch
        stream = Stream(
            settings.stream,
            journal,
            alarm,
            evidence_bounds=lambda: pipeline.tracker.evidence_bounds,
            celsius=board.celsius,
        )
        if isinstance(camera, LiveCamera):
            opened.enter_context(stream)
        journal.write(_started(settings.camera.source, pipeline.classifier.network, pipeline.locator.network))
        motion_gate = MotionGate(settings.camera.idle_frames_per_second)
        publishers: list[Publisher] = [journal, count, motion_gate, heartbeat]
        # A recording is read as fast as it goes: it has no pace that it could lose.
        if isinstance(camera, LiveCamera):
            camera.on_trouble, motion_gate.rate = heartbeat.beat, camera.rate
            watchdog = CameraWatchdog(
                alarm, journal, after_seconds=settings.alarm.blind_after_seconds, why=lambda: camera.trouble
            )
            opened.enter_context(watchdog)

            def apply(changed: Settings) -> None:
                rules = make_tracker(changed, pipeline.classifier.threshold)
                put_in_force(changed, pipeline.tracker, rules, alarm, watchdog)

            reload = Reload(settings, reread, journal, heartbeat, apply)
            opened.enter_context(handled(signal.SIGHUP, reload.ask))
            publishers = [watchdog, *publishers, ThermalThrottle(board, journal, camera.rate), reload, stream]
        frames = motion_gate.select(upright_frames(camera, settings.camera))
        pipeline.watch(frames, PublisherGroup(*publishers))


def _started(source: str, classifier: Int8Network, locator: Int8Network | None) -> Started:
    return Started(
        at=0.0,
        source=source,
        network=classifier.metadata.network,
        locator=locator.metadata.network if locator else "centre",
        runtime=classifier.runtime,
        golden=answers_as_golden(classifier),
        locator_golden=locator is None or answers_as_golden(locator),
    )


@dataclass
class Stop:
    """How the loop ended."""

    status: int = 0


@contextmanager
def stopping_on_sigterm() -> Iterator[Stop]:
    """Within it, SIGTERM and Ctrl-C end the block; afterwards the yielded `Stop` bears the exit status."""

    def stop(*_: object) -> None:
        raise StoppedBySignal

    result = Stop()
    with handled(signal.SIGTERM, stop):
        try:
            yield result
        except StoppedBySignal:
            pass
        except KeyboardInterrupt:
            result.status = 130


@contextmanager
def handled(number: signal.Signals, handler: Callable[..., None]) -> Iterator[None]:
    """Within it, a signal has this handler."""
    before = signal.signal(number, handler)
    try:
        yield
    finally:
        signal.signal(number, before)
