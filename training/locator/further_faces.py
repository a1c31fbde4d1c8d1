"""Faces from crops, pasted into scenes: thousands of people more than the scenes themselves show."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

import cv2
import numpy as np

from edge.errors import UserError
from edge.vision.boxes import ious
from edge.vision.preprocessing import CROP_WIDENING
from training.common.labels import plain
from training.common.left_out import in_one_sentence
from training.common.listing import entries, is_picture, why_no_picture
from training.common.names import printable
from training.common.pictures import UnusableError, read_picture
from training.locator.augmentation import AnnotatedImage
from training.locator.second_detector import BOX_SCORE, SAME_FACE

NO_FACES = "unclear"
"""Class of the crops without a face, or with one that cannot be judged."""

FURTHER_SHARE = 0.3
"""How often a scene gets further faces."""

MOST_FURTHER = 3
SIZES_PX = (20.0, 200.0)
"""Longer side of a face that is set in, in pixels of the scene."""

MOST_ENLARGED = 1.6
EMPTY_SHARE = 0.35
"""How often a piece of the scene itself is pasted like a face: the border must not reveal a face."""

FRONTAL_EYES = 0.34
"""Distance of the eyes of most faces, in heights of the face; turned to profile or bent down they seem closer."""

TURNED_POWER = 2.5
"""How fast the weight grows as the eyes seem closer: one face in fourteen is in three quarter profile or further."""

MOST_WEIGHT = 8.0
"""Of a face in profile."""

TRIES = 6
"""Places that are tried for a face before it is left out."""


@dataclass(frozen=True)
class FaceCrop:
    """A picture of a face and a little around it."""

    image: np.ndarray
    """uint8 (height, width, 3), RGB."""
    box: np.ndarray
    """float (4,): where the face is, in its pixels."""
    weight: float = 1.0
    """How often it is drawn; a face seen from the front 1."""

    @classmethod
    def of(cls, image: np.ndarray) -> Self:
        """A picture in whose middle a face is taken to be."""
        height, width = image.shape[:2]
        side = max(height, width) / CROP_WIDENING
        half = np.minimum(np.array([side, side]), (width, height)) / 2
        # Faces are narrower than high; the crop is cut around the longer side.
        half[0] *= 0.85
        middle = np.array([width, height]) / 2
        return cls(image, np.concatenate([middle - half, middle + half]))

    @property
    def digest(self) -> str:
        """SHA-256 of the pixels."""
        return hashlib.sha256(self.image.tobytes()).hexdigest()

    @property
    def margin(self) -> int:
        """Pixels by which the crop is widened on each side: a detector sees a face better with something around it."""
        return max(self.image.shape[:2]) // 2

    def widened(self) -> np.ndarray:
        """The crop, its edges repeated as far as `margin`: uint8 (height, width, 3)."""
        margin = self.margin
        return cv2.copyMakeBorder(self.image, margin, margin, margin, margin, cv2.BORDER_REPLICATE)


def read_further_faces(folder: Path) -> tuple[list[FaceCrop], dict[str, str]]:
    """The crops of a folder of classes, as a classifier is trained with; those of `unclear` are left out.

    Returns:
        The crops, and of each file that is not used, by its path in the folder, why.

    Raises:
        UserError: There is no such folder, or no picture in it.
    """
    crops, left_out = [], {}
    classes = [path for path in entries(folder) if path.is_dir()] if folder.is_dir() else []
    for path in (path for place in classes if plain(place.name) != NO_FACES for path in entries(place)):
        name = f"{path.parent.name}/{path.name}"
        try:
            if is_picture(path):
                crops.append(FaceCrop.of(read_picture(path)))
            elif reason := "is a folder within a class folder" if path.is_dir() else why_no_picture(path):
                left_out[name] = reason
        except UnusableError as error:
            left_out[name] = str(error)
    if not crops:
        raise UserError(
            f"{printable(folder)} holds no face crops{in_one_sentence(left_out)}",
            "name a folder with folders of them, one a class",
        )
    return crops, left_out


class FurtherFaces:
    """Crops to draw from."""

    def __init__(self, crops: Sequence[FaceCrop]) -> None:
        self._crops = crops
        self._ends = np.cumsum([crop.weight for crop in crops])

    def draw(self, rng: np.random.Generator) -> FaceCrop:
        """One of them, as often as its weight says."""
        place = rng.random() * self._ends[-1]
        return self._crops[min(int(np.searchsorted(self._ends, place, "right")), len(self._crops) - 1)]


def redrawn(crops: Sequence[FaceCrop], found: Mapping[str, np.ndarray]) -> tuple[list[FaceCrop], list[FaceCrop]]:
    """The crops with a second detector's boxes of their faces, and apart from them those in which it is sure of none.

    A crop is cut around a head. If the face is in profile or bent down, the middle of the crop shows an ear or hair,
    and a locator that learns such boxes finds ears and hair.

    Args:
        crops: As read.
        found: What the detector found in each widened crop, by its digest, see `second_detector.found_in`.

    Returns:
        The redrawn crops, faces in profile and bent ones with a larger weight; the others as they were.
    """
    seen, missed = [], []
    for crop in crops:
        rows = found[crop.digest]
        rows = rows[rows[:, 4] >= BOX_SCORE]
        nearest = nearest_box(crop, rows[:, :4])
        if nearest is None:
            missed.append(crop)
        else:
            seen.append(replace(crop, box=rows[nearest, :4] - crop.margin, weight=_weight(rows[nearest, 5])))
    return seen, missed


def nearest_box(crop: FaceCrop, boxes: np.ndarray) -> int | None:
    """Which of n boxes in the widened crop, (n, 4), is that of its face; None if none is."""
    overlap = ious(boxes - crop.margin, crop.box[np.newaxis])[:, 0]
    return int(overlap.argmax()) if overlap.max(initial=0) >= SAME_FACE else None


def _weight(eyes: float) -> float:
    return float(np.clip((FRONTAL_EYES / max(eyes, 1e-3)) ** TURNED_POWER, 1, MOST_WEIGHT))


def with_further_faces(scene: AnnotatedImage, faces: FurtherFaces, rng: np.random.Generator) -> AnnotatedImage:
    """The scene, perhaps with some further faces where it has none.

    Args:
        scene: Is left as it is.
        faces: To choose from.
        rng: Draws every choice.
    """
    if rng.random() >= FURTHER_SHARE:
        return scene
    scene = replace(scene, image=scene.image.copy())
    for _ in range(int(rng.integers(1, MOST_FURTHER + 1))):
        crop = faces.draw(rng)
        if rng.random() < EMPTY_SHARE:
            scene = _with_a_piece(scene, crop.image.shape[:2], rng)
        else:
            scene = _with_a_face(scene, crop, rng)
    return scene


def _with_a_face(scene: AnnotatedImage, crop: FaceCrop, rng: np.random.Generator) -> AnnotatedImage:
    longer = float((crop.box[2:] - crop.box[:2]).max())
    aimed = np.exp(rng.uniform(*np.log(SIZES_PX)))
    scale = min(aimed / longer, MOST_ENLARGED)
    place = _free_place(scene, crop.image.shape[:2], scale, rng)
    if place is None:
        return scene
    _blend(scene.image, crop.image, place)
    drawn = np.array([(place[2] - place[0]) / crop.image.shape[1], (place[3] - place[1]) / crop.image.shape[0]])
    box = crop.box * np.tile(drawn, 2) + np.tile(place[:2], 2)
    return replace(scene, boxes=np.concatenate([scene.boxes, box[np.newaxis].astype(np.float32)]))


def _with_a_piece(scene: AnnotatedImage, shape: tuple[int, int], rng: np.random.Generator) -> AnnotatedImage:
    """A piece of the scene that shows no face, set in at another place of it."""
    source, place = (_free_place(scene, shape, float(rng.uniform(0.2, 1.0)), rng) for _ in range(2))
    if source is not None and place is not None:
        left, top, right, bottom = source
        _blend(scene.image, scene.image[top:bottom, left:right].copy(), place)
    return scene


def _free_place(
    scene: AnnotatedImage, shape: tuple[int, int], scale: float, rng: np.random.Generator
) -> tuple[int, int, int, int] | None:
    """Where a picture fits without touching a face: left, top, right, bottom; None if none was found."""
    height, width = max(4, round(shape[0] * scale)), max(4, round(shape[1] * scale))
    room_y, room_x = scene.image.shape[0] - height, scene.image.shape[1] - width
    if min(room_y, room_x) < 0:
        return None
    taken = np.concatenate([scene.boxes, scene.ignored])
    for _ in range(TRIES):
        left, top = int(rng.integers(room_x + 1)), int(rng.integers(room_y + 1))
        apart = (taken[:, 2] <= left) | (taken[:, 0] >= left + width)
        apart |= (taken[:, 3] <= top) | (taken[:, 1] >= top + height)
        if apart.all():
            return left, top, left + width, top + height
    return None


def _blend(image: np.ndarray, piece: np.ndarray, place: tuple[int, int, int, int]) -> None:
    """Lay a picture over a place in another, softly towards its edges."""
    left, top, right, bottom = place
    width, height = right - left, bottom - top
    piece = cv2.resize(
        piece, (width, height), interpolation=cv2.INTER_AREA if width < piece.shape[1] else cv2.INTER_LINEAR
    )
    y, x = np.ogrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    # A rounded square: 1 to about the face's box, 0 at the crop's edge.
    alpha = np.clip((1 - (np.abs(x) ** 4 + np.abs(y) ** 4) ** 0.25) / 0.2, 0, 1)[..., np.newaxis].astype(np.float32)
    under = image[top:bottom, left:right]
    under[:] = (piece * alpha + under * (1 - alpha)).astype(np.uint8)
