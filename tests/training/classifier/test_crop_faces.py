import hashlib
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.vision.face import Face
from training.classifier.crop_faces import located_crop
from training.classifier.datasets import Photo

SIDE = 140


@pytest.fixture
def photo(tmp_path):
    path = tmp_path / "a.png"
    cv2.imwrite(str(path), np.full((SIDE, SIDE, 3), 90, np.uint8))
    return Photo(path, "with_mask", "val", hashlib.sha256(path.read_bytes()).hexdigest())


def seen_at(*faces):
    """A locator that sees faces at these places of a crop, which comes to it with a margin."""

    def locate(image):
        margin = (image.shape[0] - SIDE) / 2
        return [Face(*(side + margin for side in face)) for face in faces]

    return locate


def test_a_crop_gets_the_locators_box_of_its_face(photo):
    located = located_crop(photo, seen_at((100, 0, 140, 40), (15, 30, 100, 125)))
    assert located.face == Face(15, 30, 100, 125)


@pytest.mark.parametrize("faces", [pytest.param((), id="none"), pytest.param(((100, 0, 140, 40),), id="another")])
def test_a_face_that_the_locator_misses_stays_the_pictures_middle(photo, faces):
    assert located_crop(photo, seen_at(*faces)) == photo


@pytest.mark.parametrize(
    ("label", "face"),
    [pytest.param("unclear", None, id="unclear"), pytest.param("with_mask", Face(1, 2, 3, 4), id="boxed")],
)
def test_a_picture_without_a_face_to_find_is_not_searched(label, face):
    photo = Photo(Path("gone.png"), label, "train", "", face=face)
    assert located_crop(photo, seen_at((15, 30, 100, 125))) == photo
