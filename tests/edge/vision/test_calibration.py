import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from edge.vision.calibration import Calibration

probabilities = st.lists(st.floats(0, 1), min_size=1, max_size=20).map(np.array)


@given(probabilities, st.floats(0.5, 10))
def test_calibrated_values_are_probabilities_in_the_same_order(p, temperature):
    calibrated = Calibration(temperature).apply(p)
    assert ((calibrated > 0) & (calibrated < 1)).all()
    assert (np.diff(calibrated[np.argsort(p)]) >= 0).all()


def test_a_high_temperature_draws_towards_a_half():
    assert 0.5 < Calibration(4.0).apply(np.array([0.9]))[0] < 0.9


def test_a_half_stays_a_half():
    assert Calibration(3.0).apply(np.array([0.5]))[0] == 0.5
