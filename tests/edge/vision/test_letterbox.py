import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.vision.letterbox import BORDER_GRAY, letterbox

sides = st.integers(8, 900)


def test_a_frame_of_the_same_shape_fills_the_picture():
    picture, placed = letterbox(np.full((480, 640, 3), 7, np.uint8))
    assert picture.shape == (240, 320, 3)
    assert (picture == 7).all()
    assert (placed.scale, placed.left, placed.top) == (0.5, 0, 0)


def test_a_portrait_frame_stands_between_gray_borders():
    picture, placed = letterbox(np.zeros((480, 240, 3), np.uint8))
    assert (picture[:, 100:220] == 0).all()
    assert (picture[:, :100] == BORDER_GRAY).all()
    assert (picture[:, 220:] == BORDER_GRAY).all()
    assert placed.left == 100


@given(sides, sides)
def test_any_frame_gives_a_picture_of_the_network_size(height, width):
    picture, _ = letterbox(np.zeros((height, width, 3), np.uint8))
    assert picture.shape == (240, 320, 3)


@given(sides, sides, st.lists(st.floats(-100, 900), min_size=4, max_size=4))
def test_boxes_come_back_to_where_they_were(height, width, box):
    _, placed = letterbox(np.zeros((height, width, 3), np.uint8))
    (in_picture,) = placed.to_picture(np.array([box])).tolist()
    assert placed.to_frame(in_picture) == pytest.approx(box, abs=1e-6)


def test_a_point_of_the_frame_lies_where_the_letterbox_says():
    image = np.zeros((300, 900, 3), np.uint8)
    image[120:180, 600:660] = 255
    picture, placed = letterbox(image)
    left, top, right, bottom = placed.to_picture(np.array([[600, 120, 660, 180]]))[0].round().astype(int)
    assert (picture[top + 1 : bottom - 1, left + 1 : right - 1] > 200).all()
    assert (picture[top - 2, left - 2] == 0).all()
