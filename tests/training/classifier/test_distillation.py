import keras
import numpy as np
import pytest
from keras import layers

from training.classifier.distillation import TEACHER_SHARE, DistillationLoss, beside_teacher

OUTPUTS = ("p_unmasked", "p_clear")


def network(name, inputs=4, outputs=OUTPUTS):
    inputs = keras.Input((inputs,))
    x = layers.Dropout(0.5)(layers.BatchNormalization()(inputs))
    return keras.Model(inputs, {output: layers.Dense(1, "sigmoid", name=output)(x) for output in outputs}, name=name)


@pytest.fixture
def student():
    return network("student")


@pytest.fixture
def teacher():
    return network("teacher")


@pytest.fixture
def pictures():
    return np.random.default_rng(1).random((8, 4), np.float32)


def test_both_answers_stand_side_by_side(student, teacher, pictures):
    both = beside_teacher(student, teacher)(pictures)
    for output in OUTPUTS:
        assert np.array(both[output])[:, 0] == pytest.approx(np.array(student(pictures)[output])[:, 0])
        assert np.array(both[output])[:, 1] == pytest.approx(np.array(teacher(pictures)[output])[:, 0])


def test_the_teacher_answers_as_it_does_outside_training(student, teacher, pictures):
    both = beside_teacher(student, teacher)(pictures, training=True)
    assert np.array(both["p_clear"])[:, 1] == pytest.approx(
        np.array(teacher(pictures, training=False)["p_clear"])[:, 0]
    )


def test_a_fit_changes_the_student_alone(student, teacher, pictures):
    before = {one.name: [weights.copy() for weights in one.get_weights()] for one in (student, teacher)}
    trained = beside_teacher(student, teacher)
    trained.compile("adam", {output: DistillationLoss(0.0) for output in OUTPUTS})
    trained.fit(pictures, {output: np.ones((8, 1)) for output in OUTPUTS}, verbose=0)
    same = {
        one.name: all((a == b).all() for a, b in zip(before[one.name], one.get_weights(), strict=True))
        for one in (student, teacher)
    }
    assert same == {"student": False, "teacher": True}


@pytest.mark.parametrize(("label", "told"), [(1.0, 0.2), (0.0, 0.2), (1.0, 0.9)])
def test_the_loss_is_least_between_the_label_and_the_teacher(label, told):
    answers = np.linspace(0.001, 0.999, 999, dtype=np.float32)
    pairs = np.stack([answers, np.full_like(answers, told)], 1)
    loss = np.array(DistillationLoss(0.0).call(np.full((len(answers), 1), label, np.float32), pairs))
    best = (1 - TEACHER_SHARE) * label + TEACHER_SHARE * told
    assert answers[loss.argmin()] == pytest.approx(best, abs=0.002)


def test_label_smoothing_leaves_the_teacher_as_it_is():
    answers = np.linspace(0.001, 0.999, 999, dtype=np.float32)
    pairs = np.stack([answers, np.full_like(answers, 0.5)], 1)
    loss = np.array(DistillationLoss(0.1).call(np.ones((len(answers), 1), np.float32), pairs))
    assert answers[loss.argmin()] == pytest.approx((1 - TEACHER_SHARE) * 0.95 + TEACHER_SHARE * 0.5, abs=0.002)
