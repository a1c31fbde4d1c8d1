"""From a float Keras network to a fully int8 TFLite one."""

import tempfile
from collections.abc import Iterator

import keras
import numpy as np
import tensorflow as tf

from edge.stderr import silenced_stderr

ENDPOINT = "serve"
"""Name of the model's only signature."""


def with_extremes(pictures: np.ndarray) -> np.ndarray:
    """Put an all-black and an all-white picture before others, uint8 (n, height, width, 3).

    They pin the input's range to 0..1, so that its scale is 1/255 and a pixel's byte is, but for its highest bit, the
    input.
    """
    extremes = np.stack([np.zeros_like(pictures[0]), np.full_like(pictures[0], 255)])
    return np.concatenate([extremes, pictures])


def to_int8(network: keras.Model, pictures: np.ndarray) -> bytes:
    """Convert a network to int8 throughout, with a static batch of one.

    Args:
        network: From (n, height, width, 3) in 0..1 to one output, or to a dictionary of them.
        pictures: uint8 (n, height, width, 3) to measure activation ranges on, extremes first.

    Returns:
        The content of a `.tflite` file, as yet without metadata.
    """
    with tempfile.TemporaryDirectory() as folder:
        _save(network, folder)
        converter = tf.lite.TFLiteConverter.from_saved_model(folder, signature_keys=[ENDPOINT])
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = lambda: _representative(pictures)
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = converter.inference_output_type = tf.int8
        # Fully connected layers quantized per channel need a newer runtime than tflite-runtime's last.
        converter._experimental_disable_per_channel_quantization_for_dense_layers = True
        with silenced_stderr():
            return converter.convert()


def _save(network: keras.Model, folder: str) -> None:
    (image,) = network.inputs
    archive = keras.export.ExportArchive()
    archive.track(network)
    archive.add_endpoint(
        ENDPOINT,
        lambda picture: _named(network, network(picture, training=False)),
        [keras.InputSpec(shape=(1, *image.shape[1:]), dtype="float32", name=image.name)],
    )
    archive.write_out(folder, verbose=False)


def _named(network: keras.Model, answer: tf.Tensor | dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
    """Outputs by the names that they get in the file: the network's own, or that of its last layer."""
    return answer if isinstance(answer, dict) else {network.layers[-1].name: answer}


def _representative(pictures: np.ndarray) -> Iterator[list[np.ndarray]]:
    for picture in pictures:
        yield [picture[np.newaxis].astype(np.float32) / 255.0]
