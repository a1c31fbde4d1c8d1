"""Faces in crops that a larger locator sees and a second detector misses: dark, blurred, hidden, under large masks."""

from collections.abc import Sequence
from dataclasses import replace

import keras
import numpy as np

from edge.vision.boxes import as_boxes
from edge.vision.letterbox import letterbox
from training.locator.evaluate import find_faces
from training.locator.further_faces import FaceCrop, nearest_box

TAUGHT_SCORE = 0.35
"""From this score the larger locator's box is taken; that there is a face is known."""

TAUGHT_WEIGHT = 3.0
"""How often such a face is drawn, compared with one that the second detector sees from the front."""


def seen_by(locator: keras.Model, crops: Sequence[FaceCrop]) -> list[FaceCrop]:
    """The crops in which a float locator sees the face, with its box.

    Args:
        locator: See `training.locator.network`.
        crops: In whose middle a face is taken to be.
    """
    if not crops:
        return []
    pictures, placed = zip(*(letterbox(crop.widened(), locator.input_shape[1:3]) for crop in crops), strict=True)
    found = find_faces(locator, np.stack(pictures), placed, min_score=TAUGHT_SCORE)
    pairs = ((crop, as_boxes(faces)) for crop, faces in zip(crops, found, strict=True))
    nearest = ((crop, boxes, nearest_box(crop, boxes)) for crop, boxes in pairs)
    return [
        replace(crop, box=boxes[one] - crop.margin, weight=TAUGHT_WEIGHT)
        for crop, boxes, one in nearest
        if one is not None
    ]
