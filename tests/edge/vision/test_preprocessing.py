import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.vision.face import Face
from edge.vision.preprocessing import CROP_WIDENING, crop_face, whole_picture

coordinates = st.floats(-500, 800)


@pytest.mark.parametrize(("widening", "side"), [(1.0, 100), (1.2, 120), (1.4, 140)])
def test_the_crop_is_the_widened_square_around_the_face(widening, side):
    image, margin = np.zeros((200, 200, 3), np.uint8), (200 - side) // 2
    image[margin:-margin, margin:-margin] = 255
    assert (crop_face(image, Face(50, 60, 150, 140), widening) == 255).all()
    assert (crop_face(image, Face(50, 60, 150, 140), widening + 0.1) == 0).any()


def test_a_crop_over_the_edge_repeats_the_edge():
    image = np.full((100, 100, 3), 77, np.uint8)
    assert (crop_face(image, Face(-30, -30, 40, 40), 1.4) == 77).all()


@given(coordinates, coordinates, st.floats(0, 600), st.floats(0, 600))
def test_any_box_gives_a_crop_of_the_network_size(left, top, width, height):
    image = np.zeros((120, 160, 3), np.uint8)
    assert crop_face(image, Face(left, top, left + width, top + height), 1.4).shape == (128, 128, 3)


@pytest.mark.parametrize("shape", [(128, 128, 3), (90, 60, 3), (40, 200, 3)])
def test_a_whole_picture_is_kept_whole(shape):
    face = whole_picture(np.zeros(shape, np.uint8))
    assert face.size * CROP_WIDENING == pytest.approx(max(shape))
