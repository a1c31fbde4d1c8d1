"""A small set of faces for tests, drawn by code: the demo's portraits, bare and masked."""

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from edge.demo.face_mask import with_mask
from edge.demo.portraits import Portrait
from edge.vision.face import Face
from edge.vision.preprocessing import CROP_WIDENING, crop_face


def portrait_faces(portraits: Sequence[Portrait], count: int, seed: int) -> list[tuple[np.ndarray, str]]:
    """Face crops, by turns bare and masked, varied in place, scale, brightness, background and mirroring.

    Args:
        portraits: Of two people.
        count: How many crops.
        seed: The same seed gives the same crops.

    Returns:
        (crop, label) each: uint8 (128, 128, 3) RGB as `crop_face` cuts it, and "without_mask" or "with_mask".
    """
    random = np.random.default_rng(seed)
    people = {"without_mask": portraits, "with_mask": [with_mask(portrait) for portrait in portraits]}
    labels = [("without_mask", "with_mask")[number % 2] for number in range(count)]
    return [(_crop(people[label][number // 2 % 2], random), label) for number, label in enumerate(labels)]


def _crop(portrait: Portrait, random: np.random.Generator) -> np.ndarray:
    crop = crop_face(_before_a_wall(portrait, random), _jittered(portrait.face, random), CROP_WIDENING)
    crop = crop[:, ::-1] if random.random() < 0.5 else crop
    lit = crop * random.uniform(0.7, 1.2) + random.uniform(-12, 12) + random.normal(0, 3, crop.shape)
    return lit.clip(0, 255).astype(np.uint8)


def _before_a_wall(portrait: Portrait, random: np.random.Generator) -> np.ndarray:
    """The portrait before a wall of a random color with a gentle gradient, uint8 RGB."""
    colors = random.uniform(50, 230, (2, 2, 3)).astype(np.float32) * 0.4 + random.uniform(30, 150, 3)
    wall = cv2.resize(colors.astype(np.float32), portrait.image.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    share = portrait.image[..., 3:] / 255
    return np.round(wall * (1 - share) + portrait.image[..., :3] * share).astype(np.uint8)


def _jittered(face: Face, random: np.random.Generator) -> Face:
    half = face.size / 2 * random.uniform(0.88, 1.2)
    x, y = np.array(face.center) + random.uniform(-0.08, 0.08, 2) * face.size
    return replace(face, left=x - half, top=y - half, right=x + half, bottom=y + half)
