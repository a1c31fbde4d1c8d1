import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from edge.camera.repetition import Repetition

HEIGHT, WIDTH = 17, 23


def picture():
    return np.full((HEIGHT, WIDTH, 3), 90, np.uint8)


@given(st.integers(0, HEIGHT - 1), st.integers(0, WIDTH - 1), st.integers(0, 2), st.integers(1, 255))
def test_a_single_byte_tells_a_new_picture_from_the_one_before(row, column, channel, change):
    repetition, other = Repetition(), picture()
    other[row, column, channel] = (int(other[row, column, channel]) + change) % 256
    repetition.is_new(picture(), 0.0)
    assert repetition.is_new(other, 1.0)


def test_how_long_a_picture_has_been_repeated_is_known():
    repetition = Repetition()
    assert [repetition.is_new(picture(), seconds) for seconds in (3.0, 4.0, 5.5)] == [False] * 3
    assert repetition.seconds == 2.5
    assert repetition.is_new(picture() + np.uint8(1), 6.0)
    assert repetition.seconds == 0.0


def test_a_picture_of_another_size_is_a_new_one():
    repetition = Repetition()
    repetition.is_new(picture(), 0.0)
    assert repetition.is_new(picture()[:-1], 1.0)
