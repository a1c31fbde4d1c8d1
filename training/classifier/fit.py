"""Fitting a classifier: AdamW, a cosine schedule, averaged weights, the best epoch kept."""

import json
import math
import os
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from sklearn.metrics import balanced_accuracy_score, log_loss
from sklearn.utils.class_weight import compute_sample_weight

from training.classifier.datasets import Dataset, Photo
from training.classifier.networks import CLASSIFIERS, CLEAR, NOT_COMPLIANT
from training.classifier.pipeline import evaluation_crops, predict, training_batches
from training.common.interruption import Interruption, InterruptionError
from training.common.progress import EpochProgress
from training.common.runs import FitSettings, RunFiles
from training.common.saved_network import Checkpoint, load_network, told_if_damaged

LOSS_WEIGHTS = {NOT_COMPLIANT: 1.0, CLEAR: 1.0}
"""How much each output's loss counts."""


def fit(dataset: Dataset, settings: FitSettings, files: RunFiles, progress: EpochProgress) -> bool:
    """Fit a network, keeping the epoch of the lowest class-balanced log loss on the validation split.

    Goes on from the run's checkpoint where there is one. The first Ctrl-C ends it after the current batch and keeps
    the best so far; the second raises KeyboardInterrupt at once.

    Returns:
        Whether all epochs were done.
    """
    with Interruption() as interruption:
        try:
            _fit(dataset, settings, files, progress, interruption)
        except InterruptionError:
            return False
    return True


def _fit(
    dataset: Dataset, settings: FitSettings, files: RunFiles, progress: EpochProgress, interruption: Interruption
) -> None:
    _prepare_tensorflow(settings)
    photos = dataset.split("train")
    steps = math.ceil(len(photos) / settings.batch_size)
    network = _network(settings)
    network.compile(_optimizer(settings, steps), _loss(settings), loss_weights=LOSS_WEIGHTS)
    done = len(files.read_history())
    batches = training_batches(
        photos, batch_size=settings.batch_size, seed=settings.seed + 1000 * done, deterministic=settings.deterministic
    )
    callbacks = [*_keeping(dataset, files, progress), progress, interruption]
    # Keras would else warn that it cannot shuffle a stream.
    network.fit(batches, epochs=settings.epochs, steps_per_epoch=steps, shuffle=False, callbacks=callbacks, verbose=0)


def _keeping(dataset: Dataset, files: RunFiles, progress: EpochProgress) -> list[keras.callbacks.Callback]:
    return [
        # The order matters: the checkpoint holds the raw weights, the best epoch the averaged ones.
        Checkpoint(files.checkpoint),
        keras.callbacks.SwapEMAWeights(swap_on_epoch=True),
        KeepBest(dataset.split("val"), files, progress.epoch_scored),
    ]


class KeepBest(keras.callbacks.Callback):
    """Scores each epoch on the validation split, writes the history, saves the network when it is the best so far."""

    def __init__(self, photos: list[Photo], files: RunFiles, scored: Callable[[dict], None]) -> None:
        super().__init__()
        self.crops = evaluation_crops(photos)
        self.not_compliant = np.array([photo.not_compliant for photo in photos])
        self.clear = np.array([photo.clear for photo in photos])
        self.files = files
        self.scored = scored

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        """Score, record, and save if better than every epoch before."""
        history = self.files.read_history()
        row = {"epoch": epoch + 1, "loss": float((logs or {})["loss"]), **self._scores()}
        loss = row["val_loss"]
        row["best"] = loss < min((r["val_loss"] for r in history), default=math.inf)
        if row["best"]:
            self._save()
        with self.files.history.open("a") as file:
            file.write(json.dumps(row) + "\n")
        self.scored(row)

    def _scores(self) -> dict[str, float]:
        p, clear = np.clip(predict(self.model, self.crops), 1e-6, 1 - 1e-6).T
        truth = self.not_compliant[self.clear]
        loss, clear_loss = _balanced_loss(truth, p[self.clear]), _balanced_loss(self.clear, clear)
        return {
            "val_loss": loss + LOSS_WEIGHTS[CLEAR] * clear_loss,
            "val_clear_loss": clear_loss,
            "val_score": float(balanced_accuracy_score(truth, p[self.clear] >= 0.5)),
        }

    def _save(self) -> None:
        # A run that is cut off while it saves still holds the best network before.
        partial = self.files.network.with_stem("partial")
        self.model.save(partial)
        partial.replace(self.files.network)


def _balanced_loss(truth: np.ndarray, p: np.ndarray) -> float:
    """The log loss in which both sides count alike, in nats; 0 where there is one side only."""
    if truth.all() or not truth.any():
        return 0.0
    return float(log_loss(truth, p, sample_weight=compute_sample_weight("balanced", truth)))


def save_settings(settings: FitSettings, files: RunFiles) -> None:
    """Write the settings down beside the versions that they were used with."""
    versions = {"tensorflow": tf.__version__, "keras": keras.__version__, "numpy": np.__version__}
    record = {**asdict(settings), "threads_used": settings.threads or _cores(), **versions}
    files.settings.write_text(json.dumps(record, indent=2) + "\n")


def _network(settings: FitSettings) -> keras.Model:
    network = CLASSIFIERS[settings.network]()
    if settings.start_from:
        begin_with(network, RunFiles(Path(settings.start_from)).network)
    return network


def begin_with(network: keras.Model, path: Path) -> None:
    """Take over the weights of a saved network of the same kind; an output that it lacks begins at random.

    Raises:
        UserError: The file is damaged, or holds another network.
    """
    with told_if_damaged(path):
        before = load_network(path)
        for layer, its in zip(_body(network), _body(before), strict=True):
            layer.set_weights(its.get_weights())
        for name in LOSS_WEIGHTS:
            if any(layer.name == name for layer in before.layers):
                network.get_layer(name).set_weights(before.get_layer(name).get_weights())


def _body(network: keras.Model) -> list[keras.layers.Layer]:
    return [layer for layer in network.layers if layer.name not in LOSS_WEIGHTS]


def _optimizer(settings: FitSettings, steps: int) -> keras.optimizers.Optimizer:
    total = settings.epochs * steps
    schedule = keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=settings.learning_rate / 20,
        warmup_target=settings.learning_rate,
        warmup_steps=max(1, total // 20),
        decay_steps=max(1, total - total // 20),
        alpha=0.005,
    )
    return keras.optimizers.AdamW(
        schedule, weight_decay=settings.weight_decay, clipnorm=1.0, use_ema=True, ema_momentum=0.99
    )


def _loss(settings: FitSettings) -> dict[str, keras.losses.Loss]:
    return {name: keras.losses.BinaryCrossentropy(label_smoothing=settings.label_smoothing) for name in LOSS_WEIGHTS}


def _prepare_tensorflow(settings: FitSettings) -> None:
    # Threads first: TensorFlow takes their number only before it has done anything.
    if settings.threads:
        tf.config.threading.set_intra_op_parallelism_threads(settings.threads)
        tf.config.threading.set_inter_op_parallelism_threads(settings.threads)
    if settings.deterministic:
        tf.config.experimental.enable_op_determinism()
    keras.utils.set_random_seed(settings.seed)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
