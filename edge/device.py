"""From settings to the objects that the loop needs."""

from pathlib import Path

from edge.errors import UserError
from edge.service.settings import LocatorSettings, ModelSettings, VerdictSettings
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
