"""From settings to the objects that the loop needs."""

from datetime import datetime
from pathlib import Path

from gpiozero import Factory

from edge.alarm.alarm import Alarm
from edge.camera.frame import Camera
from edge.errors import UserError
from edge.service.settings import AlarmSettings, LocatorSettings, ModelSettings, VerdictSettings
from edge.tracking.debounced import DebouncedTracker
from edge.vision.classifier import Classifier
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


def make_locator(settings: LocatorSettings) -> Locator:
    """The locator of the settings' kind.

    Raises:
        UserError: There is no such kind.
    """
    if settings.kind != "centre":
        raise UserError(f'There is no locator of kind "{settings.kind}": write kind = "centre" under [locator].')
    return CentreLocator(x=settings.x, y=settings.y, size=settings.size)


def make_tracker(settings: VerdictSettings, threshold: float) -> DebouncedTracker:
    """The tracker; `threshold` is the classifier's."""
    return DebouncedTracker(threshold=threshold, hold_seconds=settings.hold_seconds, gap_seconds=settings.gap_seconds)


def make_alarm(settings: AlarmSettings, pin_factory: Factory, camera: Camera) -> Alarm:
    """The alarm for a camera's frames; a recording has neither the pace of life nor quiet hours.

    Raises:
        UserError: A pin does not exist, or is in use.
    """
    live = camera.epoch > 0
    return Alarm(settings, pin_factory, live=live, wall_clock=datetime.now if live else None)
