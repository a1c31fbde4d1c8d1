"""The shipped classifiers on face crops, through the device's own code."""

import csv
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from lights import LIGHTS

from edge.runtime.pipeline import load_classifier
from edge.settings.schema import ModelSettings
from edge.vision.classifier import Classifier
from edge.vision.golden import golden_pictures
from export.quantize.graph import read_graph
from training.classifier.datasets import BARE, INCORRECT, Photo
from training.classifier.occluders import OCCLUDERS, Occluder
from training.classifier.pipeline import evaluation_crops, occluded_crops
from training.classifier.scores import FACE_SIZES_PX, face_size
from training.classifier.slices import Share, Slice, score_by_skin_tone, score_slices, share_of

FROM_SCENES = ("jolignier", "chunmusic")
"""Sources whose pictures were cut out of scenes: in the others, the source alone nearly gives the class away."""

ALL = "all"


@dataclass(frozen=True)
class ClassifierScores:
    """A classifier's file and what it decides on single crops."""

    network: str
    bytes: int
    multiply_adds: int
    ms: float
    """Median of an inference, one thread, this machine."""
    by_light: dict[str, Slice]
    """All crops as they are, gray and dark."""
    from_scenes: Slice
    """The crops of FROM_SCENES alone; all shares of nothing where there are none."""
    by_kind: dict[str, Share]
    """Incorrectly worn masks caught, by how they are worn."""
    by_face_size: dict[str, Slice]
    by_skin_tone: dict[str, Slice]
    behind: dict[str, Share]
    """Bare faces caught although a drawn thing is in front of them, by the thing."""

    @property
    def everything(self) -> Slice:
        """All crops as they are."""
        return next(iter(self.by_light.values()))


def score_classifier(path: Path, photos: Sequence[Photo], kinds: dict[str, str]) -> ClassifierScores:
    """Run a model file on crops of faces.

    Args:
        path: The file.
        photos: Pictures of single faces.
        kinds: How a mask is worn, by the SHA-256 of the photograph, see `mask_kinds`.

    Raises:
        UserError: The file is missing, damaged or of another kind.
    """
    classifier, model = load_classifier(ModelSettings(classifier=str(path), threads=1))
    photos, labels = list(photos), np.array([photo.label for photo in photos], dtype=str)
    widening = classifier.crop_widening
    crops = evaluation_crops(photos, widening)
    alerts = {name: _alerts(classifier, [light(crop) for crop in crops]) for name, light in LIGHTS.items()}
    plain = next(iter(alerts.values()))
    by_size = score_slices([face_size(photo.face_px) for photo in photos], plain, labels)
    origin = ["scenes" if photo.source.startswith(FROM_SCENES) else "others" for photo in photos]
    nothing = score_slices([ALL], np.zeros(1, bool), np.array([""]))[ALL]
    (picture,) = golden_pictures(1, 1, classifier.network.input_size)
    return ClassifierScores(
        network=path.stem,
        bytes=path.stat().st_size,
        multiply_adds=read_graph(model.tflite).multiply_adds,
        ms=milliseconds(lambda: classifier.network.run(picture), times=200),
        by_light={name: score_slices([ALL] * len(photos), said, labels)[ALL] for name, said in alerts.items()},
        from_scenes=score_slices(origin, plain, labels).get("scenes", nothing),
        by_kind=_by_kind(photos, plain, kinds),
        by_face_size={name: by_size[name] for name in FACE_SIZES_PX if name in by_size},
        by_skin_tone=score_by_skin_tone(crops, widening, plain, labels),
        behind={thing.__name__: _caught_behind(classifier, photos, thing) for thing in OCCLUDERS},
    )


def mask_kinds(manifest: Path) -> dict[str, str]:
    """How each incorrectly worn mask is worn, by the SHA-256 of its photograph, from a manifest's `mask_kind`."""
    if not manifest.is_file():
        return {}
    with manifest.open(newline="") as file:
        return {row["sha256"]: row["mask_kind"] for row in csv.DictReader(file) if row.get("mask_kind")}


def _alerts(classifier: Classifier, crops: list[np.ndarray]) -> np.ndarray:
    return classifier.score_crops(crops)[:, 0] >= classifier.threshold


def _by_kind(photos: Sequence[Photo], alerts: np.ndarray, kinds: dict[str, str]) -> dict[str, Share]:
    pairs = [(photo, alert) for photo, alert in zip(photos, alerts, strict=True) if photo.label == INCORRECT]
    asked = [(kinds[photo.sha256], alert) for photo, alert in pairs if photo.sha256 in kinds]
    return {name: share_of([alert for kind, alert in asked if kind == name]) for name in sorted({k for k, _ in asked})}


def _caught_behind(classifier: Classifier, photos: Sequence[Photo], thing: Occluder) -> Share:
    bare = [photo for photo in photos if photo.label == BARE]
    crops = occluded_crops(bare, classifier.crop_widening, thing)
    return share_of(_alerts(classifier, list(crops)))


def milliseconds(work: Callable[[], object], times: int) -> float:
    """Median of so many turns of some work, after one that is not counted."""
    work()
    took = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        took.append(time.perf_counter() - began)
    return 1000 * float(np.median(took))
