import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from edge.vision.anchor_free import decode_maps
from edge.vision.cell_decoder import CellDecoder
from edge.vision.interpreter import dequantize
from edge.vision.model_file import TensorSpec

HEAT = TensorSpec(name="heat8", shape=(1, 3, 4, 1), scale=6 / 255, zero_point=-128)
BOX = TensorSpec(name="box8", shape=(1, 3, 4, 4), scale=6 / 255, zero_point=-128)


@given(arrays(np.int8, HEAT.shape), arrays(np.int8, BOX.shape), st.floats(0.05, 0.95), st.sampled_from([8, 16, 32]))
def test_the_boxes_are_those_of_the_dequantized_maps(heat, box, min_score, stride):
    real = dequantize(heat[0, ..., 0], HEAT), dequantize(box[0], BOX)
    boxes, scores = decode_maps({stride: real}, min_score)
    found = list(CellDecoder(stride, HEAT, BOX, min_score).candidates(heat, box))
    assert np.array([box for box, _ in found]).reshape(-1, 4) == pytest.approx(boxes, rel=1e-6, abs=1e-6)
    assert [score for _, score in found] == pytest.approx(scores.tolist())


def test_a_score_that_no_level_reaches_gives_no_box():
    decoder = CellDecoder(8, HEAT, BOX, min_score=0.999)
    assert list(decoder.candidates(np.full(HEAT.shape, 127, np.int8), np.zeros(BOX.shape, np.int8))) == []
