"""What a doorway does to a face: distance, motion, light, compression. Applied to training crops only."""

from collections.abc import Callable

import cv2
import keras
import numpy as np
from keras import layers

from edge.vision.face import Face
from edge.vision.preprocessing import crop_face, whole_picture

BORDERS = {cv2.BORDER_REPLICATE: 0.75, cv2.BORDER_REFLECT_101: 0.15, cv2.BORDER_CONSTANT: 0.1}
"""How a picture goes on beyond its edges, and how often: the device always repeats the edge."""


def jittered_crop(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A face crop as a doorway camera might give it: cut loosely, from afar, in motion, compressed.

    Args:
        image: uint8 (height, width, 3), a picture that is itself a crop of a face.
        rng: Draws every choice.

    Returns:
        uint8 (128, 128, 3), cut by the device's own `crop_face`.
    """
    image = _seen_from_afar(image, rng) if rng.random() < 0.3 else image
    border = int(rng.choice(list(BORDERS), p=list(BORDERS.values())))
    crop = crop_face(image, _jittered(whole_picture(image), rng), border=border)
    crop = _moved(crop, rng) if rng.random() < 0.1 else crop
    return _compressed(crop, rng) if rng.random() < 0.25 else crop


def light_and_lens(seed: int) -> Callable[..., keras.KerasTensor]:
    """The augmentations that Keras has: mirror image, tilt, light and colour, blur, sensor noise.

    Args:
        seed: Of every random choice.

    Returns:
        A function of a float batch (n, 128, 128, 3) in 0..1, giving the same shape and range.
    """
    value_range = (0.0, 1.0)
    steps = [
        layers.RandomFlip("horizontal", seed=seed),
        layers.RandomRotation(0.04, fill_mode="nearest", seed=seed + 1),
        layers.RandomBrightness(0.2, value_range=value_range, seed=seed + 2),
        layers.RandomContrast(0.25, value_range=value_range, seed=seed + 3),
        layers.RandomColorDegeneration(0.6, value_range=value_range, seed=seed + 4),
        layers.RandomGrayscale(0.08, seed=seed + 5),
        layers.RandomGaussianBlur(0.15, kernel_size=5, sigma=(0.6, 2.0), value_range=value_range, seed=seed + 6),
        layers.GaussianNoise(0.02, seed=seed + 7),
    ]

    def apply(batch: keras.KerasTensor) -> keras.KerasTensor:
        for step in steps:
            batch = step(batch, training=True)
        return keras.ops.clip(batch, 0.0, 1.0)

    return apply


def _jittered(face: Face, rng: np.random.Generator) -> Face:
    scale = float(np.exp(rng.uniform(np.log(0.85), np.log(1.65))))
    x, y = face.centre
    x += rng.uniform(-0.1, 0.1) * face.size * max(scale, 1)
    y += rng.uniform(-0.1, 0.1) * face.size * max(scale, 1)
    half = face.size * scale / 2
    return Face(x - half, y - half, x + half, y + half)


def _seen_from_afar(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    longest = max(image.shape[:2])
    factor = min(1.0, float(np.exp(rng.uniform(np.log(28), np.log(128)))) / longest)
    size = (max(8, round(image.shape[1] * factor)), max(8, round(image.shape[0] * factor)))
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA)


def _moved(crop: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    length = int(rng.integers(3, 10))
    kernel = np.zeros((length, length), np.float32)
    angle = rng.uniform(0, np.pi)
    reach = np.array([np.cos(angle), np.sin(angle)]) * length / 2
    middle = np.array([length / 2, length / 2])
    cv2.line(kernel, tuple((middle - reach).astype(int)), tuple((middle + reach).astype(int)), 1.0)
    return cv2.filter2D(crop, -1, kernel / max(kernel.sum(), 1.0))


def _compressed(crop: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    _, jpeg = cv2.imencode(".jpg", crop, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(20, 90))])
    return np.asarray(cv2.imdecode(jpeg, cv2.IMREAD_COLOR), np.uint8)
