import keras
import numpy as np
import pytest

from training.locator.loss import cells, flat_outputs
from training.locator.network import STRIDES, face_cnn, for_device


def multiply_adds(network):
    total = 0
    for layer in network.layers:
        if isinstance(layer, keras.layers.DepthwiseConv2D):
            total += 9 * np.prod(layer.output.shape[1:])
        elif isinstance(layer, keras.layers.Conv2D):
            total += np.prod(layer.output.shape[1:3]) * np.prod(layer.kernel.shape)
    return total


@pytest.fixture(scope="module")
def built():
    return face_cnn()


@pytest.fixture
def network(built):
    """A fresh network, as it will be again after the test."""
    before = built.get_weights()
    yield built
    built.set_weights(before)


def test_the_network_is_small_enough_for_a_pi(network):
    assert network.count_params() <= 250_000
    assert multiply_adds(network) <= 60e6


def test_a_fresh_network_sees_faces_nowhere(network):
    outputs = network(np.random.default_rng(1).random((1, 240, 320, 3), np.float32))
    for stride, shape in zip(STRIDES, ((30, 40), (15, 20), (8, 10)), strict=True):
        assert outputs[f"heat{stride}"].shape == (1, *shape, 1)
        assert outputs[f"box{stride}"].shape == (1, *shape, 4)
        assert 0.3 < np.min(outputs[f"heat{stride}"]) <= np.max(outputs[f"heat{stride}"]) < 1.2


def test_the_flat_outputs_are_in_the_order_of_the_cells():
    maps = {}
    for stride, shape in zip(STRIDES, ((30, 40), (15, 20), (8, 10)), strict=True):
        y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
        middle = (np.stack([x, y], -1) + 0.5) * stride
        maps[f"heat{stride}"] = np.zeros((1, *shape, 1), np.float32)
        maps[f"box{stride}"] = np.concatenate([middle, middle], -1)[None]
    flat = np.array(flat_outputs(maps))
    assert (flat[0, :, 1:3] == cells()[0]).all()


def test_the_weights_fit_any_size(network):
    network.set_weights(face_cnn((176, 224)).get_weights())
    assert cells((176, 224))[0].shape == (22 * 28 + 11 * 14 + 6 * 7, 2)


def test_for_the_device_the_outputs_are_cut_to_what_it_reads(network):
    picture = np.random.default_rng(1).random((1, 240, 320, 3), np.float32)
    weights = [100 * w for w in network.get_weights()]
    network.set_weights(weights)
    cut, whole = for_device(network)(picture), network(picture)
    assert cut.keys() == whole.keys()
    for name, values in cut.items():
        assert np.array(values) == pytest.approx(np.clip(whole[name], 0, 6))
