import keras
import numpy as np
import pytest

from training.locator.further_faces import FaceCrop
from training.locator.taught_faces import TAUGHT_WEIGHT, seen_by

CROP = FaceCrop(np.full((64, 64, 3), 200, np.uint8), np.array([14, 9, 50, 55], float))


def locator(heat):
    """One that answers the same levels in every cell of stride 32, and nothing in finer ones."""
    picture = keras.Input((240, 320, 3))
    answers = {}
    for stride, level in ((8, 0.0), (16, 0.0), (32, heat)):
        cells = keras.layers.AveragePooling2D(stride, padding="same")(picture)
        for name, filters, value in ((f"heat{stride}", 1, level), (f"box{stride}", 4, 3.0)):
            constant = keras.layers.Conv2D(
                filters, 1, kernel_initializer="zeros", bias_initializer=keras.initializers.Constant(value)
            )
            answers[name] = constant(cells)
    return keras.Model(picture, answers)


def test_a_face_that_the_teacher_sees_gets_its_box_and_is_drawn_more_often():
    (seen,) = seen_by(locator(heat=6.0), [CROP])
    middle = (seen.box[:2] + seen.box[2:]) / 2
    # A cell of this locator is 17 pixels of the crop.
    assert middle == pytest.approx([32, 32], abs=17)
    assert seen.weight == TAUGHT_WEIGHT


def test_a_face_that_the_teacher_misses_too_is_left_out():
    assert seen_by(locator(heat=0.0), [CROP]) == []


def test_no_crops_need_no_teacher():
    assert seen_by(locator(heat=6.0), []) == []
