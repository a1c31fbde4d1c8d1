"""From settings to the objects that the loop needs, for every command that runs it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from gpiozero import Factory

from edge.alarm.alarm import Alarm
from edge.camera.frame import Frame
from edge.camera.transform import ImageTransform
from edge.runtime.frame_result import Publisher
from edge.runtime.loop import watch
from edge.settings.schema import (
    AlarmSettings,
    CameraSettings,
    LocatorSettings,
    ModelSettings,
    Settings,
    VerdictSettings,
)
from edge.tracking.evidence import Quality, SequentialTest
from edge.tracking.tracker import Tracker, TrackingRules
from edge.vision.classifier import Classifier
from edge.vision.face_locator import FaceLocator
from edge.vision.interpreter import Int8Network
from edge.vision.known_good import load_known_good
from edge.vision.locator import CentreLocator, Locator
from edge.vision.model_file import ModelFile

UNCLEAR_TAKEN_FOR_CLEAR, CLEAR_MISSED = 0.05, 0.05
"""Error rates of the test whether there is a clear face at all; a track that fails it is tested again and again."""


@dataclass(frozen=True)
class Models:
    """Both networks, ready to run."""

    classifier: Classifier
    locator: Locator


@dataclass(frozen=True)
class Pipeline:
    """Everything between a frame and the pins."""

    locator: Locator
    classifier: Classifier
    tracker: Tracker
    alarm: Alarm

    def watch(self, frames: Iterable[Frame], publisher: Publisher) -> None:
        """Run the loop until the frames end."""
        watch(frames, self.locator, self.classifier, self.tracker, self.alarm, publisher)


def build_pipeline(settings: Settings, models: Models, alarm: Alarm) -> Pipeline:
    """The pipeline that the settings describe, which has seen no frame yet.

    Args:
        settings: The device's settings.
        models: From `load_models`; several pipelines, one after the other, may share them.
        alarm: From `make_alarm`, open.
    """
    tracker = Tracker(tracking_rules(settings, models.classifier.threshold))
    return Pipeline(models.locator, models.classifier, tracker, alarm)


def upright_frames(frames: Iterable[Frame], settings: CameraSettings) -> Iterator[Frame]:
    """The frames of the settings' source as the networks see them: turned, mirrored and cut."""
    return ImageTransform.of(settings).apply_to(frames)


def load_models(settings: Settings, *, state: Path | None = None, tell: Callable[[str], None] | None = None) -> Models:
    """Both networks.

    Args:
        settings: The device's settings.
        state: As for `load_classifier`.
        tell: As for `load_classifier`.

    Raises:
        UserError: As for `load_classifier`.
    """
    classifier, _ = load_classifier(settings.model, state=state, tell=tell)
    return Models(classifier, make_locator(settings.locator, settings.model, state=state, tell=tell))


def load_classifier(
    settings: ModelSettings, *, state: Path | None = None, tell: Callable[[str], None] | None = None
) -> tuple[Classifier, ModelFile]:
    """The classifier, and the file it came from.

    Args:
        settings: Which file and runtime.
        state: Folder that holds copies of the last good files, to fall back on; None for none.
        tell: Told why, if the classifier is such a copy.

    Raises:
        UserError: The file is missing, foreign or damaged and there is no copy, or no runtime is installed.
    """

    def make(file: ModelFile) -> Classifier:
        return Classifier(Int8Network(file, threads=settings.threads, runtime=settings.runtime))

    loaded = load_known_good(Path(settings.classifier), make, settings, state=state, role="classifier")
    _pass_on(loaded.fault, tell)
    return loaded.model, loaded.file


def make_locator(
    settings: LocatorSettings,
    model: ModelSettings,
    *,
    state: Path | None = None,
    tell: Callable[[str], None] | None = None,
) -> Locator:
    """The locator of the settings' kind; `model` says which file and runtime a network comes from.

    Args:
        settings: Which kind of locator.
        model: Which file and runtime.
        state: As for `load_classifier`.
        tell: As for `load_classifier`.

    Raises:
        UserError: The file is missing, foreign or damaged and there is no copy, or no runtime is installed.
    """
    if settings.kind == "centre":
        return CentreLocator(x=settings.x, y=settings.y, size=settings.size)

    def make(file: ModelFile) -> FaceLocator:
        network = Int8Network(file, threads=model.threads, runtime=model.runtime)
        return FaceLocator(network, max_faces=settings.max_faces, min_score=settings.min_score)

    loaded = load_known_good(Path(model.locator), make, model, state=state, role="locator")
    _pass_on(loaded.fault, tell)
    return loaded.model


def _pass_on(fault: str | None, tell: Callable[[str], None] | None) -> None:
    if fault and tell:
        tell(fault)


def make_test(settings: VerdictSettings, threshold: float) -> SequentialTest:
    """The test that turns probabilities into verdicts; `threshold` is the classifier's."""
    return SequentialTest(
        false_alert_rate=settings.false_alert_rate,
        miss_rate=settings.miss_rate,
        correlation_seconds=settings.correlation_seconds,
        threshold=threshold,
    )


def make_clear_test(settings: VerdictSettings) -> SequentialTest:
    """The test that tells when a track has shown a clear face."""
    return SequentialTest(
        false_alert_rate=UNCLEAR_TAKEN_FOR_CLEAR,
        miss_rate=CLEAR_MISSED,
        correlation_seconds=settings.correlation_seconds,
        threshold=settings.clear_from,
    )


def make_quality(settings: VerdictSettings) -> Quality:
    """How far one picture of a face is trusted."""
    return Quality(
        smallest_face_px=settings.smallest_face_px,
        clear_face_px=settings.clear_face_px,
        blurred_below=settings.blurred_below,
        clear_from=settings.clear_from,
        even_face_score=settings.even_face_score,
    )


def tracking_rules(settings: Settings, threshold: float) -> TrackingRules:
    """The tracker's rules; `threshold` is the classifier's."""
    verdict, tracking = settings.verdict, settings.tracking
    return TrackingRules(
        test=make_test(verdict, threshold),
        clear_test=make_clear_test(verdict),
        quality=make_quality(verdict),
        gap_seconds=tracking.gap_seconds,
        still_seconds=tracking.still_seconds,
        slowest_frames_per_second=tracking.slowest_frames_per_second,
        looks_per_frame=tracking.looks_per_frame,
    )


def make_alarm(settings: AlarmSettings, pin_factory: Factory, *, live: bool) -> Alarm:
    """The alarm; a recording, which is not `live`, has neither real time nor quiet hours.

    Raises:
        UserError: A pin does not exist, or is in use.
    """
    return Alarm(settings, pin_factory, live=live, wall_clock=datetime.now if live else None)
