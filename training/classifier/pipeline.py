"""Photographs into batches: sampled evenly, augmented, ready on both cores."""

from collections.abc import Iterator

import keras
import numpy as np
import tensorflow as tf

from edge.vision.preprocessing import CROP_SIZE, crop_face
from training.classifier.augmentation import TrainingCrops
from training.classifier.auxiliary import MOUTH_BARE
from training.classifier.datasets import BARE, COMPLIANT, INCORRECT, UNCLEAR, UNSORTED, Photo
from training.classifier.networks import CLEAR, NOT_COMPLIANT
from training.classifier.occluders import Occluder
from training.common.batch_fault import BatchFault
from training.common.distribution import share_of

UNCLEAR_SHARE = 0.25
"""Share of the unclear places among the sampled pictures, where there are any.

Half of the others wear a mask correctly, whatever classes there are: the network's probability has a balanced prior.
"""

NOT_COMPLIANT_SHARES = {BARE: 0.44, INCORRECT: 0.3, UNSORTED: 0.26}
"""Share of each class among the sampled faces that are not compliant; those present are scaled to a sum of one."""

DEGRADED_SHARE = 0.1
"""How often a clear photograph is made unclear."""

Answers = dict[str, tf.Tensor]
"""By the names of a network's outputs."""


def sampling_weights(photos: list[Photo]) -> np.ndarray:
    """How often each photograph is drawn, as probabilities (n,).

    The classes get their `label_shares`. Within a class each source counts with the square root of its size:
    a large source with its own style must not dominate the class. Within a source an unclear place counts with the
    locator's score of it: the surer the locator is, the more depends on the classifier.
    """
    weights = np.array([photo.face.score if photo.face and not photo.clear else 1.0 for photo in photos])
    groups = np.array([f"{photo.label} {photo.source}" for photo in photos])
    labels = np.array([photo.label for photo in photos])
    shares = label_shares(set(labels.tolist()))
    for group in np.unique(groups):
        chosen = groups == group
        weights[chosen] *= chosen.sum() ** 0.5 / weights[chosen].sum()
    for label, share in shares.items():
        chosen = labels == label
        weights[chosen] *= share / weights[chosen].sum()
    return weights


def label_shares(present: set[str]) -> dict[str, float]:
    """The share of each class that is present among the sampled pictures; they sum up to one."""
    worn_otherwise = {label: share for label, share in NOT_COMPLIANT_SHARES.items() if label in present}
    halves = {COMPLIANT: 1.0}, {label: share / sum(worn_otherwise.values()) for label, share in worn_otherwise.items()}
    faces = {label: share * (1 - UNCLEAR_SHARE) / 2 for half in halves for label, share in half.items()}
    shares = {label: share for label, share in (faces | {UNCLEAR: UNCLEAR_SHARE}).items() if label in present}
    return {label: share / sum(shares.values()) for label, share in shares.items()}


def training_batches(
    photos: list[Photo], fault: BatchFault, *, widening: float, batch_size: int, seed: int, deterministic: bool
) -> tf.data.Dataset:
    """An endless stream of augmented batches; of this machine's share of them where several share a fit.

    Args:
        photos: What to draw from, by `sampling_weights`.
        fault: Keeps the UserError of a photograph that has gone since.
        widening: Of the crops, as `crop_face` takes it.
        batch_size: Pictures a batch, on all machines together.
        seed: Of every random choice.
        deterministic: The same batches in the same order each time, at the cost of one idle core.

    Returns:
        float32 (batch_size, 128, 128, 3) in 0..1; by the networks' outputs, the truth, float32 (batch_size, 1); and its
        weight alike: whether an unclear face is compliant, or has a bare mouth where that is not known, counts for
        nothing.
    """
    training_crops = TrainingCrops(photos, widening)
    truth = np.array([(photo.not_compliant, photo.clear) for photo in photos], np.float32)

    def plan() -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        rng = np.random.default_rng(seed)
        weights = sampling_weights(photos)
        while True:
            indices = rng.choice(len(photos), batch_size, p=weights)
            degraded = (rng.random(batch_size) < DEGRADED_SHARE) & (truth[indices, 1] > 0)
            yield indices, rng.integers(0, 2**62, batch_size), degraded

    def crops(indices: np.ndarray, seeds: np.ndarray, degraded: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        rows = zip(indices, seeds, degraded, strict=True)
        made = [training_crops.make(i, np.random.default_rng(s), degraded=u) for i, s, u in rows]
        return np.stack([crop.image for crop in made]), np.array([[crop.mouth_bare] for crop in made], np.float32)

    def load(indices: tf.Tensor, seeds: tf.Tensor, degraded: tf.Tensor) -> tuple[tf.Tensor, Answers, Answers]:
        batch, mouth = tf.numpy_function(fault.kept(crops), (indices, seeds, degraded), (tf.uint8, tf.float32))
        batch.set_shape((*indices.shape, CROP_SIZE, CROP_SIZE, 3))
        not_compliant, clear = tf.split(tf.gather(truth, indices), 2, axis=1)
        clear = tf.where(degraded[:, tf.newaxis], 0.0, clear)
        mouth.set_shape((*indices.shape, 1))
        known = tf.math.is_finite(mouth)
        answers = {NOT_COMPLIANT: not_compliant, CLEAR: clear, MOUTH_BARE: tf.where(known, mouth, 0.0)}
        weights = {NOT_COMPLIANT: clear, CLEAR: tf.ones_like(clear), MOUTH_BARE: tf.cast(known, tf.float32)}
        return tf.cast(batch, tf.float32) / 255.0, answers, weights

    number = tf.TensorSpec((batch_size,), tf.int64)
    signature = (number, number, tf.TensorSpec((batch_size,), tf.bool))
    batches = share_of(tf.data.Dataset.from_generator(plan, output_signature=signature), batch_size)
    batches = batches.map(load, num_parallel_calls=1 if deterministic else tf.data.AUTOTUNE)
    return batches.prefetch(tf.data.AUTOTUNE)


def evaluation_crops(photos: list[Photo], widening: float) -> np.ndarray:
    """The photographs as the device would cut them by this widening, uint8 (n, 128, 128, 3)."""
    crops = (crop_face(*photo.read_face(), widening) for photo in photos)
    return np.stack(list(crops)) if photos else np.zeros((0, CROP_SIZE, CROP_SIZE, 3), np.uint8)


def occluded_crops(photos: list[Photo], widening: float, thing: Occluder, seed: int = 1) -> np.ndarray:
    """The photographs as the device would cut them, each with a thing in front of the face.

    Args:
        photos: Bare faces.
        widening: Of the crops, as `crop_face` takes it.
        thing: One of `training.classifier.occluders.OCCLUDERS`.
        seed: Of where it is and how it looks; the same for the same photographs.

    Returns:
        uint8 (n, 128, 128, 3).
    """
    faces = [photo.read_face() for photo in photos]
    crops = [
        crop_face(thing(image, face, np.random.default_rng([seed, i])), face, widening)
        for i, (image, face) in enumerate(faces)
    ]
    return np.stack(crops) if crops else np.zeros((0, CROP_SIZE, CROP_SIZE, 3), np.uint8)


def predict(network: keras.Model, crops: np.ndarray, batch_size: int = 128) -> np.ndarray:
    """The float network's P(not compliant) and P(clear) for uint8 crops (n, 128, 128, 3), as float64 (n, 2).

    For a network without P(clear) every face counts as clear.
    """
    parts = [_answers(network, crops[i : i + batch_size]) for i in range(0, len(crops), batch_size)]
    return np.concatenate(parts).astype(np.float64) if parts else np.zeros((0, 2))


def _answers(network: keras.Model, crops: np.ndarray) -> np.ndarray:
    answer = network(crops.astype(np.float32) / 255.0, training=False)
    if isinstance(answer, dict):
        return np.concatenate([keras.ops.convert_to_numpy(answer[name]) for name in (NOT_COMPLIANT, CLEAR)], 1)
    p = keras.ops.convert_to_numpy(answer)
    return np.concatenate([p, np.ones_like(p)], 1)
