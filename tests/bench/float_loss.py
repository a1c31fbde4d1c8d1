"""What int8 loses against the float network that it was made from."""

import json
from collections.abc import Sequence
from pathlib import Path

import keras

from edge.errors import UserError
from edge.vision.classifier import Classifier
from export.parity import compare
from training.datasets import Photo
from training.locator.evaluate import letterboxed
from training.locator.scenes import Scene
from training.locator.scores import Detections
from training.runs import RunFiles


def classifier_loss(run: Path, classifier: Classifier, photos: Sequence[Photo]) -> float:
    """Points of accuracy, or of balanced accuracy where that is more, on crops.

    Raises:
        UserError: The run is not that of the classifier.
    """
    return compare(_network(run, classifier.network.metadata.training_set_digest), classifier, list(photos)).drop


def locator_loss(run: Path, digest: str, int8: Detections, threshold: float, scenes: Sequence[Scene]) -> float:
    """Points of recall, both networks at the shipped threshold.

    Args:
        run: Folder of the float locator.
        digest: Of the training set, by the int8 file.
        int8: What the int8 network found in the scenes.
        threshold: The shipped one.
        scenes: The same scenes.

    Raises:
        UserError: The run is not that of the locator.
    """
    found = letterboxed(scenes).score(_network(run, digest))
    return 100 * (found.at(threshold).recall - int8.at(threshold).recall)


def _network(run: Path, digest: str) -> keras.Model:
    files = RunFiles(run)
    if not files.network.is_file() or not files.metrics.is_file():
        raise UserError(f"{run} holds no finished run: name the folder that `maskwatch-train` wrote.")
    if json.loads(files.metrics.read_text())["training_set_digest"] != digest:
        raise UserError(f"{run} was trained on other pictures than the shipped file: name the run that it came from.")
    return keras.models.load_model(files.network, compile=False)
