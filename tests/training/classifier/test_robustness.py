import numpy as np
import pytest

from training.classifier.robustness import CORRUPTIONS, damaged, measure_robustness

CROPS = np.random.default_rng(1).integers(30, 226, (2, 16, 16, 3), np.uint8).repeat(8, 1).repeat(8, 2)


@pytest.fixture(params=CORRUPTIONS, ids=lambda corruption: corruption.name)
def corruption(request):
    return request.param


def change(corruption, strength):
    return np.abs(damaged(CROPS, corruption, strength, 1).astype(float) - CROPS).mean()


def test_a_damaged_crop_is_still_a_crop(corruption):
    result = damaged(CROPS, corruption, corruption.strengths[0], seed=1)
    assert result.shape == CROPS.shape
    assert result.dtype == np.uint8


def test_each_step_is_worse_than_the_one_before(corruption):
    changes = [change(corruption, strength) for strength in corruption.strengths]
    assert 0 < changes[0] < changes[1] < changes[2]


def test_the_same_seed_does_the_same_damage(corruption):
    one, same = (damaged(CROPS, corruption, corruption.strengths[-1], seed=3) for _ in range(2))
    assert (one == same).all()


def test_no_crops_remain_none(corruption):
    assert damaged(CROPS[:0], corruption, corruption.strengths[0], seed=1).shape == (0, 128, 128, 3)


def test_a_curve_begins_with_the_crops_as_they_are():
    labels = np.array(["with_mask", "without_mask"])
    curves = measure_robustness(CROPS, labels, lambda crops: (crops == CROPS).all((1, 2, 3)))
    assert curves.keys() == {corruption.name for corruption in CORRUPTIONS}
    for curve in curves.values():
        assert [point.strength is None for point in curve.points] == [True, False, False, False]
        assert [point.scores.without_mask_caught for point in curve.points] == [1, 0, 0, 0]
