"""From a float Keras network to a fully int8 TFLite one."""

import tempfile
from collections.abc import Iterator

import keras
import numpy as np
import tensorflow as tf

from training.datasets import LABELS, Photo
from training.pipeline import evaluation_crops
from training.silence import silenced_stderr

ENDPOINT = "serve"
"""Name of the model's only signature."""


def calibration_crops(photos: list[Photo], count: int, seed: int = 1) -> np.ndarray:
    """Class-balanced crops to measure activation ranges on.

    The first is all black and the second all white: they pin the input's range to 0..1, so that its scale is 1/255
    and a pixel's byte is, but for its highest bit, the input.

    Args:
        photos: The training split.
        count: About how many to draw, in equal shares of the classes present.
        seed: Of the draw.

    Returns:
        uint8 (n, 128, 128, 3).
    """
    rng = np.random.default_rng(seed)
    classes = [chosen for label in LABELS if (chosen := [p for p in photos if p.label == label])]
    share = -(-count // len(classes))
    drawn = [chosen[i] for chosen in classes for i in rng.permutation(len(chosen))[:share]]
    crops = evaluation_crops(drawn)
    extremes = np.stack([np.zeros_like(crops[0]), np.full_like(crops[0], 255)])
    return np.concatenate([extremes, crops])


def quantise(network: keras.Model, crops: np.ndarray) -> bytes:
    """Convert a network to int8 throughout, with a static batch of one.

    Args:
        network: From (n, height, width, 3) in 0..1 to one output.
        crops: uint8 (n, height, width, 3) to measure activation ranges on, extremes first.

    Returns:
        The content of a `.tflite` file, as yet without metadata.
    """
    with tempfile.TemporaryDirectory() as folder:
        _save(network, folder)
        converter = tf.lite.TFLiteConverter.from_saved_model(folder, signature_keys=[ENDPOINT])
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = lambda: _representative(crops)
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = converter.inference_output_type = tf.int8
        # Fully connected layers quantised per channel need a newer runtime than tflite-runtime's last.
        converter._experimental_disable_per_channel_quantization_for_dense_layers = True
        with silenced_stderr():
            return converter.convert()


def _save(network: keras.Model, folder: str) -> None:
    (image,) = network.inputs
    name = network.layers[-1].name
    archive = keras.export.ExportArchive()
    archive.track(network)
    archive.add_endpoint(
        ENDPOINT,
        lambda picture: {name: network(picture, training=False)},
        [keras.InputSpec(shape=(1, *image.shape[1:]), dtype="float32", name=image.name)],
    )
    archive.write_out(folder, verbose=False)


def _representative(crops: np.ndarray) -> Iterator[list[np.ndarray]]:
    for crop in crops:
        yield [crop[np.newaxis].astype(np.float32) / 255.0]
