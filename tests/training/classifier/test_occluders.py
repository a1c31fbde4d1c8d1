import numpy as np
import pytest

from edge.vision.face import Face
from training.classifier.occluders import OCCLUDERS, occluded

FACE = Face(40, 30, 100, 110)


@pytest.fixture
def picture():
    return np.random.default_rng(1).integers(60, 200, (140, 140, 3), np.uint8)


@pytest.mark.parametrize("thing", OCCLUDERS)
def test_a_thing_hides_a_part_of_the_face_and_leaves_most_of_its_upper_part(picture, thing):
    hidden = thing(picture, FACE, np.random.default_rng(2))
    changed = (hidden != picture).any(-1)
    assert changed[30:130, 30:110].any()
    assert changed[30:62, 40:100].mean() < 0.3  # the upper two fifths of the face


@pytest.mark.parametrize("seed", range(8))
def test_the_picture_itself_stays_as_it_was(picture, seed):
    before = picture.copy()
    occluded(picture, FACE, np.random.default_rng(seed))
    assert (picture == before).all()


def test_a_face_at_the_edge_can_be_occluded(picture):
    for seed in range(20):
        assert occluded(picture, Face(-30, -30, 20, 30), np.random.default_rng(seed)).shape == picture.shape
