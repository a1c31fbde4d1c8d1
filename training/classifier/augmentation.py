"""Training crops for the classifier: faces as a door's camera sees them, some partly hidden, some with another mask."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from edge.vision.face import Face
from edge.vision.preprocessing import crop_face
from training.classifier.datasets import BARE, COMPLIANT, INCORRECT, LABELS, UNSORTED, Photo
from training.classifier.mask_augmentation import MOUTH_BARE_FROM, MOUTH_COVERED_TO, TOPS, with_low_mask, with_print
from training.classifier.occluders import occluded
from training.classifier.scene_faces import surroundings
from training.classifier.unclear import unclear_crop
from training.common.camera_effects import poor_camera

BORDERS = {cv2.BORDER_REPLICATE: 0.75, cv2.BORDER_REFLECT_101: 0.15, cv2.BORDER_CONSTANT: 0.1}
"""How a picture is continued beyond its edges, and how often: the device always repeats the edge."""

OCCLUDED_SHARE = 0.15
"""How often a bare face is hidden in part."""

CUT_OFF_SHARE = 0.12
"""How often the frame's edge cuts a face off, nose and mouth still in view."""

MOST_CUT_OFF = {"top": 0.4, "left": 0.3, "right": 0.3, "bottom": 0.08}
"""How much of a face's box the frame's edge may cut off."""

PRINTED_SHARE = 0.15
"""How often a mask gets another color or a print."""

WORN_LOW_SHARE = 0.4
"""How often an incorrectly worn mask is made from a bare face and another face's mask."""

MOUTHS = {COMPLIANT: 0.0, BARE: 1.0}
"""Whether the mouth is bare; of photographs of other classes that is not known."""


@dataclass(frozen=True)
class TrainingCrop:
    """A face to learn from."""

    image: np.ndarray
    """uint8 (128, 128, 3)."""
    mouth_bare: float = math.nan
    """1 where the mouth is bare, 0 where a mask covers it, nan where that is not known."""


class TrainingCrops:
    """Makes training crops of photographs.

    What is cut from a scene is kept in memory, about a tenth of a megabyte a face; a crop is read again each time.
    """

    def __init__(self, photos: Sequence[Photo], widening: float) -> None:
        """Cut the scenes.

        Args:
            photos: What to make crops of.
            widening: As `crop_face` takes it.
        """
        self._photos, self._widening = photos, widening
        cut = ((i, _cut_from_scene(photo)) for i, photo in enumerate(photos) if photo.face)
        self._cut = {i: part for i, part in cut if part}
        self._of_label = {label: [i for i, photo in enumerate(photos) if photo.label == label] for label in LABELS}

    def make(self, index: int, rng: np.random.Generator, *, degraded: bool = False) -> TrainingCrop:
        """A crop of the photograph at `index`.

        Its class is that of the photograph's label; with `degraded` it is unclear.
        """
        if degraded:
            crop = unclear_crop(*self._face(index), self._widening, rng)
            return TrainingCrop(poor_camera(_mirrored_or_not(crop, rng), rng))
        label = self._photos[index].label
        if label == INCORRECT and rng.random() < WORN_LOW_SHARE:
            return self._worn_low(rng)
        image, face = self._face(index)
        mouth_bare = MOUTHS.get(label, math.nan)
        if label == COMPLIANT:
            image = _printed_or_not(image, face, rng)
        if label in (BARE, UNSORTED) and rng.random() < OCCLUDED_SHARE:
            image, mouth_bare = occluded(image, face, rng), math.nan
        return TrainingCrop(jittered_crop(image, face, self._widening, rng), mouth_bare)

    def _worn_low(self, rng: np.random.Generator) -> TrainingCrop:
        image, face = self._any_face(BARE, rng)
        masked, masked_face = self._any_face(COMPLIANT, rng)
        top = rng.uniform(*TOPS)
        image = with_low_mask(image, face, _printed_or_not(masked, masked_face, rng), masked_face, top, rng)
        mouth_bare = 0.0 if top <= MOUTH_COVERED_TO else 1.0 if top >= MOUTH_BARE_FROM else math.nan
        return TrainingCrop(jittered_crop(image, face, self._widening, rng), mouth_bare)

    def _face(self, index: int) -> tuple[np.ndarray, Face]:
        return self._cut.get(index) or self._photos[index].read_face()

    def _any_face(self, label: str, rng: np.random.Generator) -> tuple[np.ndarray, Face]:
        of_label = self._of_label[label]
        return self._face(of_label[int(rng.integers(len(of_label)))])


def _cut_from_scene(photo: Photo) -> tuple[np.ndarray, Face] | None:
    """The surroundings of a face; None where they are the whole picture, for a crop is quickly read again."""
    image, face = photo.read_face()
    part, inside = surroundings(image, face)
    return (part, inside) if part.size < image.size else None


def jittered_crop(image: np.ndarray, face: Face, widening: float, rng: np.random.Generator) -> np.ndarray:
    """A face crop as a doorway camera might give it: cut loosely, tilted, from afar, through a poor camera.

    Args:
        image: uint8 (height, width, 3), a picture around a face.
        face: Where it is.
        widening: As `crop_face` takes it.
        rng: Draws every choice.

    Returns:
        uint8 (128, 128, 3), cut by the device's own `crop_face`.
    """
    if rng.random() < CUT_OFF_SHARE:
        image, face = _cut_off(image, face, rng)
    if rng.random() < 0.3:
        image, face = _seen_from_afar(image, face, rng)
    border = int(rng.choice(list(BORDERS), p=list(BORDERS.values())))
    crop = _mirrored_or_not(crop_face(image, _jittered(face, rng), widening, border=border), rng)
    if rng.random() < 0.5:
        crop = _tilted(crop, rng)
    return poor_camera(crop, rng)


def _printed_or_not(image: np.ndarray, face: Face, rng: np.random.Generator) -> np.ndarray:
    return with_print(image, face, rng) if rng.random() < PRINTED_SHARE else image


def _mirrored_or_not(crop: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return np.ascontiguousarray(crop[:, ::-1]) if rng.random() < 0.5 else crop


def _cut_off(image: np.ndarray, face: Face, rng: np.random.Generator) -> tuple[np.ndarray, Face]:
    """The part of the picture that a frame shows when its edge runs through the face."""
    side = str(rng.choice(list(MOST_CUT_OFF)))
    depth = rng.uniform(0, MOST_CUT_OFF[side]) * face.size
    (x, y), half = face.center, face.size / 2
    height, width = image.shape[:2]
    # A box may reach beyond its picture: one pixel stays, whatever is cut off.
    left = min(max(0, round(x - half + depth)), width - 1) if side == "left" else 0
    top = min(max(0, round(y - half + depth)), height - 1) if side == "top" else 0
    right = max(1, round(x + half - depth)) if side == "right" else width
    bottom = max(1, round(y + half - depth)) if side == "bottom" else height
    part = image[top:bottom, left:right]
    return part, Face(face.left - left, face.top - top, face.right - left, face.bottom - top)


def _jittered(face: Face, rng: np.random.Generator) -> Face:
    scale = float(np.exp(rng.uniform(np.log(0.85), np.log(1.5))))
    x, y = face.center
    x += rng.uniform(-0.12, 0.12) * face.size * max(scale, 1)
    y += rng.uniform(-0.12, 0.12) * face.size * max(scale, 1)
    half = face.size * scale / 2
    return Face(x - half, y - half, x + half, y + half)


def _seen_from_afar(image: np.ndarray, face: Face, rng: np.random.Generator) -> tuple[np.ndarray, Face]:
    """The picture, shrunk until the face has a size that the device may still have to judge."""
    factor = min(1.0, float(np.exp(rng.uniform(np.log(18), np.log(96)))) / max(face.size, 1))
    size = (max(8, round(image.shape[1] * factor)), max(8, round(image.shape[0] * factor)))
    x, y = size[0] / image.shape[1], size[1] / image.shape[0]
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA), Face(
        face.left * x, face.top * y, face.right * x, face.bottom * y
    )


def _tilted(crop: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    size = crop.shape[0]
    turn = cv2.getRotationMatrix2D((size / 2, size / 2), rng.uniform(-28, 28), 1)
    return cv2.warpAffine(crop, turn, (size, size), borderMode=cv2.BORDER_REPLICATE)
