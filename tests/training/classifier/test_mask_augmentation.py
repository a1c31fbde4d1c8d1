import numpy as np
import pytest

from edge.vision.face import Face
from training.classifier.mask_augmentation import TOPS, with_low_mask, with_print

FACE = Face(40, 30, 100, 110)


@pytest.fixture
def picture():
    return np.random.default_rng(1).integers(60, 200, (140, 140, 3), np.uint8)


def test_a_mask_worn_low_leaves_the_nose_bare(picture):
    masked = np.full((100, 90, 3), 250, np.uint8)
    for seed in range(20):
        low = with_low_mask(picture, FACE, masked, Face(10, 10, 80, 90), TOPS[0], np.random.default_rng(seed))
        changed = (low != picture).any(-1)
        nose = round(FACE.top + 0.6 * (FACE.bottom - FACE.top))
        assert changed[nose:].any()
        assert not changed[:nose].any()


@pytest.mark.parametrize("seed", range(8))
def test_a_print_covers_the_mask_alone_and_keeps_the_picture_as_it_was(picture, seed):
    before = picture.copy()
    changed = (with_print(picture, FACE, np.random.default_rng(seed)) != picture).any(-1)
    assert changed[80:100, 55:85].mean() > 0.9
    assert not changed[:62].any()  # the eyes
    assert (picture == before).all()


def test_a_printed_mask_keeps_its_folds():
    folded = np.full((140, 140, 3), 200, np.uint8)
    folded[85:90] = 100
    printed = with_print(folded, FACE, np.random.default_rng(2)).astype(float)
    assert printed[86:89, 60:80].mean() < 0.75 * printed[92:95, 60:80].mean()


def test_a_black_picture_and_a_face_beyond_the_edge_can_be_printed():
    black = np.zeros((60, 60, 3), np.uint8)
    for seed in range(20):
        assert with_print(black, Face(-30, -30, 20, 30), np.random.default_rng(seed)).shape == black.shape
