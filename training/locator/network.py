"""The network that finds faces."""

import keras
from keras import layers

from edge.vision.anchor_free import HEAT_SLOPE, HIGHEST, MIDDLE
from edge.vision.letterbox import LOCATOR_SIZE
from training.common.efficientnet import efficientnet_lite0_maps

STRIDES = (8, 16, 32)
"""Widths of the cells in which the network looks for face centers, in pixels of its input."""

STEM_FILTERS = 8

DENSE_BLOCKS = ((16, 2), (32, 2), (32, 1))
"""(filters, strides) of the 3x3 convolutions after the stem: 30x40 cells at the end."""

SEPARABLE_BLOCKS = (((32, 1),) * 3, ((128, 2), *((128, 1),) * 3), ((192, 2), (192, 1), (192, 1)))
"""(filters, strides) of the separable blocks: 30x40 cells after the first row, 15x20 and 8x10 after the others."""

PYRAMID_FILTERS = 32
TEACHER_PYRAMID_FILTERS = 64


def face_cnn(size: tuple[int, int] = LOCATOR_SIZE) -> keras.Model:
    """An anchor-free face detector of three strides with a small feature pyramid (Lin et al., 2017).

    Where maps are large and channels few it uses plain 3x3 convolutions: at the same multiply-adds they train several
    times faster on a workstation's CPU than depthwise-separable ones, which it uses where channels are many.

    Args:
        size: Height and width of its input in pixels; the weights fit any.

    Returns:
        A model from (n, *size, 3) in 0..1 to a dictionary: for each stride s, levels `heat<s>` (n, h, w, 1) and
        `box<s>` (n, h, w, 4), as `edge.vision.anchor_free` reads them.
    """
    inputs = keras.Input((*size, 3), name="image")
    x = _stem(inputs)
    for filters, strides in DENSE_BLOCKS:
        x = _dense_block(x, filters, strides)
    maps = []
    for row in SEPARABLE_BLOCKS:
        for filters, strides in row:
            x = _separable_block(x, filters, strides)
        maps.append(x)
    return keras.Model(inputs, _outputs(maps, PYRAMID_FILTERS), name="face_cnn")


def efficientnet(size: tuple[int, int] = LOCATOR_SIZE) -> keras.Model:
    """A locator over EfficientNet-Lite0 with its weights for ImageNet: far too large for a board, and a good teacher.

    Args:
        size: As in `face_cnn`.

    Returns:
        A model with the inputs and outputs of `face_cnn`.

    Raises:
        UserError: The package with the weights is not installed.
    """
    inputs = keras.Input((*size, 3), name="image")
    maps = efficientnet_lite0_maps(inputs, STRIDES)
    return keras.Model(inputs, _outputs(maps, TEACHER_PYRAMID_FILTERS), name="efficientnet_lite0")


def _outputs(maps: list[keras.KerasTensor], filters: int) -> dict[str, keras.KerasTensor]:
    outputs: dict[str, keras.KerasTensor] = {}
    for stride, features in zip(STRIDES, _pyramid(maps, filters), strict=True):
        outputs |= _head(features, stride)
    return outputs


def _pyramid(maps: list[keras.KerasTensor], filters: int) -> list[keras.KerasTensor]:
    """The maps, the finest first, each with the coarser ones added."""
    merged: list[keras.KerasTensor] = []
    for features in reversed(maps):
        x = _bounded(_normalized(layers.Conv2D(filters, 1, use_bias=False)(features)))
        if merged:
            height, width = x.shape[1:3]
            x = layers.Add()([x, layers.Resizing(height, width, interpolation="bilinear")(merged[-1])])
        merged.append(x)
    return merged[::-1]


def _head(features: keras.KerasTensor, stride: int) -> dict[str, keras.KerasTensor]:
    features = _separable_block(features, features.shape[-1], 1)
    # At the start one face in a hundred cells, for every picture (Lin et al., 2017, "Focal loss", section 4.1).
    rare, middle = (keras.initializers.Constant(MIDDLE + log_odds) for log_odds in (-4.6 / HEAT_SLOPE, 0.0))
    small = keras.initializers.RandomNormal(stddev=0.01)
    return {
        f"heat{stride}": layers.Conv2D(1, 1, kernel_initializer=small, bias_initializer=rare)(features),
        f"box{stride}": layers.Conv2D(4, 1, kernel_initializer=small, bias_initializer=middle)(features),
    }


def for_device(network: keras.Model) -> keras.Model:
    """The same network with its outputs cut to the range that the device reads, for export.

    In int8 the cut costs nothing (it becomes part of the last convolutions) and gives every output the same fine
    scale: without it a few very certain cells would stretch the scale for all. In training there is no cut, because
    it has no gradient where it cuts.
    """
    outputs = {name: layers.ReLU(max_value=HIGHEST, name=name)(x) for name, x in network.output.items()}
    return keras.Model(network.input, outputs, name=network.name)


def _stem(picture: keras.KerasTensor) -> keras.KerasTensor:
    """Each square of 2x2 pixels by itself.

    Two neighbors in a row are read as one pixel of six channels, which costs nothing: a convolution of three channels
    takes int8 on Arm as long as one of eight.
    """
    height, width, channels = picture.shape[1:]
    pairs = layers.Reshape((height, width // 2, 2 * channels))(picture)
    return _bounded(_normalized(layers.Conv2D(STEM_FILTERS, (2, 1), strides=(2, 1), use_bias=False)(pairs)))


def _dense_block(x: keras.KerasTensor, filters: int, strides: int) -> keras.KerasTensor:
    return _joined(x, layers.Conv2D(filters, 3, strides=strides, padding="same", use_bias=False)(x))


def _separable_block(x: keras.KerasTensor, filters: int, strides: int) -> keras.KerasTensor:
    depthwise = layers.DepthwiseConv2D(3, strides=strides, padding="same", use_bias=False)(x)
    return _joined(x, layers.Conv2D(filters, 1, use_bias=False)(_bounded(_normalized(depthwise))))


def _joined(shortcut: keras.KerasTensor, x: keras.KerasTensor) -> keras.KerasTensor:
    x = _normalized(x)
    return _bounded(layers.Add()([shortcut, x]) if shortcut.shape == x.shape else x)


def _normalized(x: keras.KerasTensor) -> keras.KerasTensor:
    return layers.BatchNormalization(momentum=0.97)(x)


def _bounded(x: keras.KerasTensor) -> keras.KerasTensor:
    # Sums that grow from block to block would leave int8 few steps for the usual values.
    return layers.ReLU(max_value=6.0)(x)


LOCATORS = {"face_cnn": face_cnn, "efficientnet_lite0": efficientnet}
"""The networks that `maskwatch-train locator` can fit."""
