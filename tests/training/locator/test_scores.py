from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.vision.face import Face
from training.locator.scores import IGNORED, NO_FACE, assign, match_faces

FACE = np.array([[100, 100, 140, 150]], float)
"""40 px by its shorter side."""


def on(box, score=0.9):
    return Face(*[*box, score])


@dataclass(frozen=True)
class Known:
    """What is true of a picture."""

    boxes: np.ndarray
    ignored: np.ndarray


def known(boxes, ignored=()):
    return Known(*(np.array(each, float).reshape(-1, 4) for each in (boxes, ignored)))


def score(found, truth, threshold=0.0, ignored=()):
    return match_faces([found], [known(truth, ignored)]).at(threshold)


def test_a_box_on_a_face_finds_it():
    result = score([on([102, 98, 139, 149])], FACE)
    assert (result.recall, result.false_faces_an_image) == (1, 0)


def test_a_box_beside_a_face_is_false():
    result = score([on([200, 100, 240, 150])], FACE)
    assert (result.recall, result.false_faces_an_image) == (0, 1)


def test_mutual_centers_find_a_face_that_overlap_would_not():
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


def test_a_box_on_what_is_ignored_is_neither_right_nor_wrong():
    result = score([on([200, 100, 240, 150])], FACE, ignored=[[180, 80, 260, 160]])
    assert (result.recall, result.false_faces_an_image) == (0, 0)


def test_a_face_beside_what_is_ignored_must_still_be_found():
    result = score([on(FACE[0])], FACE, ignored=[[90, 90, 150, 160]])
    assert (result.faces, result.recall) == (1, 1)


def test_each_box_is_told_which_face_it_found():
    far, again = on([300, 10, 340, 60], 0.8), on([101, 101, 141, 151], 0.7)
    assert assign([again, far, on(FACE[0], 0.9)], known(FACE)).tolist() == [NO_FACE, NO_FACE, 0]
    assert assign([far], known([])).tolist() == [NO_FACE]
    assert assign([far], known([], ignored=[[290, 0, 350, 70]])).tolist() == [IGNORED]


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
    detections = match_faces(found, [known(FACE)] * 10)
    assert detections.at(detections.best_threshold(0.10)).false_faces_an_image == pytest.approx(0.1)
    assert detections.best_threshold(0.10) == pytest.approx(0.45)
    assert detections.best_threshold(0.05) == pytest.approx(0.65)


boxes = st.tuples(st.floats(0, 300), st.floats(0, 300), st.floats(5, 90), st.floats(5, 90), st.floats(0.05, 1)).map(
    lambda b: Face(b[0], b[1], b[0] + b[2], b[1] + b[3], b[4])
)


@given(st.lists(st.tuples(st.lists(boxes, max_size=6), st.lists(boxes, max_size=4)), min_size=1, max_size=5))
def test_scores_are_shares_and_thresholds_keep_their_promise(pairs):
    truths = [known([[f.left, f.top, f.right, f.bottom] for f in faces]) for _, faces in pairs]
    detections = match_faces([found for found, _ in pairs], truths)
    for rate in (0.0, 0.1, 1.0):
        result = detections.at(detections.best_threshold(rate))
        assert 0 <= result.recall <= 1
        assert 0 <= result.small_recall <= 1
    perfect = match_faces(truths_as_faces(truths), truths)
    sized = perfect.at(0)
    assert sized.false_faces_an_image == 0
    assert sized.recall == (1 if sized.faces else 0)


def truths_as_faces(truths):
    return [[Face(*box) for box in truth.boxes.tolist()] for truth in truths]


@given(st.lists(boxes, max_size=6), st.lists(boxes, max_size=4), st.lists(boxes, min_size=1, max_size=4))
def test_an_ignored_box_changes_no_face_and_adds_no_mistake(found, faces, further):
    truth, ignored = ([[f.left, f.top, f.right, f.bottom] for f in each] for each in (faces, further))
    without, with_it = score(found, truth), score(found, truth, ignored=ignored)
    assert (with_it.recall, with_it.faces) == (without.recall, without.faces)
    assert with_it.false_faces_an_image <= without.false_faces_an_image
    assert score(further, [], ignored=ignored).false_faces_an_image == 0
