import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.vision.anchor_free import HEAT_SLOPE, encode_boxes, levels
from training.locator.distillation import FACE_FROM, TEACHER_SHARE, DistillationLoss
from training.locator.loss import LocatorLoss, cells
from training.locator.targets import MAX_ROWS

CENTERS, STRIDES = cells()
CELL = 640
"""One cell in the middle of the finest map."""

HEATS = st.floats(0.01, 0.99)


def answers(heat, shift=0.0):
    """A locator's answers where one cell has that heat and a face of 24 px, `shift` pixels right of its middle."""
    heats = np.full((len(CENTERS), 1), 0.02)
    heats[CELL] = heat
    x, y = CENTERS[CELL]
    box = np.array([[x - 12 + shift, y - 12, x + 12 + shift, y + 12]])
    codes = encode_boxes(np.repeat(box, len(CENTERS), 0), CENTERS, STRIDES)
    return np.concatenate([levels(heats, HEAT_SLOPE), levels(codes)], 1)[None].astype(np.float32)


def from_teacher(student, teacher):
    """The part of the loss that is about the teacher."""
    truth = np.zeros((1, MAX_ROWS, 5), np.float32)
    whole = DistillationLoss().call(truth, np.concatenate([student, teacher], -1))
    return float(whole) - (1 - TEACHER_SHARE) * float(LocatorLoss().call(truth, student))


@given(HEATS)
def test_nothing_remains_to_be_learned_from_a_teacher_whose_answers_are_the_same(heat):
    assert from_teacher(answers(heat), answers(heat)) == pytest.approx(0, abs=1e-3)


@given(HEATS, HEATS)
def test_the_farther_from_the_teacher_s_heat_the_greater_the_loss(told, said):
    nearer = (told + said) / 2
    assert from_teacher(answers(nearer), answers(told)) <= from_teacher(answers(said), answers(told)) + 1e-3


def test_the_teacher_s_box_is_learned_where_it_sees_a_face():
    assert from_teacher(answers(0.9, shift=4.0), answers(0.9)) > 0.1


def test_no_box_is_learned_where_the_teacher_sees_no_face():
    unseen = FACE_FROM - 0.05
    assert from_teacher(answers(unseen, shift=4.0), answers(unseen)) == pytest.approx(0, abs=1e-3)
