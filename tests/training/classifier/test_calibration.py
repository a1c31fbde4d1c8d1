import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import log_loss

from edge.vision.calibration import Calibration
from training.classifier.calibration import choose_threshold, expected_calibration_error, fit_calibration, reliability

probabilities = st.lists(st.floats(0, 1), min_size=1, max_size=50).map(np.array)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def share_right(truth):
    return lambda alerts: float((alerts == truth).mean())


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.5])
def test_the_temperature_that_distorted_the_probabilities_is_found_again(temperature):
    rng = np.random.default_rng(1)
    log_odds = rng.normal(0, 1.2, 40000)
    truth = rng.random(40000) < sigmoid(log_odds)
    found = fit_calibration(sigmoid(log_odds * temperature), truth)
    assert found.temperature == pytest.approx(temperature, rel=0.05)


def test_no_temperature_in_reach_does_better():
    rng = np.random.default_rng(2)
    truth = rng.random(300) < 0.4
    p = np.clip(sigmoid(rng.normal(0, 3, 300) + 2 * truth), 0, 1)
    best = log_loss(truth, fit_calibration(p, truth).apply(p))
    assert all(best <= log_loss(truth, Calibration(t).apply(p)) + 1e-6 for t in np.geomspace(0.1, 10, 60))


def test_one_side_alone_tells_no_temperature():
    assert fit_calibration(np.array([0.9, 0.8]), np.array([True, True])) == Calibration(1.0)


def test_the_threshold_lies_in_the_middle_between_two_clean_groups():
    p, truth = np.array([0.1, 0.2, 0.6, 0.9]), np.array([False, False, True, True])
    assert choose_threshold(p, share_right(truth)) == pytest.approx(0.4)


def test_the_widest_of_equally_good_ranges_is_taken():
    # Either 0.2 to 0.3 or 0.4 to 0.9 gets five of six right.
    p = np.array([0.1, 0.2, 0.3, 0.4, 0.9, 0.95])
    truth = np.array([False, False, True, False, True, True])
    assert choose_threshold(p, share_right(truth)) == pytest.approx(0.65)


def test_the_threshold_is_a_half_where_all_are_alike():
    assert choose_threshold(np.array([0.2, 0.9]), lambda alerts: 1.0) == 0.5


def test_two_groups_with_no_number_between_them_are_kept_apart():
    p, truth = np.array([0.0, 5e-324]), np.array([False, True])
    assert share_right(truth)(p >= choose_threshold(p, share_right(truth))) == 1


@given(probabilities, st.data())
def test_no_threshold_scores_better_than_the_chosen_one(p, data):
    truth = np.array(data.draw(st.lists(st.booleans(), min_size=len(p), max_size=len(p))))
    score = share_right(truth)
    chosen = choose_threshold(p, score)
    assert 0 <= chosen <= 1
    assert all(score(p >= chosen) >= score(p >= edge) for edge in p)


def test_calibration_error_by_hand():
    # One bin: promised 0.9, came true 0.5; another: promised 0.1, came true 0.
    p = np.array([0.9, 0.9, 0.1, 0.1])
    truth = np.array([True, False, False, False])
    assert expected_calibration_error(p, truth) == pytest.approx((2 * 0.4 + 2 * 0.1) / 4)


@given(probabilities, st.booleans())
def test_reliability_counts_every_picture_once(p, value):
    bins = reliability(p, np.full(len(p), value))
    assert sum(b.images for b in bins) == len(p)
    assert all(b.share_true == value for b in bins)
    assert 0 <= expected_calibration_error(p, np.full(len(p), value)) <= 1
