"""Whether boxes can be where an annotation says, and where they are in the upright picture."""

from dataclasses import dataclass

import numpy as np

from training.common.pictures import PictureInfo, UnusableError

LEAST_INSIDE = 0.5
"""Share of a box that must lie in the picture."""

LONGEST_SIDE_PX = 1_000_000
"""No picture that is annotated has a longer side."""

SAME_SHAPE = 0.02
"""How far the shapes of two pictures may differ for one to be a smaller copy of the other."""


@dataclass(frozen=True)
class Placed:
    """Boxes that are possible."""

    boxes: np.ndarray
    """float64 (n, 4) as left, top, right, bottom, in pixels of the upright picture."""
    note: str = ""
    """What had to be changed or decided; empty if nothing."""


def placed_boxes(boxes: np.ndarray, stated: tuple[int, int] | None, picture: PictureInfo) -> Placed:
    """Check the boxes of an annotation, and bring them to the upright picture.

    An annotation that states the picture's size decides by it whether its boxes were drawn on the picture as stored or
    as turned upright by its EXIF entry, and whether they were drawn on a larger or smaller copy. Where it does not,
    they were drawn on the upright picture, as browsers and today's tools show it.

    Args:
        boxes: float (n, 4) as left, top, right, bottom.
        stated: Width and height of the picture by the annotation, in pixels; None if it does not say.
        picture: The picture.

    Raises:
        UnusableError: A box is none; a face that has no box would be learned as background.
    """
    _refuse_impossible(boxes)
    if not len(boxes):
        return Placed(boxes)
    placed = _placed(boxes, stated, picture)
    if (_share_inside(placed.boxes, picture.size) < LEAST_INSIDE).any():
        width, height = picture.size
        raise UnusableError(f"has a box outside the picture, which is {width}x{height}")
    return placed


def _refuse_impossible(boxes: np.ndarray) -> None:
    if not np.isfinite(boxes).all():
        raise UnusableError("has a box of something else than numbers")
    sides = boxes[:, 2:] - boxes[:, :2]
    if (sides < 0).any():
        raise UnusableError("has a box whose right or lower edge comes before the other: corners are needed, not sizes")
    if len(boxes) and (boxes >= 0).all() and (boxes <= 1).all() and (boxes % 1 > 0).any():
        raise UnusableError("has boxes in shares of the picture, from 0 to 1: pixels are needed")
    if (sides < 1).any():
        raise UnusableError("has a box without width or height")


def _placed(boxes: np.ndarray, stated: tuple[int, int] | None, picture: PictureInfo) -> Placed:
    turned = Placed(picture.orientation.turn_boxes(boxes, picture.stored), "boxes turned upright, as EXIF says")
    if stated is None or stated in (picture.size, picture.stored):
        if picture.orientation.value == 1:
            return Placed(boxes)
        if stated is None or picture.size == picture.stored:
            return _placed_by_fit(boxes, turned.boxes, picture)
        return Placed(boxes) if stated == picture.size else turned
    for size, is_stored in ((picture.size, False), (picture.stored, True)):
        if _same_shape(stated, size):
            scaled = boxes * np.tile(np.array(size) / np.array(stated), 2)
            note = "boxes scaled from the size that the annotation states"
            return Placed(picture.orientation.turn_boxes(scaled, size) if is_stored else scaled, note)
    raise UnusableError(
        f"is annotated as {stated[0]}x{stated[1]} pixels, but has {picture.size[0]}x{picture.size[1]} pixels"
    )


def _placed_by_fit(boxes: np.ndarray, turned: np.ndarray, picture: PictureInfo) -> Placed:
    """Boxes of a turned picture whose annotation does not say whether it was drawn on the upright one."""
    fits = [(_share_inside(some, picture.size) >= LEAST_INSIDE).all() for some in (boxes, turned)]
    if not fits[0] and fits[1]:
        return Placed(turned, "boxes turned upright, for they only fit so")
    return Placed(boxes, "turned by EXIF and annotated without a size that tells: boxes taken as drawn upright")


def _share_inside(boxes: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    low, high = np.maximum(boxes[:, :2], 0), np.minimum(boxes[:, 2:], size)
    return np.maximum(high - low, 0).prod(1) / (boxes[:, 2:] - boxes[:, :2]).prod(1)


def _same_shape(one: tuple[int, int], other: tuple[int, int]) -> bool:
    ratio = one[0] * other[1] / (one[1] * other[0])
    return abs(ratio - 1) < SAME_SHAPE
