"""`maskwatch run`: watch a source, drive the pins, log events."""

import os
import signal
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import TextIO

from edge.alarm.alarm import Alarm
from edge.alarm.pattern import STARTING
from edge.alarm.pins import open_pins
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
from edge.runtime.pipeline import Models, Pipeline, build_pipeline, load_models, make_alarm, upright_frames
from edge.runtime.reload import Reload, put_in_force
from edge.runtime.status import Status, StatusRecord, status_file
from edge.runtime.stream import Stream
from edge.runtime.thermal_throttle import ThermalThrottle
from edge.settings.schema import Settings
from edge.signals import StopFlag, handling
from edge.vision.golden import answers_as_golden
from edge.vision.known_good import state_directory


@dataclass
class Count:
    """Counts frames."""

    frames: int = 0

    def publish(self, result: FrameResult) -> None:
        """One more."""
        self.frames += 1


def run(
    settings: Settings,
    log: TextIO,
    notes: TextIO,
    stop: StopFlag,
    *,
    reread: Callable[[], Settings] | None = None,
) -> int:
    """Watch the settings' source until it ends or the program is to stop; the outputs are off afterwards.

    Args:
        settings: The device's settings.
        log: Gets the events, a JSON object a line.
        notes: Gets remarks for a person.
        stop: Ends the watch.
        reread: Reads the settings again after a SIGHUP from systemd.

    Returns:
        The exit status: 0, or 130 after Ctrl-C.

    Raises:
        UserError: Something that the user can fix.
    """
    mock = not Board().is_raspberry_pi
    if mock:
        with suppress(OSError):  # nobody reads the remarks
            notes.write("This is not a Raspberry Pi: the LED and the buzzer are mock pins, which drive nothing.\n")
            notes.flush()
    live = is_live(settings.camera)
    with ExitStack() as offered:  # the stream tells of the end, too
        with make_alarm(settings.alarm, open_pins(mock=mock), live=live) as alarm:
            journal = Journal(log, epoch=time.time if live else lambda: 0.0, patient=lambda: not (live or stop.is_set))
            stream = Stream(settings.stream, journal, alarm, celsius=Board().celsius)
            if live:
                offered.enter_context(stream)
            fault_seconds = 0.0 if mock else FAULT_SECONDS
            status = Status(source=settings.camera.source, version=version("maskwatch"))
            record = StatusRecord(status, path=status_file())
            door = Door(settings, alarm, journal, stream, stop, record, reread or (lambda: settings), fault_seconds)
            note_outputs(settings.alarm)
            alarm.play(STARTING)
            with fault_shown(alarm, door.report, seconds=fault_seconds, wait=stop.wait):
                door.watch()
        journal.write(Stopped(at=alarm.seconds, frames=door.count.frames))
    return stop.status


@dataclass(frozen=True)
class Door:
    """A run of the program, whose outputs are open."""

    settings: Settings
    alarm: Alarm
    journal: Journal
    stream: Stream
    stop: StopFlag
    record: StatusRecord
    """The service's status."""
    reread: Callable[[], Settings]
    """Reads the settings again."""
    fault_seconds: float
    """How long a fault is shown."""
    count: Count = field(default_factory=Count)

    def report(self, error: Exception) -> None:
        """Log a fault, and keep it in the status."""
        self.record.update(fault=str(error) or repr(error))
        self.journal.write(Fault(at=self.alarm.seconds, reason=str(error) or repr(error)))

    def tell(self, fault: str) -> None:
        """Log a fault that does not end the program, and show it for a while."""
        show_fault(self.alarm, self.report, UserError(fault), seconds=self.fault_seconds, wait=self.stop.wait)

    def watch(self) -> None:
        """Load the networks, open the camera, and run the loop until the frames end or the program is to stop."""
        with ExitStack() as opened:
            heartbeat = opened.enter_context(Heartbeat(record=self.record, temperature=Board().celsius))
            # A trial of a new file may take longer than a stop may last.
            models = self.stop.interrupt(
                lambda: load_models(self.settings, state=state_directory(), tell=self.tell),
            )
            if models is None:
                return
            pipeline = build_pipeline(self.settings, models, self.alarm)
            camera = opened.enter_context(open_camera(self.settings.camera, self.stop))
            self.journal.epoch = lambda: camera.epoch
            gate = MotionGate(self.settings.camera.idle_frames_per_second)
            publishers: list[Publisher] = [self.journal, self.count, gate, heartbeat]
            # A recording is read as fast as possible, so it cannot fall behind.
            if isinstance(camera, LiveCamera):
                publishers = self._observe(camera, pipeline, gate, heartbeat, publishers, opened)
            self.journal.write(_started(self.settings.camera.source, models))
            opened.push(self._off_first)
            frames = self.stop.until_set(upright_frames(camera, self.settings.camera))
            pipeline.watch(gate.select(frames), PublisherGroup(*publishers))

    def _observe(
        self,
        camera: LiveCamera,
        pipeline: Pipeline,
        gate: MotionGate,
        heartbeat: Heartbeat,
        publishers: list[Publisher],
        opened: ExitStack,
    ) -> list[Publisher]:
        """The publishers of a live camera, at work until `opened` closes."""
        camera.on_trouble = heartbeat.beat
        gate.rate = pipeline.tracker.rate = camera.rate
        self.alarm.clock = lambda: camera.seconds
        self.stream.evidence_bounds = lambda: pipeline.tracker.evidence_bounds
        blind_after = self.settings.alarm.blind_after_seconds
        watchdog = CameraWatchdog(
            self.alarm, self.journal, after_seconds=blind_after, rate=camera.rate, why=lambda: camera.trouble
        )
        gate.on_left_out = watchdog.hear
        opened.enter_context(watchdog)

        def apply(changed: Settings) -> None:
            put_in_force(changed, pipeline, watchdog)

        reload = Reload(self.settings, self.reread, self.journal, heartbeat, apply)
        # Without systemd, SIGHUP says that the terminal has been closed.
        if "NOTIFY_SOCKET" in os.environ:
            opened.enter_context(handling({signal.SIGHUP: reload.ask}))
        return [watchdog, *publishers, ThermalThrottle(Board(), self.journal, camera.rate), reload, self.stream]

    def _off_first(self, _: object, error: BaseException | None, __: object) -> None:
        """Show an error of the program on the outputs, then switch them off before waiting for anything."""
        if not isinstance(error, Exception) or isinstance(error, BrokenPipeError):
            self.alarm.close()


def _started(source: str, models: Models) -> Started:
    classifier, locator = models.classifier.network, models.locator.network
    return Started(
        at=0.0,
        source=source,
        network=classifier.metadata.network,
        locator=locator.metadata.network if locator else "centre",
        runtime=classifier.runtime,
        golden=answers_as_golden(classifier),
        locator_golden=locator is None or answers_as_golden(locator),
    )
