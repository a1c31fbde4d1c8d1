"""Networks and checkpoints that are damaged, or are something else."""

import keras
import numpy as np
import pytest

from edge.errors import UserError
from training.classifier.datasets import Dataset
from training.classifier.evaluate import evaluate as evaluate_classifier
from training.classifier.fit import begin_with
from training.classifier.networks import CLASSIFIERS
from training.common.runs import RunFiles
from training.common.saved_network import Checkpoint, load_network
from training.locator.evaluate import evaluate as evaluate_locator
from training.locator.scenes import SceneSet


@pytest.fixture(scope="module")
def network():
    return keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, name="one")], name="tiny")


@pytest.fixture(scope="module")
def saved(network, tmp_path_factory):
    path = tmp_path_factory.mktemp("saved") / "model.keras"
    network.save(path)
    return path.read_bytes()


DAMAGES = {
    "empty": lambda content: b"",
    "no network": lambda content: b"no network",
    "cut off": lambda content: content[: len(content) // 2],
    "changed": lambda content: content.replace(b"config.json", b"cXnfig.json"),
}


@pytest.fixture(params=DAMAGES)
def damaged(request, saved, tmp_path):
    (tmp_path / "model.keras").write_bytes(DAMAGES[request.param](saved))
    return RunFiles(tmp_path)


def test_a_damaged_network_is_told_in_one_sentence(damaged):
    with pytest.raises(UserError, match=r"model\.keras is no network that Keras can load here \(\w+\): train it again"):
        load_network(damaged.network)


def test_a_fit_does_not_begin_with_a_damaged_network(damaged):
    with pytest.raises(UserError, match="train it again"):
        begin_with(CLASSIFIERS["door_cnn"](), damaged.network)


def test_a_fit_does_not_begin_with_another_network(saved, tmp_path):
    (tmp_path / "model.keras").write_bytes(saved)
    with pytest.raises(UserError, match="train it again"):
        begin_with(CLASSIFIERS["door_cnn"](), tmp_path / "model.keras")


def test_a_damaged_network_is_not_scored(damaged):
    with pytest.raises(UserError, match="train it again"):
        evaluate_classifier(Dataset([]), damaged)
    with pytest.raises(UserError, match="train it again"):
        evaluate_locator(SceneSet([]), damaged)


def fit(network, folder, epochs):
    network.compile("adam", "mse")
    data = np.ones((4, 2)), np.ones((4, 1))
    network.fit(*data, epochs=epochs, callbacks=[Checkpoint(folder)], verbose=0)


def keep_a_checkpoint(network, folder):
    """As a fit leaves it that was stopped between two epochs."""

    class Stop(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            if epoch == 1:
                raise KeyboardInterrupt

    network.compile("adam", "mse")
    with pytest.raises(KeyboardInterrupt):
        network.fit(np.ones((4, 2)), np.ones((4, 1)), epochs=3, callbacks=[Checkpoint(folder), Stop()], verbose=0)


def test_a_fit_goes_on_from_the_spare_of_a_damaged_checkpoint(network, tmp_path):
    keep_a_checkpoint(network, tmp_path / "checkpoint")
    (tmp_path / "checkpoint/latest.weights.h5").write_bytes(b"damaged")
    fit(network, tmp_path / "checkpoint", epochs=3)
    assert not (tmp_path / "checkpoint").exists()


def test_a_checkpoint_that_is_damaged_beside_its_spare_is_told_in_one_sentence(network, tmp_path):
    keep_a_checkpoint(network, tmp_path / "checkpoint")
    for weights in (tmp_path / "checkpoint").glob("*.h5*"):
        weights.write_bytes(b"damaged")
    with pytest.raises(UserError, match=r"checkpoint is damaged .*: score the best epoch so far with --resume"):
        fit(network, tmp_path / "checkpoint", epochs=3)


def test_a_checkpoint_whose_record_is_damaged_is_told_in_one_sentence(network, tmp_path):
    keep_a_checkpoint(network, tmp_path / "checkpoint")
    for record in (tmp_path / "checkpoint").glob("*.json*"):
        record.write_text("{")
    with pytest.raises(UserError, match="checkpoint is damaged"):
        fit(network, tmp_path / "checkpoint", epochs=3)
