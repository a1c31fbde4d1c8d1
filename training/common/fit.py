"""Fitting a network: AdamW on a cosine schedule, averaged weights, the best epoch kept."""

import json
import math
import time
from abc import ABC, abstractmethod

import keras
import numpy as np
import tensorflow as tf

from edge.errors import UserError
from edge.files import write_whole
from training.common.interruption import Interruption
from training.common.names import printable
from training.common.progress import EpochProgress
from training.common.runs import RunFiles
from training.common.saved_network import Checkpoint
from training.common.settings import FitSettings


def prepare_tensorflow(settings: FitSettings) -> None:
    """Set the threads and the seed; to be called before TensorFlow computes anything, which fixes the threads."""
    if keras.backend.backend() != "tensorflow":
        # TensorFlow then only feeds the network, and must leave the GPUs' memory to the backend that trains.
        tf.config.set_visible_devices([], "GPU")
    if settings.threads:
        tf.config.threading.set_intra_op_parallelism_threads(settings.threads)
        tf.config.threading.set_inter_op_parallelism_threads(settings.threads)
    keras.utils.set_random_seed(settings.seed)


def batch_seed(settings: FitSettings, files: RunFiles) -> int:
    """The seed of the batches: a resumed run does not draw those of its first epochs again."""
    return settings.seed + 1000 * len(files.read_history())


def cosine_adamw(
    settings: FitSettings, *, steps: int, warmup_steps: int, clip_norm: float, ema_momentum: float
) -> keras.optimizers.Optimizer:
    """AdamW whose learning rate rises, then falls along a cosine to a two-hundredth.

    Args:
        settings: Of the fit.
        steps: Batches an epoch.
        warmup_steps: Batches over which the learning rate rises.
        clip_norm: Longest gradient of a weight; longer ones are shortened to it.
        ema_momentum: Share that the averaged weights keep at each batch, or less in a short fit: weights averaged over
            more than a tenth of it would still hold a part of those at its beginning.
    """
    batches = settings.epochs * steps
    schedule = keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=settings.learning_rate / 20,
        warmup_target=settings.learning_rate,
        warmup_steps=max(1, warmup_steps),
        decay_steps=max(1, batches - warmup_steps),
        alpha=0.005,
    )
    return keras.optimizers.AdamW(
        schedule,
        weight_decay=settings.weight_decay,
        clipnorm=clip_norm,
        use_ema=True,
        ema_momentum=max(0.0, min(ema_momentum, 1 - 10 / batches)),
    )


class KeepBest(keras.callbacks.Callback, ABC):
    """Scores each epoch, writes the history, and saves the network when it is the best so far."""

    def __init__(self, files: RunFiles, progress: EpochProgress) -> None:
        super().__init__()
        self.files, self.progress = files, progress

    @abstractmethod
    def scores(self) -> dict[str, float]:
        """The scores of the network as it is now, by their names in the history."""

    @abstractmethod
    def rank(self, row: dict) -> float:
        """How good the epoch of a line of the history is; the epoch with the highest rank is kept."""

    @abstractmethod
    def network(self) -> keras.Model:
        """The network to save; the one that is fitted may hold more."""

    def on_train_begin(self, logs: dict | None = None) -> None:
        """Start the clock of the first epoch."""
        self._began = time.monotonic()

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        """Score, record, and save if better than every epoch before.

        Raises:
            UserError: The loss, a weight or a score is no finite number.
        """
        # An epoch that was cut off after its line was written is fitted again, and has one line.
        before = [row for row in self.files.read_history() if row["epoch"] <= epoch]
        loss = float((logs or {})["loss"])
        self._refuse_diverged(epoch, loss, *self.model.get_weights())
        scores = self.scores()
        self._refuse_diverged(epoch, *scores.values())
        row = {"epoch": epoch + 1, "loss": loss, **scores}
        row["best"] = self.rank(row) > max(map(self.rank, before), default=-math.inf)
        if row["best"]:
            self._save()
        now = time.monotonic()
        row["seconds"], self._began = round(now - self._began, 3), now
        lines = "".join(json.dumps(line) + "\n" for line in (*before, row))
        write_whole(self.files.history, lines.encode())
        self.progress.epoch_scored(row)

    def _refuse_diverged(self, epoch: int, *numbers: float | np.ndarray) -> None:
        if all(np.isfinite(number).all() for number in numbers):
            return
        network = self.files.network
        kept = f"{printable(network)} holds the best epoch before" if network.is_file() else "nothing of it is kept"
        raise UserError(
            f"The fit has diverged in epoch {epoch + 1}, its loss or weights are no finite numbers any more; {kept}",
            "begin a new run with a lower --learning-rate and another folder after --out",
        )

    def _save(self) -> None:
        # A run that is cut off while it saves still holds the best network before.
        partial = self.files.network.with_stem("partial")
        self.network().save(partial)
        partial.replace(self.files.network)


def fit_epochs(
    network: keras.Model,
    batches: tf.data.Dataset,
    settings: FitSettings,
    *,
    steps: int,
    keep_best: KeepBest,
    interruption: Interruption,
) -> None:
    """Fit a compiled network, going on from the run's checkpoint where there is one.

    Args:
        network: With `cosine_adamw` as its optimizer.
        batches: An endless stream of pictures and what the network should answer.
        settings: Of the fit.
        steps: Batches an epoch.
        keep_best: Scores and keeps the epochs.
        interruption: Ends the fit after the current batch.

    Raises:
        InterruptionError: Ctrl-C.
        UserError: The checkpoint is damaged, or the fit diverges.
    """
    callbacks = [
        # The order matters: the averaged weights are scored after an epoch, the raw ones saved before the next.
        keras.callbacks.SwapEMAWeights(swap_on_epoch=True),
        keep_best,
        Checkpoint(keep_best.files.checkpoint),
        keep_best.progress,
        interruption,
    ]
    # Keras would otherwise warn that it cannot shuffle a stream.
    network.fit(batches, epochs=settings.epochs, steps_per_epoch=steps, shuffle=False, callbacks=callbacks, verbose=0)
