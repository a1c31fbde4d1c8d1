from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.vision.face import Face
from edge.vision.preprocessing import whole_picture
from training.classifier.augmentation import TrainingCrops, jittered_crop
from training.classifier.dataset_reader import read_dataset

WIDENING = 1.2


@given(
    height=st.integers(16, 200),
    width=st.integers(16, 200),
    seed=st.integers(0, 2**32),
)
@settings(deadline=None, max_examples=50)
def test_any_picture_becomes_a_crop(height, width, seed):
    picture = np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)
    crop = jittered_crop(picture, whole_picture(picture), WIDENING, np.random.default_rng(seed))
    assert crop.shape == (128, 128, 3)
    assert crop.dtype == np.uint8


@pytest.mark.parametrize("corner", [(95, 0), (0, 125), (-140, 0), (0, -140)])
def test_a_box_beyond_its_picture_becomes_a_crop_too(corner):
    left, top = corner
    picture, face = np.zeros((120, 90, 3), np.uint8), Face(left, top, left + 60, top + 60)
    for seed in range(100):
        assert jittered_crop(picture, face, WIDENING, np.random.default_rng(seed)).shape == (128, 128, 3)


def test_the_same_seed_gives_the_same_crop():
    picture = np.random.default_rng(1).integers(0, 256, (90, 120, 3), np.uint8)
    one, same, other = (
        jittered_crop(picture, whole_picture(picture), WIDENING, np.random.default_rng(seed)) for seed in (5, 5, 6)
    )
    assert (one == same).all()
    assert (one != other).any()


def test_a_jittered_crop_keeps_the_channels_in_order():
    red = np.zeros((100, 100, 3), np.uint8)
    red[:, :, 0] = 250
    crops = [jittered_crop(red, whole_picture(red), WIDENING, np.random.default_rng(seed)) for seed in range(20)]
    levels = np.array([crop.reshape(-1, 3).mean(axis=0) for crop in crops])
    # A poor camera may fade colors to gray, but never turns red into blue.
    assert (levels[:, :1] >= levels[:, 1:] - 1).all()
    assert np.median(levels[:, 0] - levels[:, 2]) > 100


def test_crops_are_made_of_every_class(drawn_faces):
    photos = read_dataset(drawn_faces).split("train")
    crops = TrainingCrops(photos, WIDENING)
    for index in range(len(photos)):
        for degraded in (False, True):
            assert crops.make(index, np.random.default_rng(index), degraded=degraded).image.shape == (128, 128, 3)


def test_what_is_known_of_the_mouth_goes_by_the_class(drawn_faces, monkeypatch):
    monkeypatch.setattr("training.classifier.augmentation.OCCLUDED_SHARE", 0)
    photos = read_dataset(drawn_faces).split("train")
    photos = [*photos, replace(photos[0], label="not_compliant")]
    crops = TrainingCrops(photos, WIDENING)
    known = {photo.label: crops.make(i, np.random.default_rng(1)).mouth_bare for i, photo in enumerate(photos)}
    assert (known["with_mask"], known["without_mask"]) == (0, 1)
    assert np.isnan(known["not_compliant"])


def test_nobody_knows_of_the_mouth_behind_a_thing_or_in_an_unclear_picture(drawn_faces, monkeypatch):
    monkeypatch.setattr("training.classifier.augmentation.OCCLUDED_SHARE", 1)
    photos = read_dataset(drawn_faces).split("train")
    bare = next(i for i, photo in enumerate(photos) if photo.label == "without_mask")
    crops = TrainingCrops(photos, WIDENING)
    assert np.isnan(crops.make(bare, np.random.default_rng(1)).mouth_bare)
    assert np.isnan(crops.make(bare, np.random.default_rng(1), degraded=True).mouth_bare)


def test_the_mouth_is_bare_above_a_mask_on_the_chin_and_covered_under_one_below_the_nose(drawn_faces, monkeypatch):
    photos = read_dataset(drawn_faces).split("train")
    photos = [*photos, replace(photos[0], label="incorrect")]
    monkeypatch.setattr("training.classifier.augmentation.WORN_LOW_SHARE", 1)
    crops = TrainingCrops(photos, WIDENING)
    for top, bare in ((0.66, 0), (0.9, 1), (0.78, None)):
        monkeypatch.setattr("training.classifier.augmentation.TOPS", (top, top))
        told = crops.make(len(photos) - 1, np.random.default_rng(1)).mouth_bare
        assert np.isnan(told) if bare is None else told == bare
