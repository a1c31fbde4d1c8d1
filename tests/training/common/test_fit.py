"""A fit that is cut off goes on as if nothing had been, and a short one has averaged weights of its own."""

import io
import json

import keras
import numpy as np
import pytest
import tensorflow as tf
from rich.console import Console

from edge.errors import UserError
from training.classifier.dataset_reader import read_dataset
from training.classifier.fit import KeepBestClassifier
from training.classifier.settings import ClassifierFitSettings
from training.common.fit import KeepBest, cosine_adamw, fit_epochs
from training.common.interruption import Interruption
from training.common.progress import EpochProgress
from training.common.runs import RunFiles
from training.common.settings import FitSettings

SETTINGS = FitSettings(network="tiny", epochs=3, batch_size=2, learning_rate=0.1, weight_decay=0.0)
STEPS = 2


class KeepTiny(KeepBest):
    """Each epoch is the best so far."""

    def __init__(self, files, progress, cut_at=None):
        super().__init__(files, progress)
        self.cut_at, self.scored = cut_at, 0

    def scores(self):
        self.scored += 1
        if self.scored == self.cut_at:
            raise KeyboardInterrupt
        return {"val_score": float(np.abs(self.model.get_weights()[0]).sum())}

    def rank(self, row):
        return row["epoch"]

    def network(self):
        return self.model


@pytest.fixture
def fit():
    """Fits a tiny network in a folder; gives its averaged weights."""

    def fit(files, settings=SETTINGS, batches=None, cut_at=None):
        keras.utils.set_random_seed(1)
        network = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
        network.compile(cosine_adamw(settings, steps=STEPS, warmup_steps=1, clip_norm=1.0, ema_momentum=0.5), "mse")
        batch = np.array([[1, 2], [3, 4]], np.float32), np.ones((2, 1), np.float32)
        progress = EpochProgress(Console(file=io.StringIO()), batch_size=settings.batch_size)
        with Interruption() as interruption:
            fit_epochs(
                network,
                batches or tf.data.Dataset.from_tensors(batch).repeat(),
                settings,
                steps=STEPS,
                keep_best=KeepTiny(files, progress, cut_at),
                interruption=interruption,
            )
        return network.get_weights()

    return fit


def without_times(files):
    return [row | {"seconds": 0} for row in files.read_history()]


@pytest.mark.parametrize("cut_at", [1, 2, 3])
def test_an_epoch_that_is_cut_off_while_it_is_scored_is_fitted_again(fit, tmp_path, cut_at):
    whole, cut = RunFiles(tmp_path / "whole"), RunFiles(tmp_path / "cut")
    for run in (whole, cut):
        run.folder.mkdir()
    weights = fit(whole)
    with pytest.raises(KeyboardInterrupt):
        fit(cut, cut_at=cut_at)
    assert [row["epoch"] for row in cut.read_history()] == list(range(1, cut_at))
    assert cut.checkpoint.exists()
    assert all(np.array_equal(a, b) for a, b in zip(weights, fit(cut), strict=True))
    assert without_times(cut) == without_times(whole)
    assert not cut.checkpoint.exists()


def test_an_epoch_that_is_fitted_again_after_its_line_was_written_has_one_line(fit, tmp_path):
    files = RunFiles(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        fit(files, cut_at=2)
    # As a kill leaves it between the line of an epoch and the checkpoint before the next.
    (first,) = files.read_history()
    with files.history.open("a") as file:
        file.write(json.dumps(first | {"epoch": 2}) + "\n")
    fit(files)
    assert [row["epoch"] for row in files.read_history()] == [1, 2, 3]


def test_a_fit_that_diverges_is_told_and_keeps_the_best_epoch_before(fit, tmp_path):
    files = RunFiles(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        fit(files, cut_at=2)
    kept = files.network.read_bytes()
    with pytest.raises(UserError, match=r"in epoch 2.*model\.keras holds the best epoch before: begin .* lower"):
        fit(files, batches=tf.data.Dataset.from_tensors((np.full((2, 2), 3e38, np.float32), np.ones((2, 1)))).repeat())
    assert files.network.read_bytes() == kept
    assert [row["epoch"] for row in files.read_history()] == [1]


@pytest.mark.parametrize(("bias", "score"), [(np.nan, 1.0), (np.inf, 1.0), (0.0, np.nan)])
def test_a_network_of_no_numbers_is_not_kept(tmp_path, monkeypatch, bias, score):
    files = RunFiles(tmp_path)
    keep = KeepTiny(files, EpochProgress(Console(file=io.StringIO()), batch_size=2))
    monkeypatch.setattr(keep, "scores", lambda: {"val_score": score})
    keep.set_model(keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]))
    keep.model.layers[0].bias.assign([bias])
    keep.on_train_begin()
    with pytest.raises(UserError, match=r"diverged in epoch 1.*nothing of it is kept"):
        keep.on_epoch_end(0, {"loss": 1.0})
    assert not list(tmp_path.iterdir())


def test_a_classifier_that_answers_no_numbers_has_none_as_its_scores(two_classes, tmp_path, monkeypatch):
    photos = read_dataset(two_classes).photos
    progress = EpochProgress(Console(file=io.StringIO()), batch_size=2)
    network = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    keep = KeepBestClassifier(network, network, photos, 1.2, RunFiles(tmp_path), progress)
    monkeypatch.setattr("training.classifier.fit.predict", lambda network, crops: np.full((len(crops), 2), np.nan))
    assert np.isnan(list(keep.scores().values())).all()


@pytest.mark.parametrize(("steps", "epochs"), [(5, 10), (4, 60), (2, 1)])
def test_the_averaged_weights_of_a_short_fit_hold_what_it_learned(steps, epochs):
    settings = ClassifierFitSettings(network="", epochs=epochs, batch_size=2, learning_rate=3e-4)
    picture = keras.Input((2,))
    network = keras.Model(picture, keras.layers.Dense(1, kernel_initializer="zeros")(picture))
    optimizer = cosine_adamw(settings, steps=steps, warmup_steps=2, clip_norm=1.0, ema_momentum=0.998)
    network.compile(optimizer, "mse")
    batches = tf.data.Dataset.from_tensors((np.ones((2, 2), np.float32), np.full((2, 1), 9, np.float32))).repeat()
    swap = keras.callbacks.SwapEMAWeights(swap_on_epoch=False)
    learned = []

    class Learned(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            learned.append(network.get_weights()[0].mean())

    network.fit(batches, epochs=epochs, steps_per_epoch=steps, shuffle=False, callbacks=[Learned(), swap], verbose=0)
    averaged = network.get_weights()[0].mean()
    assert averaged == pytest.approx(learned[-1], rel=0.15)
