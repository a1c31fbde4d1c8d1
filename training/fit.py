"""Fitting a classifier: AdamW, a cosine schedule, averaged weights, the best epoch kept."""

import json
import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from training.datasets import Dataset, Photo
from training.networks import CLASSIFIERS
from training.pipeline import evaluation_crops, predict, training_batches
from training.progress import EpochProgress
from training.scores import selection_score


def fit(dataset: Dataset, settings: FitSettings, files: RunFiles, progress: EpochProgress) -> bool:
    """Fit a network, keeping the best epoch by `selection_score` on the validation split.

    Goes on from the run's checkpoint where there is one. Ctrl-C ends it early and keeps the best so far.

    Returns:
        Whether all epochs were done.
    """
    _seed_everything(settings)
    photos = dataset.split("train")
    steps = math.ceil(len(photos) / settings.batch_size)
    network = CLASSIFIERS[settings.network]()
    network.compile(
        keras.optimizers.AdamW(
            _schedule(settings, steps), weight_decay=settings.weight_decay, clipnorm=1.0, use_ema=True, ema_momentum=0.99
        ),
        keras.losses.BinaryCrossentropy(label_smoothing=settings.label_smoothing),
    )
    done = len(files.read_history())
    batches = training_batches(
        photos, batch_size=settings.batch_size, seed=settings.seed + 1000 * done, deterministic=settings.deterministic
    )
    callbacks = [
        # The order matters: the checkpoint holds the raw weights, the best epoch the averaged ones.
        keras.callbacks.BackupAndRestore(files.checkpoint),
        keras.callbacks.SwapEMAWeights(swap_on_epoch=True),
        KeepBest(dataset.split("val"), files, progress.epoch_scored),
        progress,
    ]
    try:
        network.fit(batches, epochs=settings.epochs, steps_per_epoch=steps, callbacks=callbacks, verbose=0)
    except KeyboardInterrupt:
        return False
    return True


class KeepBest(keras.callbacks.Callback):
    """Scores each epoch on the validation split, writes the history, saves the network when it is the best so far."""

    def __init__(self, photos: list[Photo], files: RunFiles, scored: Callable[[dict], None]) -> None:
        super().__init__()
        self.crops = evaluation_crops(photos)
        self.labels = [photo.label for photo in photos]
        self.files = files
        self.scored = scored

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        """Score, record, and save if better than every epoch before."""
        history = self.files.read_history()
        score, loss = self._score()
        row = {"epoch": epoch + 1, "loss": float((logs or {})["loss"]), "val_loss": loss, "val_score": score}
        row["best"] = score > max((r["val_score"] for r in history), default=-1.0)
        if row["best"]:
            self.model.save(self.files.network)
        with self.files.history.open("a") as file:
            file.write(json.dumps(row) + "\n")
        self.scored(row)

    def _score(self) -> tuple[float, float]:
        p = np.clip(predict(self.model, self.crops), 1e-6, 1 - 1e-6)
        truth = np.array([label != "with_mask" for label in self.labels])
        loss = -np.mean(np.where(truth, np.log(p), np.log(1 - p)))
        return selection_score(p >= 0.5, self.labels), float(loss)


def save_settings(settings: FitSettings, files: RunFiles) -> None:
    """Write the settings down beside the versions that they were used with."""
    record = {**asdict(settings), "tensorflow": tf.__version__, "keras": keras.__version__, "numpy": np.__version__}
    files.settings.write_text(json.dumps(record, indent=2) + "\n")


def _schedule(settings: FitSettings, steps: int) -> keras.optimizers.schedules.LearningRateSchedule:
    total = settings.epochs * steps
    return keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=settings.learning_rate / 20,
        warmup_target=settings.learning_rate,
        warmup_steps=max(1, total // 20),
        decay_steps=max(1, total - total // 20),
        alpha=0.005,
    )


def _seed_everything(settings: FitSettings) -> None:
    keras.utils.set_random_seed(settings.seed)
    if settings.threads:
        tf.config.threading.set_intra_op_parallelism_threads(settings.threads)
        tf.config.threading.set_inter_op_parallelism_threads(settings.threads)
    if settings.deterministic:
        tf.config.experimental.enable_op_determinism()
