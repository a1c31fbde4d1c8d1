"""Batch normalization as a CPU computes it fast: in one operation while a network learns, or in none afterwards.

Keras writes it with a dozen small operations, each of which reads and writes whole maps; they took half of a training
step.
"""

from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import layers

CONVOLUTIONS = (layers.Conv2D, layers.DepthwiseConv2D)


def with_fused_normalization(network: keras.Model) -> keras.Model:
    """The same network with TensorFlow's own operation for batch normalization; other backends get the network itself.

    Args:
        network: Of layers that know their own settings.

    Returns:
        A copy that has its weights, in the same order.
    """
    if keras.backend.backend() != "tensorflow":
        return network
    fused = keras.models.clone_model(network, clone_function=_fused)
    fused.set_weights(network.get_weights())
    return fused


def without_normalization(network: keras.Model) -> keras.Model:
    """The same network for use outside training, each batch normalization merged into the convolution before it.

    Args:
        network: Of layers that know their own settings.

    Returns:
        A copy that answers the same but for rounding. A normalization that follows no convolution stays.
    """
    merged = {norm.name: convolution for convolution, norm in _normalized_convolutions(network)}
    biased = {convolution.name for convolution in merged.values()}

    def cloned(layer: layers.Layer) -> layers.Layer:
        if layer.name in merged:
            return _Unchanged(name=layer.name)
        bias = {"use_bias": True} if layer.name in biased else {}
        return type(layer).from_config(layer.get_config() | bias)

    copy = keras.models.clone_model(network, clone_function=cloned)
    for layer in network.layers:
        if layer.weights and layer.name not in merged and layer.name not in biased:
            copy.get_layer(layer.name).set_weights(layer.get_weights())
    for name, convolution in merged.items():
        copy.get_layer(convolution.name).set_weights(_merged_weights(convolution, network.get_layer(name)))
    return copy


class FusedBatchNormalization(layers.BatchNormalization):
    """Batch normalization of maps (n, height, width, channels) in one operation of TensorFlow."""

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        """See `keras.layers.BatchNormalization`."""
        learning = bool(training and self.trainable)
        normalized, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
            x=inputs,
            scale=self.gamma,
            offset=self.beta,
            mean=self.moving_mean,
            variance=self.moving_variance,
            epsilon=self.epsilon,
            exponential_avg_factor=1 - self.momentum,
            is_training=learning,
        )
        if learning:
            self.moving_mean.assign(mean)
            self.moving_variance.assign(variance)
        return normalized


class _Unchanged(layers.Layer):
    """In the place of a merged normalization; it takes the arguments that one was called with."""

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        return inputs


def _fused(layer: layers.Layer) -> layers.Layer:
    of_maps = type(layer) is layers.BatchNormalization and layer.input.ndim == 4
    kind: Any = FusedBatchNormalization if of_maps else type(layer)
    return kind.from_config(layer.get_config())


def _normalized_convolutions(network: keras.Model) -> list[tuple[layers.Layer, layers.Layer]]:
    """Each convolution whose output goes to a batch normalization only, with that one."""
    after: dict[str, list[layers.Layer]] = {}
    for layer in network.layers:
        for tensor in keras.tree.flatten(layer.input):
            after.setdefault(tensor._keras_history.operation.name, []).append(layer)
    pairs = [(layer, after.get(layer.name, [])) for layer in network.layers if type(layer) in CONVOLUTIONS]
    return [(layer, its[0]) for layer, its in pairs if len(its) == 1 and isinstance(its[0], layers.BatchNormalization)]


def _merged_weights(convolution: layers.Layer, norm: layers.Layer) -> list[np.ndarray]:
    kernel, *bias = convolution.get_weights()
    gamma, beta, mean, variance = norm.get_weights()
    scale = gamma / np.sqrt(variance + norm.epsilon)
    # A depthwise kernel is (height, width, channels, 1), and others (height, width, channels, filters).
    scales = scale[:, None] if isinstance(convolution, layers.DepthwiseConv2D) else scale
    return [kernel * scales, beta - mean * scale + (bias[0] * scale if bias else 0)]
