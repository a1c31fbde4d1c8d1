import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.vision.boxes import as_boxes, iou, ious
from edge.vision.face import Face

FACE = Face(80, 80, 120, 120)

sides = st.floats(-100, 500, width=16)
faces = st.tuples(sides, sides, st.floats(1, 200, width=16), st.floats(1, 200, width=16)).map(
    lambda box: Face(box[0], box[1], box[0] + box[2], box[1] + box[3])
)


@pytest.mark.parametrize(("x", "expected"), [(0, 1.0), (20, 1 / 3), (40, 0.0), (200, 0.0)])
def test_iou(x, expected):
    assert iou(FACE.box, Face(80 + x, 80, 120 + x, 120).box) == pytest.approx(expected)


def test_boxes_without_an_area_do_not_overlap():
    assert iou((50, 50, 50, 50), (50, 50, 50, 50)) == 0.0


@given(st.lists(faces, min_size=1, max_size=5), st.lists(faces, min_size=1, max_size=5))
def test_many_at_once_overlap_as_one_by_one(some, others):
    together = ious(as_boxes(some), as_boxes(others))
    assert together == pytest.approx(np.array([[iou(a.box, b.box) for b in others] for a in some]), abs=1e-9)
