"""Error rates and waiting times over thousands of people."""

import math

import numpy as np
import pytest

from edge.runtime.pipeline import load_classifier
from edge.settings.schema import ModelSettings

from .photographs import log_odds_of
from .simulator import NOISE, Crowd, Noise, calibrated, judge_each, like_the_shipped_model, outcome, wald_mean_seconds

PEOPLE = 4_000

VISIT = 3.0
"""Seconds that somebody stands before the door."""


def within_a_factor_of_two(measured, rate):
    return rate / 2 <= measured <= rate * 2


def at_most(rate, people):
    """The settings say how many people may be misjudged, so fewer is right; two standard errors are left to chance."""
    return rate + 2 * math.sqrt(rate * (1 - rate) / people)


def judge(test, log_odds, deviation, seconds, seed):
    return judge_each(test, log_odds, Noise(len(log_odds), deviation=deviation, seed=seed), seconds)


@pytest.mark.parametrize(("false_alert_rate", "miss_rate"), [(0.03, 0.05), (0.01, 0.02), (0.1, 0.1)])
def test_with_exact_odds_the_error_rates_are_those_set(sequential_test, false_alert_rate, miss_rate):
    """Log-odds of 1 on average, with as much noise as makes them exact, fading as it does on the clips."""
    test = sequential_test(false_alert_rate=false_alert_rate, miss_rate=miss_rate)
    people = calibrated(1.0, PEOPLE)
    compliant, others = (judge(test, people[kind], 2**0.5, 15.0, seed=kind) for kind in (True, False))
    assert within_a_factor_of_two(compliant.alerted, false_alert_rate)
    assert within_a_factor_of_two(others.passed, miss_rate)


@pytest.mark.parametrize("mean", [0.25, 0.5])
def test_the_time_to_a_verdict_is_that_of_wald(sequential_test, mean):
    test = sequential_test()
    measured = judge(test, calibrated(mean, 2000)[False], (2 * mean) ** 0.5, 60.0, seed=1).seconds
    assert measured == pytest.approx(wald_mean_seconds(test, mean), rel=0.35)


def test_people_like_those_of_the_shipped_model_are_misjudged_as_seldom_as_set(sequential_test):
    test, people = sequential_test(), like_the_shipped_model(seed=5)
    compliant, others = (judge(test, people[kind], NOISE, VISIT, seed=kind) for kind in (True, False))
    assert within_a_factor_of_two(compliant.alerted, test.false_alert_rate)
    assert within_a_factor_of_two(others.passed, test.miss_rate)
    assert others.seconds < 0.6


def test_a_crowd_is_judged_as_well_as_each_alone(new_tracker, sequential_test):
    misjudged_at_most_as_set(like_the_shipped_model(seed=6), 200, new_tracker, sequential_test())


@pytest.mark.slow
def test_ten_thousand_people_in_crowds_of_twenty_are_misjudged_as_seldom_as_set(new_tracker, sequential_test):
    misjudged_at_most_as_set(like_the_shipped_model(seed=7), 10_000, new_tracker, sequential_test())


def misjudged_at_most_as_set(people, count, new_tracker, test):
    """In a crowd a face is judged less often than alone: its errors have faded more between two times, and the verdict
    comes later and is surer than the rates ask for (of 10,000 people 0.013 instead of 0.03, and 0.036 instead of 0.05).
    So the rates are upper bounds here, and nearly everybody must get the right verdict in time."""
    compliant, others = (crowds(new_tracker, people[kind][:count]) for kind in (True, False))
    assert compliant.alerted <= at_most(test.false_alert_rate, count)
    assert others.passed <= at_most(test.miss_rate, count)
    assert compliant.passed > 0.9
    assert others.alerted > 0.88


def test_people_from_photographs_are_misjudged_as_seldom_as_set(sequential_test, shared_data):
    """Most photographs are clearer than the pictures at a door, so the rates are upper bounds here, too: with the
    classifier that ships 0.02 instead of 0.03, and 0.02 instead of 0.05. A test that decides nothing would also stay
    below them, so nearly everybody must get the right verdict."""
    classifier, _ = load_classifier(ModelSettings())
    test, scores = sequential_test(), log_odds_of(shared_data / "crops", classifier)
    rng = np.random.default_rng(8)
    compliant, others = (
        judge(test, rng.choice(scores[kind], PEOPLE), NOISE, VISIT, seed=kind) for kind in (True, False)
    )
    assert compliant.alerted <= at_most(test.false_alert_rate, len(scores[True]))
    assert others.passed <= at_most(test.miss_rate, len(scores[False]))
    assert compliant.passed > 0.9
    assert others.alerted > 0.9


def crowds(new_tracker, log_odds, size=20):
    verdicts = []
    for seed, people in enumerate(np.split(log_odds, len(log_odds) // size)):
        verdicts += Crowd(people, Noise(size, deviation=NOISE, seed=seed)).judged_by(new_tracker(), VISIT)
    return outcome(verdicts)
