import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import pytest

from export.quantize.convert import to_int8


def extremes_and_noise(count=20):
    rng = np.random.default_rng(1)
    crops = rng.integers(0, 256, (count, 128, 128, 3), np.uint8)
    crops[0], crops[1] = 0, 255
    return crops


@pytest.fixture(scope="session")
def crops():
    return extremes_and_noise()


@pytest.fixture(scope="session")
def small_network():
    keras.utils.set_random_seed(1)
    image = keras.Input((128, 128, 3), name="image")
    x = keras.layers.Conv2D(8, 3, strides=4, padding="same", activation="relu")(image)
    x = keras.layers.DepthwiseConv2D(3, strides=4, padding="same")(x)
    x = keras.layers.GlobalAveragePooling2D()(x)
    p = keras.layers.Dense(1, activation="sigmoid", name="p_unmasked")(x)
    return keras.Model(image, p, name="small")


@pytest.fixture(scope="session")
def small_tflite(small_network, crops):
    return to_int8(small_network, crops)
