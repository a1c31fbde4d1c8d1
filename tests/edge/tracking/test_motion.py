import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.tracking.motion import FASTEST_GROWTH, Motion
from edge.vision.face import Face


def face(x, size):
    return Face(x - size / 2, 50 - size / 2, x + size / 2, 50 + size / 2)


def test_a_face_that_moves_is_expected_farther_on():
    motion = Motion.of(0.0, face(100, 40))
    for step in range(1, 6):
        motion.see(step / 10, face(100 + 10 * step, 40))
    assert motion.at(0.6).center[0] == pytest.approx(160, abs=4)


def test_two_frames_at_nearly_the_same_time_tell_nothing_of_speed():
    motion = Motion.of(0.0, face(100, 40))
    motion.see(1.0, face(100, 40))
    motion.see(1.0 + 1e-9, face(103, 44))
    assert motion.at(2.0).center[0] == pytest.approx(102, abs=2)
    assert motion.at(2.0).size < 50


SIGHTINGS = st.lists(st.tuples(st.floats(0, 2), st.floats(-1e4, 1e4), st.floats(0, 1e4)), min_size=1, max_size=30)


@given(SIGHTINGS)
def test_any_sightings_give_a_finite_expected_place(sightings):
    seconds, motion = 0.0, Motion.of(0.0, face(*sightings[0][1:]))
    for passed, x, size in sightings:
        seconds += passed
        motion.see(seconds, face(x, size))
        expected = motion.at(seconds + 0.5)
        assert all(map(math.isfinite, (expected.left, expected.top, expected.right, expected.bottom)))
        assert abs(motion.growth) <= FASTEST_GROWTH
