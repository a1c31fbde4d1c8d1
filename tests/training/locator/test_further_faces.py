from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from edge.errors import UserError
from training.common.pictures import EXIF_ORIENTATION
from training.locator.augmentation import AnnotatedImage
from training.locator.further_faces import FaceCrop, FurtherFaces, read_further_faces, redrawn, with_further_faces

DARK = AnnotatedImage(np.full((240, 320, 3), 20, np.uint8), np.array([[100, 80, 180, 190]], np.float32))
"""A scene with a face that nothing may cover."""

BRIGHT = FaceCrop(np.full((140, 120, 3), 240, np.uint8), np.array([20, 20, 100, 120], float))


@given(st.integers(0, 2**32))
@settings(max_examples=60, deadline=None)
def test_further_faces_are_where_their_boxes_say_and_cover_no_other(seed):
    scene = with_further_faces(DARK, FurtherFaces([BRIGHT]), np.random.default_rng(seed))
    assert scene.boxes[0].tolist() == DARK.boxes[0].tolist()
    assert (scene.image[80:190, 100:180] == 20).all()
    for left, top, right, bottom in scene.boxes[1:]:
        assert scene.image[round((top + bottom) / 2), round((left + right) / 2)].min() >= 230
        assert (left >= 0, top >= 0, right <= 320, bottom <= 240) == (True,) * 4
    assert (DARK.image == 20).all()


def test_some_scenes_get_faces_and_some_stay_as_they_are():
    counts = {
        len(with_further_faces(DARK, FurtherFaces([BRIGHT]), np.random.default_rng(seed)).boxes) for seed in range(60)
    }
    assert {1, 2, 3} <= counts


@pytest.mark.parametrize("unclear", ["unclear", "Unclear"])
def test_crops_are_read_by_class_and_unclear_ones_are_left_out(tmp_path, unclear):
    for label in ("with_mask", unclear):
        (tmp_path / label).mkdir()
        assert cv2.imwrite(str(tmp_path / label / "a.png"), np.full((140, 112, 3), 9, np.uint8))
    (crop,), left_out = read_further_faces(tmp_path)
    assert left_out == {}
    assert crop.box[[1, 3]] == pytest.approx([20, 120])
    assert 0 < crop.box[0] < crop.box[2] < 112


def test_crops_are_read_as_all_pictures_are_and_what_is_not_used_is_said(tmp_path):
    (tmp_path / "with_mask/anna").mkdir(parents=True)
    turned, exif = Image.new("RGB", (40, 20)), Image.Exif()
    exif[EXIF_ORIENTATION] = 6
    turned.save(tmp_path / "with_mask/a.jpg", exif=exif)
    Image.new("L", (30, 30)).save(tmp_path / "with_mask/b.GIF")
    for name in ("c.png", "d.heic", "._a.jpg", "notes.txt"):
        (tmp_path / "with_mask" / name).write_bytes(b"no picture")
    crops, left_out = read_further_faces(tmp_path)
    assert [crop.image.shape for crop in crops] == [(40, 20, 3), (30, 30, 3)]
    assert left_out == {
        "with_mask/anna": "is a folder within a class folder",
        "with_mask/c.png": "cannot be read as a picture",
        "with_mask/d.heic": "is in Apple's HEIC format, which is not read: save it as JPEG",
    }


def test_a_folder_without_crops_is_refused_in_a_sentence(tmp_path):
    with pytest.raises(UserError, match="holds no face crops"):
        read_further_faces(tmp_path / "none")


PROFILE = FaceCrop(np.zeros((140, 140, 3), np.uint8), np.array([27, 20, 113, 120], float))
"""A crop around a head, whose face need not be in the middle."""


def seen_at(*boxes):
    """What a detector found in `PROFILE` widened: boxes in pixels of the crop itself, scores, distances of the eyes."""
    found = np.array(boxes, float).reshape(-1, 6)
    found[:, :4] += (PROFILE.widened().shape[0] - 140) / 2
    return {PROFILE.digest: found}


def test_a_crop_gets_the_second_detector_s_box_of_its_face():
    (crop,), _ = redrawn([PROFILE], seen_at((10, 30, 80, 120, 0.9, 0.3)))
    assert crop.box.tolist() == [10, 30, 80, 120]


def test_a_box_that_leaves_the_crop_keeps_its_middle():
    (crop,), _ = redrawn([PROFILE], seen_at((-8, 10, 90, 150, 0.9, 0.3)))
    assert crop.box.tolist() == [-8, 10, 90, 150]


def test_of_two_faces_the_one_in_the_middle_counts():
    (crop,), _ = redrawn([PROFILE], seen_at((100, 0, 140, 40, 0.95, 0.3), (30, 25, 100, 118, 0.6, 0.3)))
    assert crop.box.tolist() == [30, 25, 100, 118]


@pytest.mark.parametrize(
    "boxes",
    [
        pytest.param([], id="no face"),
        pytest.param([(20, 20, 110, 120, 0.4, 0.3)], id="unsure"),
        pytest.param([(100, 0, 140, 40, 0.95, 0.3)], id="another face"),
    ],
)
def test_a_crop_whose_face_the_second_detector_misses_is_named_apart(boxes):
    assert redrawn([PROFILE], seen_at(*boxes)) == ([], [PROFILE])


@pytest.mark.parametrize(("eyes", "weight"), [(0.4, 1), (0.34, 1), (0.1, 8), (0.0, 8)])
def test_a_face_in_profile_is_drawn_more_often(eyes, weight):
    (crop,), _ = redrawn([PROFILE], seen_at((10, 30, 80, 120, 0.9, eyes)))
    assert crop.weight == pytest.approx(weight)


def test_faces_are_drawn_as_often_as_their_weights_say():
    often, seldom = replace(BRIGHT, weight=3.0), replace(BRIGHT, weight=1.0)
    faces, rng = FurtherFaces([often, seldom]), np.random.default_rng(1)
    drawn = [faces.draw(rng) is often for _ in range(4000)]
    assert np.mean(drawn) == pytest.approx(0.75, abs=0.03)
