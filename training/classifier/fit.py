"""Fitting a classifier."""

import math
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from sklearn.metrics import balanced_accuracy_score, log_loss
from sklearn.utils.class_weight import compute_sample_weight

from training.classifier.auxiliary import LOSS_WEIGHT, MOUTH_BARE, with_mouth_output
from training.classifier.calibration import fit_balanced_calibration
from training.classifier.datasets import Dataset, Photo
from training.classifier.distillation import DistillationLoss, beside_teacher
from training.classifier.networks import CLASSIFIERS, CLEAR, NOT_COMPLIANT
from training.classifier.pipeline import evaluation_crops, predict, training_batches
from training.classifier.settings import ClassifierFitSettings
from training.common.batch_fault import BatchFault
from training.common.distillation import read_teacher
from training.common.fit import KeepBest, batch_seed, cosine_adamw, fit_epochs, prepare_tensorflow
from training.common.interruption import Interruption
from training.common.normalization import with_fused_normalization
from training.common.progress import EpochProgress
from training.common.runs import RunFiles
from training.common.saved_network import load_network, told_if_damaged

LOSS_WEIGHTS = {NOT_COMPLIANT: 1.0, CLEAR: 1.0}
"""How much each output's loss counts."""


EMA_MOMENTUM = 0.997
"""How slowly the averaged weights follow: they are about the last three hundred batches."""


def fit(
    dataset: Dataset,
    settings: ClassifierFitSettings,
    files: RunFiles,
    progress: EpochProgress,
    interruption: Interruption,
) -> None:
    """Fit a network, keeping the epoch of the lowest calibrated, class-balanced log loss on the validation split.

    Goes on from the run's checkpoint where there is one.

    Args:
        dataset: To learn from and to choose by.
        settings: Of the fit.
        files: Of the run.
        progress: Shows the epochs.
        interruption: Ends the fit after the current batch.

    Raises:
        InterruptionError: Ctrl-C.
        UserError: The network to start from, the teacher, or the checkpoint is damaged or does not fit; a picture has
            gone since the folder was read; or the fit diverges.
    """
    if settings.deterministic:
        tf.config.experimental.enable_op_determinism()
    prepare_tensorflow(settings)
    photos = dataset.split("train")
    steps = math.ceil(len(photos) / settings.batch_size)
    network = _network(settings)
    fitted = with_fused_normalization(network)
    trained, loss = fitted, keras.losses.BinaryCrossentropy(label_smoothing=settings.label_smoothing)
    own_loss = loss
    if settings.teacher:
        trained = beside_teacher(fitted, read_teacher(RunFiles(Path(settings.teacher)).network, fitted))
        own_loss = DistillationLoss(settings.label_smoothing)
    trained = with_mouth_output(trained)
    losses = {**dict.fromkeys(LOSS_WEIGHTS, own_loss), MOUTH_BARE: loss}
    trained.compile(_optimizer(settings, steps), losses, loss_weights={**LOSS_WEIGHTS, MOUTH_BARE: LOSS_WEIGHT})
    fault = BatchFault()
    batches = training_batches(
        photos,
        fault,
        widening=settings.crop_widening,
        batch_size=settings.batch_size,
        seed=batch_seed(settings, files),
        deterministic=settings.deterministic,
    )
    keep_best = KeepBestClassifier(fitted, network, dataset.split("val"), settings.crop_widening, files, progress)
    with fault.told():
        fit_epochs(trained, batches, settings, steps=steps, keep_best=keep_best, interruption=interruption)


class KeepBestClassifier(KeepBest):
    """Scores each epoch on the validation split; the lowest loss there is the best."""

    def __init__(
        self,
        fitted: keras.Model,
        saved: keras.Model,
        photos: list[Photo],
        widening: float,
        files: RunFiles,
        progress: EpochProgress,
    ) -> None:
        super().__init__(files, progress)
        self.fitted, self.saved = fitted, saved
        self.crops = evaluation_crops(photos, widening)
        self.not_compliant = np.array([photo.not_compliant for photo in photos])
        self.clear = np.array([photo.clear for photo in photos])

    def scores(self) -> dict[str, float]:
        """The losses in nats, calibrated as the device will be, and the balanced accuracy at 0.5.

        All are nan where the network answers something else than a number.
        """
        says = predict(self.fitted, self.crops)
        if not np.isfinite(says).all():
            return dict.fromkeys(("val_loss", "val_clear_loss", "val_score"), math.nan)
        p, clear = np.clip(says, 1e-6, 1 - 1e-6).T
        truth = self.not_compliant[self.clear]
        loss, clear_loss = _balanced_loss(truth, p[self.clear]), _balanced_loss(self.clear, clear)
        return {
            "val_loss": loss + LOSS_WEIGHTS[CLEAR] * clear_loss,
            "val_clear_loss": clear_loss,
            "val_score": float(balanced_accuracy_score(truth, p[self.clear] >= 0.5)),
        }

    def rank(self, row: dict) -> float:
        """The lower the loss, the better."""
        return -row["val_loss"]

    def network(self) -> keras.Model:
        """The network without its teacher, of Keras's own layers alone."""
        self.saved.set_weights(self.fitted.get_weights())
        return self.saved


def _balanced_loss(truth: np.ndarray, p: np.ndarray) -> float:
    """The log loss after calibration, both sides counting alike, in nats; 0 where there is one side only.

    Without calibration an epoch was chosen by how sure of itself the network happened to be.
    """
    if truth.all() or not truth.any():
        return 0.0
    p = fit_balanced_calibration(p, truth).apply(p)
    return float(log_loss(truth, p, sample_weight=compute_sample_weight("balanced", truth)))


def _network(settings: ClassifierFitSettings) -> keras.Model:
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


def _optimizer(settings: ClassifierFitSettings, steps: int) -> keras.optimizers.Optimizer:
    warmup_steps = settings.epochs * steps // 20
    return cosine_adamw(settings, steps=steps, warmup_steps=warmup_steps, clip_norm=1.0, ema_momentum=EMA_MOMENTUM)
