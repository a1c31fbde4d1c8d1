"""Faces made unclear: what a person could not judge, or what is no person, is learned as unclear, with any label."""

from collections.abc import Callable

import cv2
import numpy as np

from edge.vision.face import Face
from edge.vision.preprocessing import crop_face

Degradation = Callable[[np.ndarray, Face, float, np.random.Generator], np.ndarray]
"""Takes what `unclear_crop` takes and returns such a crop."""


def unclear_crop(image: np.ndarray, face: Face, widening: float, rng: np.random.Generator) -> np.ndarray:
    """A crop in which no person could tell whether the face wears a mask.

    Args:
        image: uint8 (height, width, 3), RGB, a picture around a clear face; is left as it is.
        face: Where it is.
        widening: As `crop_face` takes it.
        rng: Draws every choice.

    Returns:
        uint8 (128, 128, 3).
    """
    ways = BESIDE if _has_surroundings(image, face) and rng.random() < 0.5 else ON_THE_FACE
    return ways[int(rng.integers(len(ways)))](image, face, widening, rng)


def beside_the_face(image: np.ndarray, face: Face, widening: float, rng: np.random.Generator) -> np.ndarray:
    """A box beside the face: shoulder, chest, hair or wall, with nose and mouth outside the crop."""
    (x, y), size = face.center, face.size
    scale = rng.uniform(0.8, 1.2)
    across, along = (
        (rng.uniform(0.85, 1.2), rng.uniform(-0.4, 0.9)),
        (rng.uniform(-0.4, 0.4), rng.uniform(1.05, 1.3)),
    )[int(rng.integers(2))]
    x += float(rng.choice([-1, 1])) * across * size
    return crop_face(image, _square(x, y + along * size, size * scale), widening)


def upper_head(image: np.ndarray, face: Face, widening: float, rng: np.random.Generator) -> np.ndarray:
    """Hair, forehead or an ear: a box much smaller than the face, away from nose and mouth."""
    (x, y), size = face.center, face.size
    scale = rng.uniform(0.25, 0.4)
    return crop_face(
        image, _square(x + rng.uniform(-0.4, 0.4) * size, y - rng.uniform(0.35, 0.6) * size, size * scale), widening
    )


def too_far(image: np.ndarray, face: Face, widening: float, rng: np.random.Generator) -> np.ndarray:
    """A face of too few pixels to judge."""
    crop = crop_face(image, face, widening)
    side = int(rng.integers(4, 9))  # of the whole crop
    small = cv2.resize(crop, (side, side), interpolation=cv2.INTER_AREA)
    return cv2.resize(small, crop.shape[:2], interpolation=cv2.INTER_CUBIC if rng.random() < 0.5 else cv2.INTER_LINEAR)


def out_of_focus(image: np.ndarray, face: Face, widening: float, rng: np.random.Generator) -> np.ndarray:
    """A face blurred by the lens or by its motion."""
    crop = crop_face(image, face, widening)
    if rng.random() < 0.5:
        return cv2.GaussianBlur(crop, (0, 0), rng.uniform(11, 18))
    length = int(rng.integers(60, 90))
    kernel = np.zeros((length, length), np.float32)
    turn = np.deg2rad(rng.uniform(0, 180))
    reach = np.array([np.cos(turn), np.sin(turn)]) * length / 2
    middle = np.array([length / 2, length / 2])
    cv2.line(kernel, _whole(middle - reach), _whole(middle + reach), 1.0)
    return cv2.filter2D(crop, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REPLICATE)


def in_the_dark(image: np.ndarray, face: Face, widening: float, rng: np.random.Generator) -> np.ndarray:
    """A face lost in the sensor's noise, shown dark or made brighter by the camera."""
    crop = crop_face(image, face, widening).astype(np.float32)
    light = crop * (rng.uniform(0.3, 3) / max(float(crop.mean()), 1))
    noise = cv2.GaussianBlur(rng.standard_normal(crop.shape, np.float32), (0, 0), rng.uniform(0.3, 1.2))
    seen = light + noise / max(float(noise.std()), 1e-6) * rng.uniform(2, 5)
    return np.clip(seen * np.exp(rng.uniform(0, 2.5)), 0, 255).astype(np.uint8)


def lower_half_behind(image: np.ndarray, face: Face, widening: float, rng: np.random.Generator) -> np.ndarray:
    """A face behind a shoulder or a counter that reaches from side to side and hides nose and mouth."""
    crop = crop_face(image, face, widening).copy()
    size = crop.shape[0]
    # The tip of the nose lies at about 0.55 of a crop.
    edge = (rng.uniform(0.3, 0.46) * size + rng.uniform(-0.15, 0.15) * np.linspace(-size, size, size) / 2).astype(int)
    behind = np.arange(size)[:, np.newaxis] >= edge
    cover = _elsewhere(crop, rng) + rng.uniform(-40, 60, 3)
    alpha = cv2.GaussianBlur(behind.astype(np.float32), (0, 0), rng.uniform(0.5, 2))[..., np.newaxis]
    return np.clip(crop * (1 - alpha) + cover * alpha, 0, 255).astype(np.uint8)


BESIDE: tuple[Degradation, ...] = (beside_the_face, upper_head)
"""The ways that need more of the picture than a crop."""

ON_THE_FACE: tuple[Degradation, ...] = (
    too_far,
    too_far,
    out_of_focus,
    in_the_dark,
    lower_half_behind,
)


def _has_surroundings(image: np.ndarray, face: Face) -> bool:
    return min(image.shape[:2]) > 1.8 * face.size


def _square(x: float, y: float, side: float) -> Face:
    return Face(x - side / 2, y - side / 2, x + side / 2, y + side / 2)


def _elsewhere(crop: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Another part of the same picture, turned over and enlarged, in any light: its texture is a photograph's."""
    part = crop[: crop.shape[0] // 3, :: int(rng.choice([-1, 1]))]
    return cv2.resize(part, crop.shape[:2]).astype(np.float32) * rng.uniform(0.3, 1.2)


def _whole(point: np.ndarray) -> tuple[int, int]:
    x, y = np.round(point).astype(int).tolist()
    return x, y
