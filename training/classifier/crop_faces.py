"""Faces in crops, boxed as the device's own locator boxes them: people cut around heads in many ways."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from edge.runtime.pipeline import make_locator
from edge.settings.schema import LocatorSettings, ModelSettings
from edge.vision.boxes import as_boxes, ious
from edge.vision.face import Face
from training.classifier.datasets import Dataset, Photo
from training.classifier.scene_faces import MIN_OVERLAP
from training.common.searching import searched
from training.locator.further_faces import FaceCrop

LOWEST_SCORE = 0.1
"""Of a box that is taken: that there is a face is known."""


def located_crops(dataset: Dataset) -> Dataset:
    """The dataset with the shipped locator's box of each face that is the picture's middle so far.

    Raises:
        UserError: The locator's file is missing or damaged, no runtime is installed, or a picture has gone.
    """
    locator = make_locator(LocatorSettings(min_score=LOWEST_SCORE), ModelSettings())
    photos = searched(dataset.photos, "photographs")
    return replace(dataset, photos=[located_crop(photo, locator.locate) for photo in photos])


def located_crop(photo: Photo, locate: Callable[[np.ndarray], list[Face]]) -> Photo:
    """A photograph with the box of its face; unchanged where the locator does not see it, and where it is unclear.

    Args:
        photo: Perhaps a crop.
        locate: The device's locator: faces in uint8 (height, width, 3) RGB, in its pixels.
    """
    if photo.face or not photo.clear:
        return photo
    crop = FaceCrop.of(photo.read())
    found = as_boxes(locate(crop.widened())) - crop.margin
    overlap = ious(crop.box[np.newaxis], found)[0]
    if overlap.max(initial=0) < MIN_OVERLAP:
        return photo
    return replace(photo, face=Face(*found[overlap.argmax()].tolist()))
