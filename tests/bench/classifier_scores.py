"""The shipped classifiers on face crops, through the device's own code."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from edge.runtime.pipeline import load_classifier
from edge.settings.schema import ModelSettings
from edge.vision.classifier import Classifier
from edge.vision.golden import golden_pictures
from export.classifier_run import predict_int8
from export.graph import read_graph
from training.datasets import BARE, Photo
from training.occluders import OCCLUDERS, Occluder
from training.pipeline import evaluation_crops, occluded_crops
from training.scores import FACE_SIZES_PX, DecisionScores, face_size, score_decisions
from training.slices import Share, Slice, score_by_skin_tone, score_slices, share_of

FROM_SCENES = ("jolignier", "chunmusic")
"""Sources whose pictures were cut out of scenes: in the others, the source alone nearly gives the class away."""


@dataclass(frozen=True)
class ClassifierScores:
    """A classifier's file and what it decides on single crops."""

    network: str
    bytes: int
    multiply_adds: int
    ms: float
    """Median of an inference, one thread, this machine."""
    everything: DecisionScores
    from_scenes: DecisionScores
    """On the crops of FROM_SCENES alone."""
    by_face_size: dict[str, Slice]
    by_skin_tone: dict[str, Slice]
    behind: dict[str, Share]
    """Bare faces caught although a drawn thing is in front of them, by the thing."""


def score_classifier(path: Path, photos: Sequence[Photo]) -> ClassifierScores:
    """Run a model file on crops of faces.

    Raises:
        UserError: The file is missing, damaged or of another kind.
    """
    classifier, model = load_classifier(ModelSettings(classifier=str(path), threads=1))
    photos = list(photos)
    said = predict_int8(classifier, photos, classifier.threshold)
    cut_out = np.array([photo.source.startswith(FROM_SCENES) for photo in photos])
    by_size = score_slices([face_size(photo.face_px) for photo in photos], said.alerts, said.labels)
    (picture,) = golden_pictures(1, 1, classifier.network.input_size)
    return ClassifierScores(
        network=path.stem,
        bytes=path.stat().st_size,
        multiply_adds=read_graph(model.tflite).multiply_adds,
        ms=milliseconds(lambda: classifier.network.run(picture), times=200),
        everything=score_decisions(said.alerts, said.labels),
        from_scenes=score_decisions(said.alerts[cut_out], said.labels[cut_out]),
        by_face_size={name: by_size[name] for name in FACE_SIZES_PX if name in by_size},
        by_skin_tone=score_by_skin_tone(evaluation_crops(photos), said.alerts, said.labels),
        behind={thing.__name__: _caught_behind(classifier, photos, thing) for thing in OCCLUDERS},
    )


def _caught_behind(classifier: Classifier, photos: Sequence[Photo], thing: Occluder) -> Share:
    crops = occluded_crops([photo for photo in photos if photo.label == BARE], thing)
    return share_of(classifier.score_crops(list(crops))[:, 0] >= classifier.threshold)


def milliseconds(work: Callable[[], object], times: int) -> float:
    """Median of so many turns of some work, after one that is not counted."""
    work()
    took = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        took.append(time.perf_counter() - began)
    return 1000 * float(np.median(took))
