import numpy as np
import pytest

from training.classifier.skin_tone import UNKNOWN, skin_tone, typology_angle
from training.classifier.slices import score_by_skin_tone, score_slices, share_of

FAIR, BROWN = (240, 205, 185), (130, 85, 60)


def crop_of(color):
    return np.full((128, 128, 3), color, np.uint8)


def test_lighter_skin_has_the_larger_angle():
    # By hand from CIE Lab, D65: (84.2, 8.9, 14.6) and (40.5, 15.3, 22.5).
    assert typology_angle(crop_of(FAIR), 1.2) == pytest.approx(66.8, abs=2)
    assert typology_angle(crop_of(BROWN), 1.2) == pytest.approx(-22.9, abs=2)
    assert (skin_tone(crop_of(FAIR), 1.2), skin_tone(crop_of(BROWN), 1.2)) == ("very light", "brown")


@pytest.mark.parametrize("color", [(128, 128, 128), (0, 0, 0), (60, 120, 240)])
def test_other_colors_than_skin_have_no_tone(color):
    assert typology_angle(crop_of(color), 1.2) is None
    assert skin_tone(crop_of(color), 1.2) == UNKNOWN


def test_neither_a_mask_nor_dark_hair_changes_the_tone():
    crop = crop_of(BROWN)
    crop[64:] = (230, 235, 245)
    crop[:, :48] = (20, 14, 12)
    assert skin_tone(crop, 1.4) == "brown"


def test_an_interval_is_wider_for_fewer_pictures_and_honest_at_the_end():
    few, many = share_of([True] * 5), share_of([True] * 500)
    assert few.share == many.share == few.high == 1
    # Wilson, all of n right: n / (n + 1.96 ** 2).
    assert few.low == pytest.approx(5 / (5 + 1.96**2), abs=1e-3)
    assert many.low > 0.99


def test_without_pictures_the_interval_is_all_of_0_to_1():
    nothing = share_of([])
    assert (nothing.share, nothing.low, nothing.high, nothing.images) == (None, 0, 1, 0)


def test_slices_by_hand():
    labels = np.array(["with_mask", "without_mask", "incorrect", "with_mask"])
    slices = score_slices(["a", "a", "a", "b"], np.array([False, False, True, True]), labels)
    assert list(slices) == ["a", "b"]
    assert (slices["a"].with_without.share, slices["a"].incorrect.share) == (1 / 2, 1)
    assert (slices["b"].with_mask.share, slices["b"].without_mask.images) == (0, 0)


def test_tones_come_lightest_first():
    crops = np.stack([crop_of(BROWN), crop_of((128, 128, 128)), crop_of(FAIR)])
    slices = score_by_skin_tone(crops, 1.2, np.ones(3, bool), np.array(["without_mask"] * 3))
    assert list(slices) == ["very light", "brown", UNKNOWN]
