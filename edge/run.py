"""`maskwatch run`: watch a source, drive the pins, log events."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import TextIO

from edge.alarm.alarm import Alarm
from edge.alarm.fault import FAULT_SECONDS, fault_shown
from edge.alarm.lookout import Lookout
from edge.alarm.pattern import STARTING
from edge.alarm.pins import on_a_raspberry_pi, open_pins
from edge.camera.frame import Camera
from edge.camera.sources import open_camera
from edge.device import load_classifier, make_alarm, make_locator, make_tracker
from edge.events.journal import Journal
from edge.events.moment import Everyone, Moment
from edge.events.types import Fault, Started, Stopped
from edge.service.settings import Settings
from edge.vision.golden import answers_as_golden
from edge.vision.interpreter import Int8Network
from edge.watch import watch


class StoppedBySignal(BaseException):
    """SIGTERM: somebody asked the program to stop. No more an error than Ctrl-C is."""


@dataclass
class Count:
    """Counts frames, and keeps the newest one's time."""

    frames: int = 0
    seconds: float = 0.0

    def publish(self, moment: Moment) -> None:
        """One more."""
        self.frames += 1
        self.seconds = moment.frame.seconds


def run(source: str, settings: Settings, log: TextIO, notes: TextIO) -> int:
    """Watch `source` until it ends, SIGTERM or Ctrl-C; the outputs are off afterwards.

    Args:
        source: As for `open_camera`.
        settings: The device's settings.
        log: Gets the events, a JSON object a line.
        notes: Gets remarks for a person.

    Returns:
        The exit status: 0, or 130 after Ctrl-C.

    Raises:
        UserError: Something that the user can mend.
    """
    mock = not on_a_raspberry_pi()
    if mock:
        notes.write("This is not a Raspberry Pi: the LED and the buzzer are mock pins, which drive nothing.\n")
    count = Count()
    with open_camera(source) as camera:
        journal = Journal(log, epoch=camera.epoch)
        with stopping_on_sigterm() as stopped, make_alarm(settings.alarm, open_pins(mock=mock), camera) as alarm:
            alarm.play(STARTING)

            def report(error: Exception) -> None:
                journal.write(Fault(at=count.seconds, reason=str(error) or repr(error)))

            with fault_shown(alarm, report, seconds=0.0 if mock else FAULT_SECONDS):
                _watch(source, camera, settings, alarm, journal, count)
    journal.write(Stopped(at=count.seconds, frames=count.frames))
    return stopped.status


def _watch(source: str, camera: Camera, settings: Settings, alarm: Alarm, journal: Journal, count: Count) -> None:
    classifier, _ = load_classifier(settings.model)
    locator = make_locator(settings.locator, settings.model)
    tracker = make_tracker(settings, classifier.threshold)
    journal.write(_started(source, classifier.network, locator.network))
    lookout = Lookout(alarm, journal, after_seconds=settings.alarm.blind_after_seconds)
    # A recording is read as fast as it goes: it has no pace that it could lose.
    with lookout if camera.epoch else nullcontext():
        watch(camera, locator, classifier, tracker, alarm, Everyone(lookout, journal, count))


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

    before = signal.signal(signal.SIGTERM, stop)
    result = Stop()
    try:
        yield result
    except StoppedBySignal:
        pass
    except KeyboardInterrupt:
        result.status = 130
    finally:
        signal.signal(signal.SIGTERM, before)
