"""A few batches of either fit, timed: as `maskwatch-train` fits, with one batch again and again, and without a step."""

import io
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar
from unittest.mock import patch

# As `maskwatch-train` sets them: TensorFlow reads them when it is imported.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")

import keras
import numpy as np
import tensorflow as tf
from rich.console import Console

from training.classifier import fit as classifier_fit
from training.classifier.dataset_reader import read_dataset
from training.classifier.networks import CLASSIFIERS
from training.classifier.pipeline import training_batches as photo_batches
from training.classifier.settings import ClassifierFitSettings
from training.common.batch_fault import BatchFault
from training.common.interruption import Interruption
from training.common.progress import EpochProgress
from training.common.runs import RunFiles
from training.common.settings import FitSettings
from training.locator import fit as locator_fit
from training.locator.network import LOCATORS
from training.locator.pipeline import training_batches as scene_batches
from training.locator.scene_reader import read_scenes
from training.locator.settings import LocatorFitSettings

SCORED = 8
"""Pictures of each other split that are kept: the fit scores its epoch on them, which is not timed."""

Picture = TypeVar("Picture", bound=Any)


@dataclass(frozen=True)
class TimedFit:
    """A fit of one epoch of a few batches, of which the second half counts.

    By then the fit uses up no pictures that were prepared while it was compiled.
    """

    network: keras.Model
    settings: FitSettings
    batches: tf.data.Dataset
    fit: Callable[[RunFiles, EpochProgress, Interruption], None]
    module: ModuleType
    """That of the fit, which makes its batches by `training_batches`."""
    steps: int

    def with_pictures(self) -> float:
        """Images a second as in any fit."""
        return self._speed(self.batches)

    def with_constants(self) -> float:
        """Images a second with the first batch again and again."""
        return self._speed(self.batches.take(1).cache().repeat())

    def pictures_alone(self) -> float:
        """Images a second that are prepared while nothing is trained; after a fit, which sets OpenCV's threads."""
        return self._images_a_second([time.perf_counter() for _ in self.batches.take(self.steps)])

    def _speed(self, batches: tf.data.Dataset) -> float:
        console = Console(file=io.StringIO())
        clock = BatchClock(console, batch_size=self.settings.batch_size)
        with (
            patch.object(self.module, "training_batches", lambda *arguments, **options: batches),
            tempfile.TemporaryDirectory() as folder,
            Interruption() as interruption,
        ):
            self.fit(RunFiles(Path(folder)), clock, interruption)
        return self._images_a_second(clock.ends)

    def _images_a_second(self, ends: Sequence[float]) -> float:
        counted = ends[len(ends) // 2 :]
        return self.settings.batch_size * (len(counted) - 1) / (counted[-1] - counted[0])


class BatchClock(EpochProgress):
    """Notes when each batch ended."""

    def on_train_begin(self, logs: dict | None = None) -> None:
        """Begin again, without a bar."""
        self.ends: list[float] = []

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        """Show nothing."""

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        """Note the time."""
        self.ends.append(time.perf_counter())

    def epoch_scored(self, row: dict) -> None:
        """Show nothing."""


def timed_classifier(crops: Path, steps: int) -> TimedFit:
    """`door_cnn` as `maskwatch-train classifier` fits it, with batches of photographs of a folder."""
    settings = ClassifierFitSettings(network="door_cnn", epochs=1)
    dataset = read_dataset(crops)
    dataset = replace(dataset, photos=_some(dataset.photos, settings.batch_size * steps))
    train = dataset.split("train")
    batches = photo_batches(
        train,
        BatchFault(),
        widening=settings.crop_widening,
        batch_size=settings.batch_size,
        seed=1,
        deterministic=False,
    )
    fit = partial(classifier_fit.fit, dataset, settings)
    return TimedFit(CLASSIFIERS[settings.network](), settings, batches, fit, classifier_fit, steps)


def timed_locator(scenes: Path, steps: int) -> TimedFit:
    """`face_cnn` as `maskwatch-train locator` fits it, with batches of scenes of a folder."""
    settings = LocatorFitSettings(epochs=1)
    found = read_scenes(scenes)
    found = replace(found, scenes=_some(found.scenes, settings.batch_size * steps))
    batches = scene_batches(found.split("train"), batch_size=settings.batch_size, size=settings.size, seed=1)
    fit = partial(locator_fit.fit, found, settings)
    return TimedFit(LOCATORS[settings.network](settings.size), settings, batches, fit, locator_fit, steps)


def _some(pictures: Sequence[Picture], training: int) -> list[Picture]:
    """So many pictures of the training split, again and again where there are fewer, and a few of the others."""
    mixed = [pictures[i] for i in np.random.default_rng(1).permutation(len(pictures))]
    splits = {split: [picture for picture in mixed if picture.split == split] for split in {p.split for p in mixed}}
    of_train = splits.pop("train")
    repeats = -(-training // len(of_train))
    return [*(of_train * repeats)[:training], *(picture for others in splits.values() for picture in others[:SCORED])]
