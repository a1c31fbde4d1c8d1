from functools import cache

import keras
import numpy as np
import pytest

from training.classifier.networks import CLASSIFIERS, seed_cnn
from training.classifier.pipeline import predict


@pytest.fixture(scope="module")
def network():
    """Builds a network by its name, once."""
    return cache(lambda name: CLASSIFIERS[name]())


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_a_classifier_gives_two_probabilities_a_crop(name, network):
    p = predict(network(name), np.random.default_rng(1).integers(0, 256, (3, 128, 128, 3), np.uint8), batch_size=2)
    assert network(name).name == name
    assert p.shape == (3, 2)
    assert ((p >= 0) & (p <= 1)).all()


def test_a_network_that_does_not_say_how_clear_a_face_is_takes_each_to_be_clear(network):
    whole = network("door_cnn")
    older = keras.Model(whole.input, whole.output["p_unmasked"])
    crops = np.random.default_rng(1).integers(0, 256, (3, 128, 128, 3), np.uint8)
    assert predict(older, crops)[:, 1].tolist() == [1, 1, 1]
    assert predict(older, crops)[:, 0] == pytest.approx(predict(whole, crops)[:, 0])


def test_door_cnn_is_small(network):
    assert network("door_cnn").count_params() <= 150_000


def test_seed_cnn_pools_by_average_on_request():
    kinds = {type(layer).__name__ for layer in seed_cnn(pooling="average").layers}
    assert "AveragePooling2D" in kinds
    assert "MaxPooling2D" not in kinds
