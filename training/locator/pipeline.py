"""Scenes into batches: decoded once, cut and augmented for each batch, on all cores."""

from collections.abc import Iterator, Sequence

import numpy as np
import tensorflow as tf

from training.common.distribution import share_of
from training.locator.augmentation import AnnotatedImage, training_picture
from training.locator.further_faces import FaceCrop, FurtherFaces, with_further_faces
from training.locator.scenes import Scene
from training.locator.targets import MAX_ROWS, Targets

SCENES_A_PICTURE = 4
"""As many as a mosaic uses."""


def training_batches(
    scenes: list[Scene], faces: Sequence[FaceCrop] = (), *, batch_size: int, size: tuple[int, int], seed: int
) -> tf.data.Dataset:
    """An endless stream of augmented batches; every scene comes first in a picture once a pass.

    Where several machines share a fit, it is this one's share of each batch.

    Args:
        scenes: What to draw from. Their decoded pictures are kept in memory, about a megabyte each.
        faces: To be set into some of them.
        batch_size: Pictures a batch, on all machines together.
        size: Height and width of the pictures, in pixels.
        seed: Of every random choice.

    Returns:
        Pairs of float32 (batch_size, *size, 3) in 0..1 and float32 (batch_size, MAX_ROWS, 5), see `Targets.rows`.
    """
    further = FurtherFaces(faces) if faces else None
    decoded = [AnnotatedImage(scene.read(), scene.boxes, scene.unannotated > 0, scene.ignored) for scene in scenes]

    def plan() -> Iterator[tuple[np.ndarray, np.ndarray]]:
        rng = np.random.default_rng(seed)
        firsts = _endless(len(scenes), rng)
        while True:
            chosen = rng.integers(0, len(scenes), (batch_size, SCENES_A_PICTURE))
            chosen[:, 0] = [next(firsts) for _ in range(batch_size)]
            yield chosen, rng.integers(0, 2**62, batch_size)

    def pictures(chosen: np.ndarray, seeds: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        made = [
            _picture([decoded[i] for i in row], further, size, np.random.default_rng(s))
            for row, s in zip(chosen, seeds, strict=True)
        ]
        return np.stack([picture for picture, _ in made]), np.stack([truth.rows() for _, truth in made])

    def load(chosen: tf.Tensor, seeds: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        batch, truth = tf.numpy_function(pictures, (chosen, seeds), (tf.uint8, tf.float32))
        batch.set_shape((*seeds.shape, *size, 3))
        truth.set_shape((*seeds.shape, MAX_ROWS, 5))
        return tf.cast(batch, tf.float32) / 255.0, truth

    signature = (tf.TensorSpec((batch_size, SCENES_A_PICTURE), tf.int64), tf.TensorSpec((batch_size,), tf.int64))
    batches = share_of(tf.data.Dataset.from_generator(plan, output_signature=signature), batch_size)
    return batches.map(load, num_parallel_calls=tf.data.AUTOTUNE).prefetch(2)


def _picture(
    scenes: list[AnnotatedImage], faces: FurtherFaces | None, size: tuple[int, int], rng: np.random.Generator
) -> tuple[np.ndarray, Targets]:
    if faces:
        scenes = [with_further_faces(scene, faces, rng) for scene in scenes]
    return training_picture(scenes, size, rng)


def _endless(count: int, rng: np.random.Generator) -> Iterator[int]:
    while True:
        yield from rng.permutation(count)
