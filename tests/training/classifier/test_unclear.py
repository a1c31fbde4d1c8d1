import numpy as np
import pytest

from edge.vision.face import Face
from edge.vision.preprocessing import crop_face, whole_picture
from training.classifier.unclear import (
    BESIDE,
    ON_THE_FACE,
    in_the_dark,
    out_of_focus,
    too_far,
    unclear_crop,
)

FACE = Face(150, 150, 250, 250)

WIDENING = 1.2

NOSE_AND_MOUTH = (slice(200, 240), slice(175, 225))
"""Rows and columns of the lower half of FACE's middle."""


@pytest.fixture
def picture():
    """Dark noise in which nose and mouth alone are red."""
    image = np.random.default_rng(1).integers(0, 60, (400, 400, 3), np.uint8)
    image[NOSE_AND_MOUTH] = (250, 0, 0)
    return image


def redness(crop):
    return float((crop[..., 0].astype(int) - crop[..., 2] > 120).mean())


@pytest.mark.parametrize("degrade", [*BESIDE, *ON_THE_FACE])
def test_a_degraded_face_is_a_crop_and_leaves_the_picture_as_it_was(degrade, picture):
    before = picture.copy()
    crop = degrade(picture, FACE, WIDENING, np.random.default_rng(1))
    assert (crop.shape, crop.dtype) == ((128, 128, 3), np.uint8)
    assert (picture == before).all()


@pytest.mark.parametrize("degrade", BESIDE)
def test_beside_a_face_nose_and_mouth_are_out_of_view(degrade, picture):
    whole = redness(crop_face(picture, FACE, WIDENING))
    shown = [redness(degrade(picture, FACE, WIDENING, np.random.default_rng(seed))) for seed in range(40)]
    assert max(shown) < whole / 2
    assert np.mean(shown) < whole / 20


@pytest.mark.parametrize("degrade", [too_far, out_of_focus])
def test_what_is_blurred_has_no_detail_left(degrade, picture):
    detail = np.abs(np.diff(degrade(picture, FACE, WIDENING, np.random.default_rng(1)).astype(int), axis=1)).max()
    assert detail < np.abs(np.diff(crop_face(picture, FACE, WIDENING).astype(int), axis=1)).max() / 3


def test_the_noise_of_the_dark_is_stronger_than_the_light(picture):
    crops = [in_the_dark(picture, FACE, WIDENING, np.random.default_rng(seed)).astype(int) for seed in range(10)]
    light = crop_face(picture, FACE, WIDENING)
    for crop in crops:
        neighbors = np.corrcoef(crop[10:50, :-1, 1].ravel(), light[10:50, :-1, 1].ravel())[0, 1]
        assert abs(neighbors) < 0.7


def test_a_tight_crop_is_degraded_on_the_face_alone(picture):
    tight = crop_face(picture, FACE, WIDENING)
    for seed in range(20):
        rng = np.random.default_rng(seed)
        assert unclear_crop(tight, whole_picture(tight), WIDENING, rng).shape == (128, 128, 3)
