"""Fitting a locator: AdamW, a cosine schedule, averaged weights, the best epoch kept."""

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

import cv2
import keras
import tensorflow as tf

from training.common.interruption import Interruption, InterruptionError
from training.common.runs import RunFiles
from training.common.saved_network import Checkpoint, told_if_damaged
from training.locator.evaluate import letterboxed
from training.locator.further_faces import FaceCrop
from training.locator.loss import LocatorLoss, flat_outputs
from training.locator.network import LOCATORS
from training.locator.pipeline import training_batches
from training.locator.progress import LocatorProgress
from training.locator.rounding import as_int8
from training.locator.runs import LocatorFitSettings
from training.locator.scenes import Scene, SceneSet

WARMUP_STEPS = 200
"""Batches over which the learning rate rises."""

EMA_MOMENTUM = 0.998
"""How slowly the averaged weights follow: they are about the last five hundred batches."""


def fit(
    scenes: SceneSet,
    settings: LocatorFitSettings,
    files: RunFiles,
    progress: LocatorProgress,
    faces: Sequence[FaceCrop] = (),
) -> bool:
    """Fit a locator, keeping the best epoch by `Detections.selection_score` on the scenes for choosing.

    Goes on from the run's checkpoint where there is one. The first Ctrl-C ends it after the current batch and keeps
    the best so far; the second raises KeyboardInterrupt at once.

    Args:
        scenes: To learn from and to choose by.
        settings: Of the fit.
        files: Of the run.
        progress: Is told of each epoch.
        faces: Further faces, to be set into the training scenes.

    Returns:
        Whether all epochs were done.
    """
    _prepare(settings)
    network = LOCATORS[settings.network](settings.size)
    if settings.start_from:
        saved = RunFiles(Path(settings.start_from)).network
        with told_if_damaged(saved):
            network.load_weights(saved)
    fitted = as_int8(network) if settings.as_int8 else network
    trained = keras.Model(fitted.inputs, flat_outputs(fitted.output), name="trained")
    steps = math.ceil(len(scenes.split("train")) / settings.batch_size)
    trained.compile(_optimizer(settings, steps), LocatorLoss(settings.size), jit_compile=_jit())
    seed = settings.seed + 1000 * len(files.read_history())
    batches = training_batches(
        scenes.split("train"), faces, batch_size=settings.batch_size, size=settings.size, seed=seed
    )
    with Interruption() as interruption:
        callbacks = [
            # The order matters: the checkpoint holds the raw weights, the best epoch the averaged ones.
            Checkpoint(files.checkpoint),
            keras.callbacks.SwapEMAWeights(swap_on_epoch=True),
            KeepBestLocator(fitted, settings, scenes.choosing, files, progress.epoch_scored),
            progress,
            interruption,
        ]
        try:
            trained.fit(
                batches, epochs=settings.epochs, steps_per_epoch=steps, shuffle=False, callbacks=callbacks, verbose=0
            )
        except InterruptionError:
            return False
    return True


class KeepBestLocator(keras.callbacks.Callback):
    """Scores each epoch on the scenes for choosing, writes the history, saves the best network so far."""

    def __init__(
        self,
        fitted: keras.Model,
        settings: LocatorFitSettings,
        scenes: list[Scene],
        files: RunFiles,
        scored: Callable[[dict], None],
    ) -> None:
        super().__init__()
        self.fitted = fitted
        # The device reads pictures of one size, whatever the training pictures have.
        self.network = LOCATORS[settings.network]()
        self.scored_network = as_int8(self.network) if settings.as_int8 else self.network
        self.scenes = letterboxed(scenes)
        self.files = files
        self.scored = scored

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        """Score, record, and save if better than every epoch before."""
        self.scored_network.set_weights(self.fitted.get_weights())
        detections = self.scenes.score(self.scored_network)
        scores = detections.at(detections.best_threshold())
        row = {"epoch": epoch + 1, "loss": float((logs or {})["loss"]), "val_score": detections.selection_score}
        row["best"] = row["val_score"] > max((r["val_score"] for r in self.files.read_history()), default=-1.0)
        row |= {"val_recall": scores.recall, "val_small_recall": scores.small_recall, "threshold": scores.threshold}
        if row["best"]:
            self._save()
        with self.files.history.open("a") as file:
            file.write(json.dumps(row) + "\n")
        self.scored(row)

    def _save(self) -> None:
        # A run that is cut off while it saves still holds the best network before.
        partial = self.files.network.with_stem("partial")
        self.network.set_weights(self.fitted.get_weights())
        self.network.save(partial)
        partial.replace(self.files.network)


def save_settings(settings: LocatorFitSettings, files: RunFiles) -> None:
    """Write the settings down beside the versions that they were used with."""
    versions = {"tensorflow": tf.__version__, "keras": keras.__version__}
    files.settings.write_text(json.dumps({**asdict(settings), **versions}, indent=2) + "\n")


def _optimizer(settings: LocatorFitSettings, steps: int) -> keras.optimizers.Optimizer:
    total = settings.epochs * steps
    warmup = max(1, min(WARMUP_STEPS, total // 20))
    schedule = keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=settings.learning_rate / 20,
        warmup_target=settings.learning_rate,
        warmup_steps=warmup,
        decay_steps=max(1, total - warmup),
        alpha=0.005,
    )
    return keras.optimizers.AdamW(
        schedule, weight_decay=settings.weight_decay, clipnorm=10.0, use_ema=True, ema_momentum=EMA_MOMENTUM
    )


def _jit() -> bool | str:
    # XLA makes TensorFlow's convolutions on a CPU ten times slower, and is what JAX and a GPU live on.
    return "auto" if keras.backend.backend() != "tensorflow" or tf.config.list_physical_devices("GPU") else False


def _prepare(settings: LocatorFitSettings) -> None:
    # Threads first: TensorFlow takes their number only before it has done anything.
    if settings.threads:
        tf.config.threading.set_intra_op_parallelism_threads(settings.threads)
        tf.config.threading.set_inter_op_parallelism_threads(settings.threads)
    if keras.backend.backend() != "tensorflow":
        # It then only feeds the network, and must leave the GPU's memory to the backend that trains.
        tf.config.set_visible_devices([], "GPU")
    # Pictures are prepared side by side already: more threads within each would only push the others aside.
    cv2.setNumThreads(1)
    keras.utils.set_random_seed(settings.seed)
