import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.vision.anchor_free import (
    HEAT_SLOPE,
    MAX_OVERLAP,
    decode_boxes,
    decode_maps,
    encode_boxes,
    levels,
    merge,
    suppress,
)
from edge.vision.boxes import ious

boxes = st.tuples(st.floats(0, 280), st.floats(0, 200), st.floats(5, 150), st.floats(5, 150)).map(
    lambda b: [b[0], b[1], b[0] + b[2], b[1] + b[3]]
)
scored = st.lists(st.tuples(boxes, st.floats(1 / 64, 1, width=32)), min_size=1, max_size=30)


def arrays(pairs):
    return np.array([box for box, _ in pairs]), np.array([score for _, score in pairs])


@given(boxes, st.sampled_from([8, 16, 32]), st.floats(-2.9, 2.9), st.floats(-2.9, 2.9))
def test_decoding_undoes_encoding(box, stride, dx, dy):
    box = np.array([box])
    center = (box[:, :2] + box[:, 2:]) / 2 + np.array([[dx, dy]]) * stride
    assert decode_boxes(encode_boxes(box, center, stride), center, stride) == pytest.approx(box, abs=1e-3)


@given(boxes, st.sampled_from([8, 16, 32]))
def test_int8_moves_a_face_of_the_stride_little(box, stride):
    box = np.array([box])
    size = box[:, 2:] - box[:, :2]
    if not (stride <= size.max() <= 10 * stride) or size.min() < stride / 2:
        return
    center = (box[:, :2] + box[:, 2:]) / 2
    heat, said = np.full((1, 1), 6.0), np.round(levels(encode_boxes(box, center, stride)) / 6 * 255) / 255 * 6
    found, _ = decode_maps({stride: (heat, said[np.newaxis])}, min_score=0.5)
    assert ious(found, box - np.tile(center - stride / 2, 2))[0, 0] > 0.85


def test_a_hot_cell_gives_its_box():
    heat, box = np.zeros((30, 40)), np.zeros((30, 40, 4))
    heat[5, 7] = levels(0.9, HEAT_SLOPE)
    box[5, 7] = levels(encode_boxes(np.array([[50, 30, 70, 60]]), np.array([[60, 44]]), 8)[0])
    found, scores = decode_maps({8: (heat, box)}, min_score=0.5)
    assert found == pytest.approx(np.array([[50, 30, 70, 60]]))
    assert scores == pytest.approx([0.9])


def test_cold_maps_give_no_box():
    found, scores = decode_maps({8: (np.zeros((30, 40)), np.zeros((30, 40, 4)))}, min_score=0.5)
    assert found.shape == (0, 4)
    assert scores.shape == (0,)


@given(scored)
def test_suppression_leaves_no_two_boxes_on_one_face(pairs):
    found, scores = arrays(pairs)
    kept = found[suppress(found, scores)]
    assert (ious(kept, kept) - np.eye(len(kept)) <= MAX_OVERLAP + 1e-9).all()


@given(scored)
def test_whatever_is_suppressed_yields_to_a_surer_box(pairs):
    found, scores = arrays(pairs)
    kept = suppress(found, scores)
    for i in set(range(len(found))) - set(kept.tolist()):
        surer = kept[scores[kept] >= scores[i]]
        assert ious(found[[i]], found[surer]).max() > MAX_OVERLAP


@given(scored)
def test_the_surest_comes_first(pairs):
    found, scores = arrays(pairs)
    kept = scores[suppress(found, scores)]
    assert (np.diff(kept) <= 0).all()
    assert kept[0] == scores.max()


def test_without_boxes_nothing_is_suppressed():
    assert suppress(np.zeros((0, 4)), np.zeros(0)).tolist() == []


def test_a_box_that_is_kept_is_averaged_with_those_on_the_same_face():
    found, scores = [(10, 10, 50, 50), (14, 10, 54, 50), (200, 10, 240, 50)], [0.8, 0.4, 0.9]
    assert merge(found[0], found, scores) == pytest.approx((10.8, 10, 50.8, 50))
    assert merge(found[2], found, scores) == pytest.approx((200, 10, 240, 50))


@given(scored)
def test_an_averaged_box_lies_within_the_boxes_that_were_found(pairs):
    found, scores = arrays(pairs)
    merged = np.array([merge(found[kept], found, scores) for kept in suppress(found, scores)])
    assert (merged >= found.min(0) - 1e-9).all()
    assert (merged <= found.max(0) + 1e-9).all()
