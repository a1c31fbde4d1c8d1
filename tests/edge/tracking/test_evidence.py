import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.tracking.evidence import Quality, SequentialTest
from edge.tracking.track import Verdict

PROBABILITIES = st.floats(0.001, 0.999)

unhurried = settings(deadline=None)


def seconds_to_verdict(test, p, frames_per_second):
    """How long somebody who always scores p waits for their first verdict."""
    evidence, verdict, frame = 0.0, Verdict.UNDECIDED, 0
    while True:
        evidence = test.weigh(evidence, p, test.information(1 / frames_per_second if frame else math.inf))
        verdict = test.verdict(evidence, verdict)
        if verdict is not Verdict.UNDECIDED:
            return frame / frames_per_second
        frame += 1


def seconds_to_turn(test, before, p):
    """How long the verdict `before`, held for ever so long, outlasts frames that score p, at ten frames a second."""
    evidence, verdict, frame = {True: test.upper, False: test.lower}[before is Verdict.NOT_COMPLIANT], before, 0
    while verdict is before:
        evidence = test.weigh(evidence, p, test.information(0.1))
        verdict = test.verdict(evidence, verdict)
        frame += 1
    return frame / 10


def test_the_bounds_are_those_of_wald(sequential_test):
    test = sequential_test(false_alert_rate=0.01, miss_rate=0.1)
    assert test.upper == pytest.approx(math.log(90))
    assert test.lower == pytest.approx(math.log(0.1 / 0.99))


def test_the_first_frame_counts_in_full(sequential_test):
    assert sequential_test().information(math.inf) == 1


def test_two_frames_at_the_same_instant_count_as_one(sequential_test):
    assert sequential_test().information(0.0) == 0


@pytest.mark.parametrize("gap", [0.02, 0.1, 0.5, 2.0])
def test_a_frame_is_worth_what_an_autoregression_says(sequential_test, gap):
    r = math.exp(-gap / 0.3)
    assert sequential_test(correlation_seconds=0.3).information(gap) == pytest.approx((1 - r) / (1 + r))


@pytest.mark.parametrize("p", [0.02, 0.1, 0.9, 0.98])
def test_a_faster_camera_decides_no_sooner(sequential_test, p):
    test = sequential_test()
    assert seconds_to_verdict(test, p, 25) == pytest.approx(seconds_to_verdict(test, p, 10), abs=0.1)


@pytest.mark.parametrize(("p", "verdict_within"), [(0.02, 0.5), (0.98, 0.5), (0.85, 0.8)])
def test_a_clear_face_is_judged_within_a_second(sequential_test, p, verdict_within):
    assert 0.1 < seconds_to_verdict(sequential_test(), p, 10) <= verdict_within


@unhurried
@given(PROBABILITIES)
def test_no_frame_decides_alone(p):
    test = SequentialTest(false_alert_rate=0.05, miss_rate=0.1, correlation_seconds=0.2, threshold=0.5)
    assert test.verdict(test.weigh(0.0, p, 1.0), Verdict.UNDECIDED) is Verdict.UNDECIDED


@pytest.mark.parametrize(("before", "p"), [(Verdict.COMPLIANT, 0.98), (Verdict.NOT_COMPLIANT, 0.02)])
def test_a_verdict_held_for_long_turns_within_half_a_second(sequential_test, before, p):
    assert seconds_to_turn(sequential_test(), before, p) <= 0.5


@pytest.mark.parametrize(("p", "verdict"), [(0.999, Verdict.NOT_COMPLIANT), (0.001, Verdict.COMPLIANT)])
def test_two_certain_frames_decide_either_way_however_the_error_rates_differ(p, verdict):
    test = SequentialTest(false_alert_rate=0.01, miss_rate=0.1, correlation_seconds=0.2, threshold=0.5)
    evidence = test.weigh(test.weigh(0.0, p, 1.0), p, 1.0)
    assert test.verdict(evidence, Verdict.UNDECIDED) is verdict


@pytest.mark.parametrize("before", [Verdict.COMPLIANT, Verdict.NOT_COMPLIANT])
def test_a_frame_to_the_contrary_does_not_turn_a_verdict(sequential_test, before):
    test = sequential_test()
    held = test.upper if before is Verdict.NOT_COMPLIANT else test.lower
    against = 0.01 if before is Verdict.NOT_COMPLIANT else 0.99
    assert test.verdict(test.weigh(held, against, test.information(0.1)), before) is before


def test_what_scores_at_the_threshold_says_nothing(sequential_test):
    assert sequential_test(threshold=0.3).weigh(1.5, 0.3, 1.0) == pytest.approx(1.5)


@unhurried
@given(st.lists(st.tuples(PROBABILITIES, st.floats(0, 1))))
def test_the_sum_stays_within_the_bounds(frames):
    test = SequentialTest(false_alert_rate=0.03, miss_rate=0.05, correlation_seconds=0.2, threshold=0.4)
    evidence = 0.0
    for p, weight in frames:
        evidence = test.weigh(evidence, p, weight)
        assert test.lower <= evidence <= test.upper


@unhurried
@given(st.floats(-3, 3), PROBABILITIES, PROBABILITIES, st.floats(0, 1))
def test_a_higher_probability_never_lowers_the_sum(evidence, one, other, weight):
    test = SequentialTest(false_alert_rate=0.03, miss_rate=0.05, correlation_seconds=0.2, threshold=0.5)
    lower, higher = sorted((one, other))
    assert test.weigh(evidence, lower, weight) <= test.weigh(evidence, higher, weight)


@pytest.mark.parametrize(("pixels", "weight"), [(10, 0), (16, 0), (24, 0.5), (32, 1), (200, 1)])
def test_small_faces_count_less(pixels, weight):
    quality = Quality(smallest_face_px=16, clear_face_px=32, blurred_below=0.5, clear_from=0.5, even_face_score=0.35)
    assert quality.of_size(pixels) == pytest.approx(weight)


@pytest.mark.parametrize(("sharpness", "weight"), [(0, 0), (0.25, 0.5), (0.5, 1), (3, 1)])
def test_blurred_faces_count_less(sharpness, weight):
    quality = Quality(smallest_face_px=16, clear_face_px=32, blurred_below=0.5, clear_from=0.5, even_face_score=0.35)
    assert quality.of_sharpness(sharpness) == pytest.approx(weight)


@pytest.mark.parametrize(("p_clear", "weight"), [(0, 0), (0.49, 0), (0.5, 0.5), (0.9, 0.9), (1, 1)])
def test_unclear_faces_count_for_nothing(p_clear, weight):
    quality = Quality(smallest_face_px=16, clear_face_px=32, blurred_below=0.5, clear_from=0.5, even_face_score=0.35)
    assert quality.of_clearness(p_clear) == weight


QUALITY = Quality(smallest_face_px=16, clear_face_px=32, blurred_below=0.5, clear_from=0.5, even_face_score=0.35)


@given(st.floats(0.01, 0.99), st.floats(0.01, 0.99), st.floats(0.01, 0.99))
def test_a_surer_box_makes_a_face_clearer_and_never_less(p_clear, score, other):
    low, high = sorted((score, other))
    assert QUALITY.clearness(p_clear, low) <= QUALITY.clearness(p_clear, high)
    assert QUALITY.clearness(p_clear, QUALITY.even_face_score) == pytest.approx(p_clear)


def test_a_sure_box_does_not_make_a_face_of_what_cannot_be_judged():
    assert QUALITY.of_clearness(QUALITY.clearness(0.09, 0.99)) == 0
    assert QUALITY.of_clearness(QUALITY.clearness(0.2, 0.99)) > 0


def test_a_box_that_no_network_found_leaves_p_clear_unchanged():
    assert QUALITY.clearness(0.3, 1.0) == 0.3
