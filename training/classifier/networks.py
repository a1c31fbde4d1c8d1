"""The networks that `maskwatch-train` can fit. Adding one means adding one function to `CLASSIFIERS`."""

from collections.abc import Callable
from functools import partial

import keras
from keras import layers

from training.common.efficientnet import efficientnet_lite0

INPUT_SHAPE = (128, 128, 3)
"""Height, width and channels (RGB, 0 to 1) of the face crop that every classifier reads."""

NOT_COMPLIANT = "p_unmasked"
"""Output: the probability of not being compliant, if the face is clear."""

CLEAR = "p_clear"
"""Output: the probability that this is a face whose nose and mouth can be judged."""


def seed_cnn(pooling: str = "max") -> keras.Model:
    """The textbook network: 3x3 convolutions with ReLU, pooling, flatten, fully connected, logistic output.

    Args:
        pooling: "max" or "average", the kind of every pooling layer.

    Returns:
        A model from (n, 128, 128, 3) in 0..1 to NOT_COMPLIANT and CLEAR, probabilities (n, 1) each.
    """
    pool = {"max": layers.MaxPooling2D, "average": layers.AveragePooling2D}[pooling]
    inputs = keras.Input(INPUT_SHAPE, name="image")
    x = inputs
    for filters in (32, 32, 64, 64):
        x = layers.Conv2D(filters, 3, padding="same", activation="relu")(x)
        x = pool(2)(x)
    x = layers.Flatten()(x)
    x = layers.Dropout(0.5)(x)
    x = layers.Dense(128, activation="relu")(x)
    x = layers.Dropout(0.3)(x)
    return keras.Model(inputs, _judgment(x), name="seed_cnn" if pooling == "max" else f"seed_cnn_{pooling}")


def door_cnn() -> keras.Model:
    """A depthwise-separable network with residual steps, small enough for a Pi's caches.

    The building block is MobileNet's (Howard et al., 2017): a depthwise 3x3 and a pointwise 1x1 convolution,
    each with batch normalization and ReLU; where the shape allows, its input is added to its output. The first
    convolution reads squares of pixels that do not overlap (Dosovitskiy et al., 2021, "An image is worth 16x16 words").

    Returns:
        A model from (n, 128, 128, 3) in 0..1 to NOT_COMPLIANT and CLEAR, probabilities (n, 1) each.
    """
    inputs = keras.Input(INPUT_SHAPE, name="image")
    # The neighbors in a row are read as one pixel of many channels, which costs nothing: a convolution of three
    # channels takes int8 on Arm as long as one of eight.
    height, width, channels = INPUT_SHAPE
    x = layers.Reshape((height, width // DOOR_CNN_PATCH, DOOR_CNN_PATCH * channels))(inputs)
    patch = (DOOR_CNN_PATCH, 1)
    x = _normalized(layers.Conv2D(DOOR_CNN_PATCH_FILTERS, patch, strides=patch, use_bias=False)(x))
    for filters, strides in DOOR_CNN_BLOCKS:
        x = _separable_block(x, filters, strides)
    x = layers.GlobalAveragePooling2D()(x)
    x = layers.Dropout(0.2)(x)
    return keras.Model(inputs, _judgment(x), name="door_cnn")


DOOR_CNN_PATCH = 4
"""Side of the squares of pixels that the first convolution reads: 32x32 cells."""

DOOR_CNN_PATCH_FILTERS = 32
"""Filters of that convolution."""

DOOR_CNN_BLOCKS = ((32, 1), (32, 1), (64, 2), (64, 1), (64, 1), (128, 2), (128, 1), (128, 1), (192, 2), (192, 1))
"""(filters, strides) of the separable blocks: 4x4 cells at the end."""


def _judgment(x: keras.KerasTensor) -> dict[str, keras.KerasTensor]:
    return {name: layers.Dense(1, activation="sigmoid", name=name)(x) for name in (NOT_COMPLIANT, CLEAR)}


def _normalized(x: keras.KerasTensor) -> keras.KerasTensor:
    return layers.ReLU()(layers.BatchNormalization(momentum=0.97)(x))


def _separable_block(x: keras.KerasTensor, filters: int, strides: int) -> keras.KerasTensor:
    shortcut = x
    x = _normalized(layers.DepthwiseConv2D(3, strides=strides, padding="same", use_bias=False)(x))
    x = _normalized(layers.Conv2D(filters, 1, use_bias=False)(x))
    return layers.Add()([shortcut, x]) if shortcut.shape == x.shape else x


def efficientnet() -> keras.Model:
    """EfficientNet-Lite0 with its weights for ImageNet: far too large for a board, and a good teacher.

    Raises:
        UserError: The package with the weights is not installed.
    """
    inputs = keras.Input(INPUT_SHAPE, name="image")
    x = layers.Dropout(0.2)(layers.GlobalAveragePooling2D()(efficientnet_lite0(inputs)))
    return keras.Model(inputs, _judgment(x), name="efficientnet_lite0")


CLASSIFIERS: dict[str, Callable[[], keras.Model]] = {
    "seed_cnn": seed_cnn,
    "seed_cnn_average": partial(seed_cnn, pooling="average"),
    "door_cnn": door_cnn,
    "efficientnet_lite0": efficientnet,
}
