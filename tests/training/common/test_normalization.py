import keras
import numpy as np
import pytest
from keras import layers

from training.common.normalization import with_fused_normalization, without_normalization


def network():
    """Convolutions of each kind, with and without a bias, one whose output goes two ways, and vectors at the end."""
    inputs = keras.Input((9, 12, 3))
    x = layers.ReLU(6.0)(layers.BatchNormalization()(layers.Conv2D(8, 3, use_bias=False)(inputs)))
    x = layers.BatchNormalization(epsilon=1e-2)(layers.DepthwiseConv2D(3, bias_initializer="normal")(x))
    unnormalized = layers.Conv2D(8, 1, bias_initializer="normal")(x)
    x = layers.Add()([unnormalized, layers.BatchNormalization()(unnormalized)])
    x = layers.GlobalAveragePooling2D()(layers.BatchNormalization()(x))
    return keras.Model(inputs, layers.Dense(1, "sigmoid")(layers.BatchNormalization()(x)))


@pytest.fixture
def pictures():
    return np.random.default_rng(1).random((8, 9, 12, 3), np.float32)


@pytest.fixture
def fitted(pictures):
    """A network whose normalizations have seen pictures and learned a scale."""
    keras.utils.set_random_seed(1)
    it = network()
    it.compile(keras.optimizers.SGD(0.1), "binary_crossentropy", jit_compile=False)
    it.fit(pictures, np.arange(8) % 2, batch_size=4, epochs=3, shuffle=False, verbose=0)
    return it


def test_a_fused_network_answers_as_before(fitted, pictures):
    assert with_fused_normalization(fitted)(pictures).numpy() == pytest.approx(fitted(pictures).numpy(), abs=1e-5)


def test_a_fused_network_learns_what_the_network_itself_does(pictures):
    keras.utils.set_random_seed(1)
    plain = network()
    fused = with_fused_normalization(plain)
    for it in (plain, fused):
        it.compile(keras.optimizers.SGD(0.1), "binary_crossentropy", jit_compile=False)
        it.fit(pictures, np.arange(8) % 2, batch_size=8, epochs=3, shuffle=False, verbose=0)
    # The operation takes the variance of a sample, one part in the number of cells larger.
    for its, own in zip(fused.get_weights(), plain.get_weights(), strict=True):
        assert its == pytest.approx(own, rel=0.01, abs=2e-3)


def test_a_fused_network_gives_its_weights_back(fitted):
    plain = network()
    plain.set_weights(with_fused_normalization(fitted).get_weights())
    assert all(map(np.array_equal, plain.get_weights(), fitted.get_weights()))


def test_a_network_without_normalization_answers_the_same(fitted, pictures):
    assert without_normalization(fitted)(pictures).numpy() == pytest.approx(fitted(pictures).numpy(), abs=1e-5)


def test_what_follows_a_convolution_alone_is_merged_into_it(fitted):
    merged = without_normalization(fitted)
    assert sum(isinstance(layer, layers.BatchNormalization) for layer in merged.layers) == 3
    assert sum(isinstance(layer, layers.BatchNormalization) for layer in fitted.layers) == 5
