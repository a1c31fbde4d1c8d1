"""Training pictures for the locator: scenes cut at many scales, combined, and seen by a poor camera."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np

from edge.vision.letterbox import BORDER_GRAY, letterbox
from training.common.camera_effects import poor_camera
from training.locator.targets import NO_BOXES, SUSPECT_WEIGHT, Targets

LONGEST_FACE = 0.8
"""The largest face that a crop aims at, as a share of the picture's height."""

SHORTEST_FACE_PX = 10
"""The smallest face that a crop aims at, in pixels of the network's input."""

MOST_ENLARGED = 2.5
"""A face enlarged by more is mostly interpolation."""

WHOLE_SHARE = 0.4
"""How often a scene is shown nearly whole, as the device would see it."""

MOSAIC_SHARE = 0.35
"""How often four scenes share a picture: more faces, more places, more kinds of neighbors (YOLOv4, 2020)."""


TURNED_SHARE = 0.3
"""How often a scene is turned."""

LARGEST_TURN = 30.0
"""Largest angle, in degrees to either side."""


@dataclass(frozen=True)
class AnnotatedImage:
    """A decoded scene."""

    image: np.ndarray
    """uint8 (height, width, 3), RGB."""
    boxes: np.ndarray
    """float32 (n, 4), in its pixels."""
    suspect: bool = False
    """Whether it may hold faces without a box."""
    ignored: np.ndarray = field(default_factory=lambda: NO_BOXES)
    """float (m, 4): boxes that are neither faces nor false faces."""


def training_picture(
    scenes: list[AnnotatedImage], size: tuple[int, int], rng: np.random.Generator
) -> tuple[np.ndarray, Targets]:
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


def mosaic(scenes: list[AnnotatedImage], size: tuple[int, int], rng: np.random.Generator) -> tuple[np.ndarray, Targets]:
    """Four scenes side by side, divided at a random point."""
    height, width = size
    y, x = round(height * rng.uniform(0.3, 0.7)), round(width * rng.uniform(0.3, 0.7))
    corners = ((0, 0, y, x), (0, x, y, width), (y, 0, height, x), (y, x, height, width))
    picture = np.empty((height, width, 3), np.uint8)
    truths = []
    for scene, (top, left, bottom, right) in zip(scenes, corners, strict=True):
        picture[top:bottom, left:right], truth = cut(scene, (bottom - top, right - left), rng)
        truths.append(truth.moved(left, top))
    return picture, Targets.together(truths)


def cut(scene: AnnotatedImage, size: tuple[int, int], rng: np.random.Generator) -> tuple[np.ndarray, Targets]:
    """A part of a scene, letterboxed as the device would.

    Args:
        scene: What to cut from.
        size: Height and width of the result, in pixels.
        rng: Draws the part: nearly the whole scene, or one that brings a face to a random size.
    """
    left, top, right, bottom = _window(scene, size, rng)
    picture, placed = letterbox(scene.image[top:bottom, left:right], size)
    boxes, ignored = (placed.to_picture(b - np.array([left, top, left, top])) for b in (scene.boxes, scene.ignored))
    inside = placed.to_picture(np.array([[0, 0, right - left, bottom - top]], np.float64))[0]
    if rng.random() < TURNED_SHARE:
        turn = rng.uniform(-LARGEST_TURN, LARGEST_TURN)
        picture, (boxes, ignored) = _turned(picture, turn, (boxes, ignored))
        inside = np.array([0, 0, size[1], size[0]], np.float64)
    truth = Targets.of_boxes(boxes, inside, ignored)
    return picture, truth.doubted(inside, SUSPECT_WEIGHT) if scene.suspect else truth


def _turned(picture: np.ndarray, degrees: float, sets: Sequence[np.ndarray]) -> tuple[np.ndarray, list[np.ndarray]]:
    """A picture turned about its middle, and each set of boxes (n, 4) around what were ellipses in them."""
    height, width = picture.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    turned = cv2.warpAffine(picture, matrix, (width, height), borderValue=(BORDER_GRAY,) * 3)
    return turned, [turned_boxes(boxes, matrix) for boxes in sets]


def turned_boxes(boxes: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """Boxes (n, 4) around ellipses that filled the given ones, moved by a rotation's matrix, float (2, 3)."""
    middles = (boxes[:, :2] + boxes[:, 2:]) / 2 @ matrix[:, :2].T + matrix[:, 2]
    halves = np.sqrt(((boxes[:, 2:] - boxes[:, :2]) / 2) ** 2 @ (matrix[:, :2] ** 2).T)
    return np.concatenate([middles - halves, middles + halves], 1)


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
        left = (box[0] + box[2]) / 2 - window_width * rng.uniform(0.05, 0.95)
        top = (box[1] + box[3]) / 2 - window_height * rng.uniform(0.05, 0.95)
    low_x, high_x = _within(left, window_width, width)
    low_y, high_y = _within(top, window_height, height)
    return low_x, low_y, high_x, high_y


def _within(start: float, length: float, available: int) -> tuple[int, int]:
    """A range moved into 0..available as far as it fits, in whole pixels, at least eight of them."""
    length = min(max(length, 8), available)
    first = round(np.clip(start, 0, available - length))
    return first, min(round(first + length), available)


def _scale(box: np.ndarray, size: tuple[int, int], rng: np.random.Generator) -> float:
    face = max(box[2] - box[0], box[3] - box[1], 1.0)
    aimed = np.exp(rng.uniform(np.log(SHORTEST_FACE_PX), np.log(LONGEST_FACE * size[0])))
    return float(min(aimed / face, MOST_ENLARGED))
