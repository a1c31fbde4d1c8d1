"""Training pictures for the locator: scenes cut at many scales, set together, and seen by a poor camera."""

from dataclasses import dataclass

import numpy as np

from edge.vision.letterbox import letterbox
from training.camera import poor_camera
from training.locator.truth import SUSPECT_WEIGHT, Truth

LONGEST_FACE = 0.8
"""The largest face that a crop aims at, as a share of the picture's height."""

SHORTEST_FACE_PX = 10
"""The smallest face that a crop aims at, in pixels of the network's input."""

MOST_ENLARGED = 2.5
"""Beyond this factor a face is more interpolation than face."""

WHOLE_SHARE = 0.4
"""How often a scene is shown nearly whole, as the device would see it."""

MOSAIC_SHARE = 0.35
"""How often four scenes share a picture: more faces, more places, more kinds of neighbours (YOLOv4, 2020)."""


@dataclass(frozen=True)
class AnnotatedImage:
    """A decoded scene."""

    image: np.ndarray
    """uint8 (height, width, 3), RGB."""
    boxes: np.ndarray
    """float32 (n, 4), in its pixels."""
    suspect: bool = False
    """Whether it may hold faces without a box."""


def training_picture(
    scenes: list[AnnotatedImage], size: tuple[int, int], rng: np.random.Generator
) -> tuple[np.ndarray, Truth]:
    """One training picture.

    Args:
        scenes: Four scenes; all are used if the picture becomes a mosaic, else the first.
        size: Height and width of the picture, in pixels.
        rng: Draws every choice.

    Returns:
        uint8 (*size, 3) RGB, and what is in it.
    """
    if rng.random() < MOSAIC_SHARE:
        picture, truth = mosaic(scenes, size, rng)
    else:
        picture, truth = cut(scenes[0], size, rng)
    if rng.random() < 0.5:
        picture, truth = np.ascontiguousarray(picture[:, ::-1]), truth.mirrored(picture.shape[1])
    return poor_camera(picture, rng), truth


def mosaic(scenes: list[AnnotatedImage], size: tuple[int, int], rng: np.random.Generator) -> tuple[np.ndarray, Truth]:
    """Four scenes side by side, parted at a random point."""
    height, width = size
    y, x = round(height * rng.uniform(0.3, 0.7)), round(width * rng.uniform(0.3, 0.7))
    corners = ((0, 0, y, x), (0, x, y, width), (y, 0, height, x), (y, x, height, width))
    picture = np.empty((height, width, 3), np.uint8)
    truths = []
    for scene, (top, left, bottom, right) in zip(scenes, corners, strict=True):
        picture[top:bottom, left:right], truth = cut(scene, (bottom - top, right - left), rng)
        truths.append(truth.moved(left, top))
    return picture, Truth.together(truths)


def cut(scene: AnnotatedImage, size: tuple[int, int], rng: np.random.Generator) -> tuple[np.ndarray, Truth]:
    """A part of a scene, letterboxed as the device would.

    Args:
        scene: What to cut from.
        size: Height and width of the result, in pixels.
        rng: Draws the part: nearly the whole scene, or one that brings a face to a random size.
    """
    left, top, right, bottom = _window(scene, size, rng)
    picture, placed = letterbox(scene.image[top:bottom, left:right], size)
    boxes = placed.to_picture(scene.boxes - np.array([left, top, left, top]))
    inside = placed.to_picture(np.array([[0, 0, right - left, bottom - top]], np.float64))[0]
    truth = Truth.of_boxes(boxes, inside)
    return picture, truth.doubted(inside, SUSPECT_WEIGHT) if scene.suspect else truth


def _window(scene: AnnotatedImage, size: tuple[int, int], rng: np.random.Generator) -> tuple[int, int, int, int]:
    height, width = scene.image.shape[:2]
    if not len(scene.boxes) or rng.random() < WHOLE_SHARE:
        shares = rng.uniform(0.75, 1.0, 2)
        window_height, window_width = height * shares[0], width * shares[1]
        left, top = rng.uniform(0, width - window_width), rng.uniform(0, height - window_height)
    else:
        box = scene.boxes[rng.integers(len(scene.boxes))]
        scale = _scale(box, size, rng)
        window_height, window_width = size[0] / scale, size[1] / scale
        left = (box[0] + box[2]) / 2 - window_width * rng.uniform(0.1, 0.9)
        top = (box[1] + box[3]) / 2 - window_height * rng.uniform(0.1, 0.9)
    low_x, high_x = _within(left, window_width, width)
    low_y, high_y = _within(top, window_height, height)
    return low_x, low_y, high_x, high_y


def _within(start: float, length: float, available: int) -> tuple[int, int]:
    """A stretch brought inside 0..available as far as it fits, whole pixels, at least eight of them."""
    length = min(max(length, 8), available)
    first = round(np.clip(start, 0, available - length))
    return first, min(round(first + length), available)


def _scale(box: np.ndarray, size: tuple[int, int], rng: np.random.Generator) -> float:
    face = max(box[2] - box[0], box[3] - box[1], 1.0)
    aimed = np.exp(rng.uniform(np.log(SHORTEST_FACE_PX), np.log(LONGEST_FACE * size[0])))
    return float(min(aimed / face, MOST_ENLARGED))
