"""Things in front of a bare face: a hand, a cup, a microphone, a scarf at the chin. The face stays not compliant.

A drawn thing takes its colors from the picture itself where possible. None covers nose, mouth and chin together as a
mask does: the network would then only learn to tell drawings from photographs.
"""

from collections.abc import Callable

import cv2
import numpy as np

from edge.vision.face import Face

Occluder = Callable[[np.ndarray, Face, np.random.Generator], np.ndarray]
"""Takes a picture, a bare face in it and a random generator; returns the picture with a thing in front of the face."""


def occluded(image: np.ndarray, face: Face, rng: np.random.Generator) -> np.ndarray:
    """The picture with something in front of the face.

    Args:
        image: uint8 (height, width, 3), RGB; it is not changed.
        face: A bare face in it.
        rng: Chooses the thing, its place, color and size.

    Returns:
        The same shape and type.
    """
    draw = OCCLUDERS[int(rng.integers(len(OCCLUDERS)))]
    return draw(image, face, rng)


def hand(image: np.ndarray, face: Face, rng: np.random.Generator) -> np.ndarray:
    """Fingers in front of the mouth or a cheek, in the color of the face."""
    width = face.size * rng.uniform(0.11, 0.16)
    angle = rng.uniform(-0.9, 0.9) + (np.pi / 2 if rng.random() < 0.5 else 0)
    start = _at(face, rng.uniform(0.25, 0.75), rng.uniform(0.6, 0.85))
    along = np.array([np.cos(angle), np.sin(angle)])
    across = np.array([-along[1], along[0]])
    color = _skin(image, face) * rng.uniform(0.75, 1.1)
    for finger in range(int(rng.integers(2, 5))):
        tip = start + across * finger * width * 1.02 + along * width * rng.uniform(-0.5, 0.5)
        mask = _line(image, tip, tip + along * face.size * rng.uniform(0.6, 1.0), width)
        # Each finger is darker at its sides, or they would be one flat patch.
        core = _line(image, tip, tip + along * face.size, width * 0.55)
        image = _laid_over(image, mask, color * 0.8, rng)
        image = _laid_over(image, core, color, rng)
    return image


def cup(image: np.ndarray, face: Face, rng: np.random.Generator) -> np.ndarray:
    """A cup or a glass at the mouth: narrower than the face, the nose in view."""
    x, top = _at(face, rng.uniform(0.35, 0.65), rng.uniform(0.7, 0.82))
    half, deep = face.size * rng.uniform(0.13, 0.22), face.size * rng.uniform(0.35, 0.6)
    corners = [[x - half, top], [x + half, top], [x + half * 0.75, top + deep], [x - half * 0.75, top + deep]]
    mask = _polygon(image, np.array(corners))
    image = _laid_over(image, mask, _color(image, rng), rng)
    rim = _line(image, np.array(corners[0]), np.array(corners[1]), face.size * 0.04)
    return _laid_over(image, rim, _color(image, rng), rng)


def microphone(image: np.ndarray, face: Face, rng: np.random.Generator) -> np.ndarray:
    """A ball on a stick in front of the mouth or the chin."""
    center = _at(face, rng.uniform(0.3, 0.7), rng.uniform(0.75, 0.95))
    radius = face.size * rng.uniform(0.09, 0.16)
    foot = center + np.array([rng.uniform(-0.5, 0.5), 1.0]) * face.size
    dark = np.full(3, rng.uniform(10, 90))
    image = _laid_over(image, _line(image, center, foot, radius * 0.9), dark * 1.3, rng)
    return _laid_over(image, _line(image, center, center, 2 * radius), dark, rng)


def scarf(image: np.ndarray, face: Face, rng: np.random.Generator) -> np.ndarray:
    """Cloth around neck and chin, below the mouth; its pattern is a part of the picture."""
    top = rng.uniform(0.88, 1.0)
    sag = rng.uniform(0.0, 0.08)
    outline = [(-0.1, top - 0.1), (0.5, top + sag), (1.1, top - 0.1), (1.2, 1.5), (-0.2, 1.5)]
    mask = _polygon(image, np.array([_at(face, x, y) for x, y in outline]))
    return _laid_over(image, mask, _cloth(image, rng), rng)


OCCLUDERS: tuple[Occluder, ...] = (hand, cup, microphone, scarf)
"""All things that may be in front of a face."""


def _at(face: Face, x: float, y: float) -> np.ndarray:
    """A place in pixels, given in shares of the face's box."""
    return np.array([face.left + x * (face.right - face.left), face.top + y * (face.bottom - face.top)])


def _skin(image: np.ndarray, face: Face) -> np.ndarray:
    """The middle color between the eyes and the mouth, float (3,)."""
    (left, top), (right, bottom) = _at(face, 0.3, 0.45).astype(int), _at(face, 0.7, 0.65).astype(int)
    part = image[max(top, 0) : max(bottom, top + 1, 1), max(left, 0) : max(right, left + 1, 1)].reshape(-1, 3)
    return np.median(part, 0) if part.size else np.full(3, 128.0)


def _color(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A color from the picture, or any color."""
    if rng.random() < 0.5:
        return image[rng.integers(image.shape[0]), rng.integers(image.shape[1])].astype(float)
    return rng.uniform(0, 255, 3)


def _cloth(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The picture itself, turned over and tinted, as a pattern; float (height, width, 3)."""
    pattern = image[::-1, :: int(rng.choice([-1, 1]))].astype(float)
    return pattern * rng.uniform(0.3, 0.9) + _color(image, rng) * rng.uniform(0.1, 0.6)


def _line(image: np.ndarray, start: np.ndarray, end: np.ndarray, width: float) -> np.ndarray:
    mask = np.zeros(image.shape[:2], np.uint8)
    cv2.line(mask, _whole(start), _whole(end), 255, max(1, round(width)))
    return mask


def _polygon(image: np.ndarray, corners: np.ndarray) -> np.ndarray:
    mask = np.zeros(image.shape[:2], np.uint8)
    cv2.fillPoly(mask, [np.round(corners).astype(np.int32)], 255)
    return mask


def _whole(point: np.ndarray) -> tuple[int, int]:
    x, y = np.round(point).astype(int).tolist()
    return x, y


def _laid_over(image: np.ndarray, mask: np.ndarray, color: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A color (3,) or a picture (height, width, 3) drawn over the image where the mask is, shaded from side to side."""
    alpha = cv2.GaussianBlur(mask, (3, 3), 0)[..., np.newaxis] / 255.0
    left, right = rng.uniform(0.8, 1.15, 2)
    shade = np.linspace(left, right, image.shape[1])[np.newaxis, :, np.newaxis]
    return np.clip(image * (1 - alpha) + np.asarray(color) * shade * alpha, 0, 255).astype(np.uint8)
