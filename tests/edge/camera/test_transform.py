import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.camera.transform import ImageTransform
from edge.settings.values import Region

CORNERS = np.zeros((4, 6, 3), np.uint8)
CORNERS[0, 0], CORNERS[0, -1], CORNERS[-1, -1], CORNERS[-1, 0] = 1, 2, 3, 4


def corners(view):
    """Which corner has gone where: upper left, upper right, lower right, lower left."""
    seen = view.apply(CORNERS)
    return [int(seen[place][0]) for place in ((0, 0), (0, -1), (-1, -1), (-1, 0))]


@pytest.mark.parametrize(
    ("rotation", "gone"), [(0, [1, 2, 3, 4]), (90, [4, 1, 2, 3]), (180, [3, 4, 1, 2]), (270, [2, 3, 4, 1])]
)
def test_a_picture_is_turned_clockwise(rotation, gone):
    assert corners(ImageTransform(rotation=rotation)) == gone


@pytest.mark.parametrize(("flip", "gone"), [("horizontal", [2, 1, 4, 3]), ("vertical", [4, 3, 2, 1])])
def test_a_picture_is_mirrored(flip, gone):
    assert corners(ImageTransform(flip=flip)) == gone


def test_a_region_is_cut_from_the_turned_picture():
    left_half = ImageTransform(rotation=90, region=Region(0.0, 0.0, 0.5, 1.0)).apply(CORNERS)
    assert left_half.shape == (6, 2, 3)
    assert left_half[0, 0, 0] == 4


SHARES = st.floats(0, 1)


@given(st.tuples(SHARES, SHARES, SHARES, SHARES), st.integers(1, 700), st.integers(1, 500))
def test_a_region_always_leaves_a_part_of_the_picture(sides, width, height):
    (left, right), (top, bottom) = sorted(sides[:2]), sorted(sides[2:])
    if left < right and top < bottom:
        seen = ImageTransform(region=Region(left, top, right, bottom)).apply(np.zeros((height, width, 3), np.uint8))
        assert 1 <= seen.shape[0] <= height
        assert 1 <= seen.shape[1] <= width
