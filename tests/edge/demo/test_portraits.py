import sys

import numpy as np
import pytest

from edge.demo.face_mask import with_mask, with_mask_on_chin
from edge.demo.portraits import load_portraits
from edge.errors import UserError


def changed_rows(before, after):
    return np.flatnonzero((before.image[..., :3] != after.image[..., :3]).any(axis=(1, 2)))


def test_a_portrait_stands_free(portraits):
    for portrait in portraits:
        alpha = portrait.image[..., 3]
        face = portrait.face
        assert (
            alpha[int(face.top) : int(face.bottom), int(face.left) + 15 : int(face.right) - 15] == 255
        ).mean() > 0.97
        assert (alpha[:8] == 0).all()
        assert 0.3 < (alpha > 128).mean() < 0.75


def test_the_cut_is_the_same_every_time(portraits):
    for first, second in zip(portraits, load_portraits(), strict=True):
        assert np.array_equal(first.image, second.image)


def test_a_mask_changes_the_lower_face_only(portraits):
    for portrait in portraits:
        rows = changed_rows(portrait, with_mask(portrait))
        eyes = portrait.face.top + 0.22 * portrait.face.size
        assert eyes < rows.min() < rows.max() < portrait.face.bottom + 0.25 * portrait.face.size


def test_a_mask_covers_mouth_and_nose_and_on_the_chin_it_does_not(portraits):
    for portrait in portraits:
        x, y = portrait.landmarks.mouth
        nose = (portrait.landmarks.top[2][1] + y) // 2
        for row in (y, nose):
            assert (with_mask(portrait).image[row, x] != portrait.image[row, x]).any()
            assert (with_mask_on_chin(portrait).image[row, x] == portrait.image[row, x]).all()


def test_a_mask_leaves_the_original_alone(portraits):
    before = portraits[0].image.copy()
    with_mask(portraits[0])
    assert np.array_equal(before, portraits[0].image)


@pytest.mark.parametrize("package", ["skimage", "matplotlib"])
def test_a_missing_package_is_named(package, monkeypatch):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(UserError, match=r"pip install 'maskwatch\[demo\]'"):
        load_portraits()
