"""From settings to the objects that the loop needs."""

from collections.abc import Callable, Sequence
from pathlib import Path

from edge.errors import UserError
from edge.service.settings import LocatorSettings, ModelSettings, Settings
from edge.tracking.evidence import Quality, SequentialTest
from edge.tracking.furniture import Furniture
from edge.tracking.pace import Pace
from edge.tracking.tracker import Tracker
from edge.vision.classifier import Classifier
from edge.vision.interpreter import Int8Network
from edge.vision.locator import CentreLocator, Locator
from edge.vision.model_file import ModelFile, read_model_file

RATES = ("false_alert_rate", "miss_rate")

VERDICT_SPANS = ("correlation_seconds", "clear_face_px", "blurred_below")

TRACKING_SPANS = ("gap_seconds", "still_seconds", "looks_per_frame", "slowest_frames_per_second")


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


def make_tracker(settings: Settings, threshold: float) -> Tracker:
    """The tracker; `threshold` is the classifier's.

    Raises:
        UserError: A setting is out of its range.
    """
    verdict, tracking = settings.verdict, settings.tracking
    _refuse("verdict", verdict, RATES, "between 0 and 0.5, such as 0.02", lambda value: 0 < value < 0.5)
    _refuse("verdict", verdict, VERDICT_SPANS, "above 0", lambda value: value > 0)
    _refuse("tracking", tracking, TRACKING_SPANS, "above 0", lambda value: value > 0)
    return Tracker(
        test=SequentialTest(
            false_alert_rate=verdict.false_alert_rate,
            miss_rate=verdict.miss_rate,
            correlation_seconds=verdict.correlation_seconds,
            threshold=threshold,
        ),
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


def _refuse(table: str, settings: object, names: Sequence[str], range_: str, fits: Callable[[float], bool]) -> None:
    for name in names:
        if not fits(getattr(settings, name)):
            raise UserError(f"{name} under [{table}] must be {range_}, not {getattr(settings, name)}.")
