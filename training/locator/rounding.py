"""Training a network as int8 will compute it: quantization-aware training (Jacob et al., 2018).

Written with `keras.ops` alone, so that every backend of Keras can train it.
"""

from typing import Any

import keras
from keras import layers, ops

LEVELS = 255
"""Steps of an int8 scale."""


def as_int8(network: keras.Model) -> keras.Model:
    """The same network with its kernels and maps rounded as in int8; a copy that has its weights.

    What the converter quantizes is rounded: each output channel's kernel to a scale of its own, maps in the range that
    they have in the batch. Gradients pass straight through (Bengio et al., 2013). The batch normalization that the
    converter merges into a kernel scales whole channels, and so changes nothing of their rounding.
    """
    rounded = keras.models.clone_model(network, clone_function=_rounding)
    rounded.set_weights(network.get_weights())
    return rounded


def _rounding(layer: layers.Layer) -> layers.Layer:
    kind: Any = ROUNDING.get(type(layer), type(layer))
    return kind.from_config(layer.get_config())


class RoundedConv2D(layers.Conv2D):
    """A convolution whose kernel is rounded, each output channel by itself."""

    @property
    def kernel(self) -> Any:
        """The rounded kernel."""
        return _rounded_kernel(self._kernel, axes=(0, 1, 2))


class RoundedDepthwiseConv2D(layers.DepthwiseConv2D):
    """The same for a depthwise one."""

    @property
    def kernel(self) -> Any:
        """The rounded kernel."""
        return _rounded_kernel(self._kernel, axes=(0, 1))

    @kernel.setter
    def kernel(self, kernel: Any) -> None:
        # Keras gives the layer its kernel by this name.
        self._kernel = kernel


class RoundedReLU(layers.ReLU):
    """A ReLU whose output is rounded."""

    def call(self, inputs: Any) -> Any:
        """See `keras.layers.ReLU`."""
        return _rounded_map(super().call(inputs))


class RoundedAdd(layers.Add):
    """A sum of rounded terms."""

    def _merge_function(self, inputs: Any) -> Any:
        return super()._merge_function([_rounded_map(x) for x in inputs])


ROUNDING = {
    layers.Conv2D: RoundedConv2D,
    layers.DepthwiseConv2D: RoundedDepthwiseConv2D,
    layers.ReLU: RoundedReLU,
    layers.Add: RoundedAdd,
}


def _rounded_kernel(kernel: Any, axes: tuple[int, ...]) -> Any:
    kernel = ops.convert_to_tensor(kernel)
    # Symmetric about zero, from -127 to 127.
    return _straight_through(kernel, 2 * ops.max(ops.abs(kernel), axes, keepdims=True) / (LEVELS - 1))


def _rounded_map(x: Any) -> Any:
    return _straight_through(x, (ops.maximum(ops.max(x), 0) - ops.minimum(ops.min(x), 0)) / LEVELS)


def _straight_through(x: Any, step: Any) -> Any:
    """Values in whole steps; the gradient ignores the rounding."""
    step = ops.maximum(ops.stop_gradient(step), 1e-9)
    return x + ops.stop_gradient(ops.round(x / step) * step - x)
