"""Fitting a locator."""

import math
from collections.abc import Sequence
from pathlib import Path

import cv2
import keras
import tensorflow as tf

from training.common.distillation import read_teacher
from training.common.fit import KeepBest, batch_seed, cosine_adamw, fit_epochs, prepare_tensorflow
from training.common.interruption import Interruption
from training.common.normalization import with_fused_normalization
from training.common.progress import EpochProgress
from training.common.runs import RunFiles
from training.common.saved_network import told_if_damaged
from training.locator.distillation import DistillationLoss, beside_teacher
from training.locator.evaluate import letterboxed
from training.locator.further_faces import FaceCrop
from training.locator.loss import LocatorLoss, flat_outputs
from training.locator.network import LOCATORS
from training.locator.pipeline import training_batches
from training.locator.rounding import as_int8
from training.locator.scenes import Scene, SceneSet
from training.locator.settings import LocatorFitSettings
from training.locator.taught_faces import seen_by

WARMUP_STEPS = 200
"""Batches over which the learning rate rises."""

EMA_MOMENTUM = 0.998
"""How slowly the averaged weights follow: they are about the last five hundred batches."""


def fit(
    scenes: SceneSet,
    settings: LocatorFitSettings,
    files: RunFiles,
    progress: EpochProgress,
    interruption: Interruption,
    faces: Sequence[FaceCrop] = (),
    missed: Sequence[FaceCrop] = (),
) -> None:
    """Fit a locator, keeping the best epoch by `Detections.selection_score` on the scenes for choosing.

    Goes on from the run's checkpoint where there is one.

    Args:
        scenes: To learn from and to choose by.
        settings: Of the fit.
        files: Of the run.
        progress: Shows the epochs.
        interruption: Ends the fit after the current batch.
        faces: Further faces, to be set into the training scenes.
        missed: More of them, of whose boxes nothing is known: those that the teacher sees are used.

    Raises:
        InterruptionError: Ctrl-C.
        UserError: The network to start from, the teacher, or the checkpoint is damaged or does not fit; or the fit
            diverges.
    """
    _prepare(settings)
    network = LOCATORS[settings.network](settings.size)
    if settings.start_from:
        saved = RunFiles(Path(settings.start_from)).network
        with told_if_damaged(saved):
            network.load_weights(saved)
    fitted = with_fused_normalization(as_int8(network) if settings.as_int8 else network)
    trained, loss = keras.Model(fitted.inputs, flat_outputs(fitted.output), name="trained"), LocatorLoss(settings.size)
    if settings.teacher:
        teacher = read_teacher(RunFiles(Path(settings.teacher)).network, fitted)
        trained = beside_teacher(fitted, teacher)
        faces = [*faces, *seen_by_teacher(missed, teacher, progress)]
        loss = DistillationLoss(settings.size)
    photos = scenes.split("train")
    steps = math.ceil(len(photos) / settings.batch_size)
    trained.compile(_optimizer(settings, steps), loss, jit_compile=_jit())
    batches = training_batches(
        photos, faces, batch_size=settings.batch_size, size=settings.size, seed=batch_seed(settings, files)
    )
    keep_best = KeepBestLocator(fitted, settings, scenes.choosing, files, progress)
    fit_epochs(trained, batches, settings, steps=steps, keep_best=keep_best, interruption=interruption)


def seen_by_teacher(missed: Sequence[FaceCrop], teacher: keras.Model, progress: EpochProgress) -> list[FaceCrop]:
    """Those of the faces that a teacher sees, which is said."""
    seen = seen_by(teacher, missed)
    if missed:
        progress.console.print(f"The teacher sees {len(seen)} of these; the others are left out")
    return seen


class KeepBestLocator(KeepBest):
    """Scores each epoch on the scenes for choosing."""

    def __init__(
        self,
        fitted: keras.Model,
        settings: LocatorFitSettings,
        scenes: list[Scene],
        files: RunFiles,
        progress: EpochProgress,
    ) -> None:
        super().__init__(files, progress)
        self.fitted = fitted
        # The device reads pictures of one size; the training pictures may have another.
        self.device_network = LOCATORS[settings.network]()
        self.scored_network = as_int8(self.device_network) if settings.as_int8 else self.device_network
        self.scenes = letterboxed(scenes)

    def scores(self) -> dict[str, float]:
        """The score that chooses, and recall at the best threshold."""
        self.scored_network.set_weights(self.fitted.get_weights())
        detections = self.scenes.score(self.scored_network)
        scores = detections.at(detections.best_threshold())
        return {
            "val_score": detections.selection_score,
            "val_recall": scores.recall,
            "val_small_recall": scores.small_recall,
            "threshold": scores.threshold,
        }

    def rank(self, row: dict) -> float:
        """The higher the score, the better."""
        return row["val_score"]

    def network(self) -> keras.Model:
        """The network for the device's pictures, without the rounding of int8."""
        self.device_network.set_weights(self.fitted.get_weights())
        return self.device_network


def _optimizer(settings: LocatorFitSettings, steps: int) -> keras.optimizers.Optimizer:
    warmup_steps = max(1, min(WARMUP_STEPS, settings.epochs * steps // 20))
    return cosine_adamw(settings, steps=steps, warmup_steps=warmup_steps, clip_norm=10.0, ema_momentum=EMA_MOMENTUM)


def _jit() -> bool | str:
    # XLA makes TensorFlow's convolutions on a CPU ten times slower, and is what JAX and a GPU live on.
    return "auto" if keras.backend.backend() != "tensorflow" or tf.config.list_physical_devices("GPU") else False


def _prepare(settings: LocatorFitSettings) -> None:
    # Pictures are already prepared in parallel: more threads within each would only compete.
    cv2.setNumThreads(1)
    prepare_tensorflow(settings)
