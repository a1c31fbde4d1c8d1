"""From settings to the objects that the loop needs."""

from datetime import datetime
from pathlib import Path

from gpiozero import Factory

from edge.alarm.alarm import Alarm
from edge.service.settings import AlarmSettings, LocatorSettings, ModelSettings, Settings, VerdictSettings
from edge.tracking.evidence import Quality, SequentialTest
from edge.tracking.furniture import Furniture
from edge.tracking.pace import Pace
from edge.tracking.tracker import Tracker
from edge.vision.classifier import Classifier
from edge.vision.face_locator import FaceLocator
from edge.vision.interpreter import Int8Network
from edge.vision.locator import CentreLocator, Locator
from edge.vision.model_file import ModelFile, read_model_file


def load_classifier(settings: ModelSettings) -> tuple[Classifier, ModelFile]:
    """The classifier, and the file it came from.

    Raises:
        UserError: The file is missing, foreign or damaged, or no runtime is installed.
    """
    model = read_model_file(Path(settings.classifier))
    return Classifier(Int8Network(model, threads=settings.threads, runtime=settings.runtime)), model


def make_locator(settings: LocatorSettings, model: ModelSettings) -> Locator:
    """The locator of the settings' kind; `model` says which file and runtime a network comes from.

    Raises:
        UserError: The file is missing, foreign or damaged, or no runtime is installed.
    """
    if settings.kind == "centre":
        return CentreLocator(x=settings.x, y=settings.y, size=settings.size)
    file = read_model_file(Path(model.locator))
    network = Int8Network(file, threads=model.threads, runtime=model.runtime)
    return FaceLocator(network, max_faces=settings.max_faces, min_score=settings.min_score)


def make_test(settings: VerdictSettings, threshold: float) -> SequentialTest:
    """The test that turns looks into verdicts; `threshold` is the classifier's."""
    return SequentialTest(
        false_alert_rate=settings.false_alert_rate,
        miss_rate=settings.miss_rate,
        correlation_seconds=settings.correlation_seconds,
        threshold=threshold,
    )


def make_tracker(settings: Settings, threshold: float) -> Tracker:
    """The tracker; `threshold` is the classifier's."""
    verdict, tracking = settings.verdict, settings.tracking
    return Tracker(
        test=make_test(verdict, threshold),
        quality=Quality(
            smallest_face_px=verdict.smallest_face_px,
            clear_face_px=verdict.clear_face_px,
            blurred_below=verdict.blurred_below,
        ),
        furniture=Furniture(tracking.still_seconds),
        pace=Pace(tracking.slowest_frames_per_second),
        gap_seconds=tracking.gap_seconds,
        looks_per_frame=tracking.looks_per_frame,
    )


def make_alarm(settings: AlarmSettings, pin_factory: Factory, *, live: bool) -> Alarm:
    """The alarm; a recording, which is not `live`, has neither the pace of life nor quiet hours.

    Raises:
        UserError: A pin does not exist, or is in use.
    """
    return Alarm(settings, pin_factory, live=live, wall_clock=datetime.now if live else None)
