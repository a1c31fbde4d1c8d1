import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.vision.face import Face
from training.locator.scores import NO_FACE, assign, hold_against

FACE = np.array([[100, 100, 140, 150]], float)
"""40 px by its shorter side."""


def on(box, score=0.9):
    return Face(*box, score=score)


def score(found, truth, threshold=0.0):
    return hold_against([found], [np.array(truth, float).reshape(-1, 4)]).at(threshold)


def test_a_box_on_a_face_finds_it():
    result = score([on([102, 98, 139, 149])], FACE)
    assert (result.recall, result.false_faces_an_image) == (1, 0)


def test_a_box_beside_a_face_is_false():
    result = score([on([200, 100, 240, 150])], FACE)
    assert (result.recall, result.false_faces_an_image) == (0, 1)


def test_mutual_centres_find_a_face_that_overlap_would_not():
    result = score([on([112, 115, 130, 137])], FACE)  # overlap 0.2
    assert result.recall == 1


def test_a_second_box_on_a_face_is_false():
    result = score([on(FACE[0], 0.9), on([101, 101, 141, 151], 0.8)], FACE)
    assert (result.recall, result.false_faces_an_image) == (1, 1)


def test_small_faces_are_reported_apart():
    result = score([on([10, 10, 30, 34])], [FACE[0], [10, 10, 30, 34]])
    assert (result.recall, result.small_recall, result.false_faces_an_image) == (0, 1, 0)


def test_the_shorter_side_of_a_face_is_its_size():
    slender = [10, 10, 40, 70]
    result = score([on(slender)], [slender])
    assert (result.faces, result.small_faces) == (0, 1)


def test_slender_boxes_are_not_worth_calling_false():
    assert score([on([200, 100, 231, 180])], FACE).false_faces_an_image == 0
    assert score([on([200, 100, 232, 180])], FACE).false_faces_an_image == 1


def test_each_box_is_told_which_face_it_found():
    far, again = on([300, 10, 340, 60], 0.8), on([101, 101, 141, 151], 0.7)
    assert assign([again, far, on(FACE[0], 0.9)], FACE).tolist() == [NO_FACE, NO_FACE, 0]
    assert assign([far], np.zeros((0, 4))).tolist() == [NO_FACE]


def test_tiny_faces_are_neither_missed_nor_false_when_hit():
    result = score([on([10, 10, 20, 22])], [FACE[0], [10, 10, 20, 22]])
    assert (result.faces, result.small_faces, result.false_faces_an_image) == (1, 0, 0)


def test_a_scene_without_faces_has_only_false_ones():
    assert score([on(FACE[0])], []).false_faces_an_image == 1
    assert score([], []).false_faces_an_image == 0


def test_the_threshold_is_the_lowest_that_keeps_false_faces_rare():
    far = [on([200, 100, 240, 150], s) for s in (0.3, 0.6)]
    found = [[on(FACE[0], 0.9 - 0.05 * i)] for i in range(10)]
    found[0] = [*found[0], *far]
    detections = hold_against(found, [FACE] * 10)
    assert detections.at(detections.best_threshold(0.10)).false_faces_an_image == pytest.approx(0.1)
    assert detections.best_threshold(0.10) == pytest.approx(0.45)
    assert detections.best_threshold(0.05) == pytest.approx(0.65)


boxes = st.tuples(st.floats(0, 300), st.floats(0, 300), st.floats(5, 90), st.floats(5, 90), st.floats(0.05, 1)).map(
    lambda b: Face(b[0], b[1], b[0] + b[2], b[1] + b[3], b[4])
)


@given(st.lists(st.tuples(st.lists(boxes, max_size=6), st.lists(boxes, max_size=4)), min_size=1, max_size=5))
def test_scores_are_shares_and_thresholds_keep_their_promise(pairs):
    truths = [np.array([[f.left, f.top, f.right, f.bottom] for f in faces]).reshape(-1, 4) for _, faces in pairs]
    detections = hold_against([found for found, _ in pairs], truths)
    for rate in (0.0, 0.1, 1.0):
        result = detections.at(detections.best_threshold(rate))
        assert 0 <= result.recall <= 1
        assert 0 <= result.small_recall <= 1
    perfect = hold_against(truths_as_faces(truths), truths)
    sized = perfect.at(0)
    assert sized.false_faces_an_image == 0
    assert sized.recall == (1 if sized.faces else 0)


def truths_as_faces(truths):
    return [[Face(*box) for box in truth.tolist()] for truth in truths]
