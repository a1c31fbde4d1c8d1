from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from edge.errors import UserError
from edge.vision.anchor_free import HEAT_SLOPE, encode_boxes, levels
from edge.vision.face_locator import FaceLocator
from edge.vision.model_file import TensorSpec

SHAPES = {8: (30, 40), 16: (15, 20), 32: (8, 10)}
SPECS = tuple(
    TensorSpec(name=f"{name}{stride}", shape=(1, *shape, depth), scale=6 / 255, zero_point=-128)
    for stride, shape in SHAPES.items()
    for name, depth in (("box", 4), ("heat", 1))
)


def quantized(level):
    return np.round(level / 6 * 255) - 128


class FakeNetwork:
    """Answers with the faces that it was given, whatever the picture: (box in its pixels, stride, score)."""

    input_size = (240, 320)

    def __init__(self, *faces, kind="locator", outputs=SPECS):
        self.metadata = SimpleNamespace(kind=kind, network="fake", threshold=0.4, outputs=outputs)
        self.faces = faces

    def run(self, picture):
        maps = {spec.name: np.full(spec.shape, -128, np.int8) for spec in SPECS}
        for box, stride, score in self.faces:
            middle = (np.array(box[:2]) + np.array(box[2:])) / 2
            column, row = (middle // stride).astype(int)
            center = (np.array([[column, row]]) + 0.5) * stride
            codes = encode_boxes(np.array([box], float), center, stride)[0]
            maps[f"heat{stride}"][0, row, column] = quantized(levels(score, HEAT_SLOPE))
            maps[f"box{stride}"][0, row, column] = quantized(levels(codes))
        return maps


def sides(face):
    return [face.left, face.top, face.right, face.bottom]


def test_a_face_comes_back_in_pixels_of_the_frame():
    (face,) = FaceLocator(FakeNetwork(([40, 40, 60, 64], 8, 0.9))).locate(np.zeros((480, 640, 3), np.uint8))
    assert sides(face) == pytest.approx([80, 80, 120, 128], abs=2)
    assert face.score == pytest.approx(0.9, abs=0.01)


def test_a_portrait_frame_has_its_borders_taken_off():
    (face,) = FaceLocator(FakeNetwork(([130, 40, 190, 120], 16, 0.9))).locate(np.zeros((480, 240, 3), np.uint8))
    assert sides(face) == pytest.approx([60, 80, 180, 240], abs=4)


def test_the_largest_face_comes_first():
    network = FakeNetwork(([10, 10, 30, 34], 8, 0.9), ([100, 60, 180, 160], 32, 0.6))
    first, second = FaceLocator(network).locate(np.zeros((240, 320, 3), np.uint8))
    assert first.size > second.size


def test_of_too_many_faces_the_surest_stay():
    network = FakeNetwork(([10, 10, 30, 34], 8, 0.9), ([100, 60, 180, 160], 32, 0.6))
    (face,) = FaceLocator(network, max_faces=1).locate(np.zeros((240, 320, 3), np.uint8))
    assert face.score == pytest.approx(0.9, abs=0.01)


def test_faces_below_the_models_threshold_are_not_shown():
    network = FakeNetwork(([10, 10, 30, 34], 8, 0.35))
    frame = np.zeros((240, 320, 3), np.uint8)
    assert FaceLocator(network).locate(frame) == []
    assert len(FaceLocator(network, min_score=0.3).locate(frame)) == 1


def test_one_face_seen_by_two_strides_is_one_face():
    network = FakeNetwork(([40, 40, 80, 84], 8, 0.9), ([41, 40, 80, 86], 16, 0.7))
    assert len(FaceLocator(network).locate(np.zeros((240, 320, 3), np.uint8))) == 1


def test_a_box_that_comes_to_lie_on_its_neighbor_when_it_is_merged_is_dropped():
    face, beside, between = [100, 100, 140, 140], [128, 100, 168, 140], [118, 100, 158, 140]
    frame = np.zeros((240, 320, 3), np.uint8)
    assert len(FaceLocator(FakeNetwork((face, 8, 0.9), (beside, 8, 0.6))).locate(frame)) == 2
    assert len(FaceLocator(FakeNetwork((face, 8, 0.9), (beside, 8, 0.6), (between, 8, 0.55))).locate(frame)) == 1


def test_a_classifier_is_refused():
    with pytest.raises(UserError, match="not a locator"):
        FaceLocator(FakeNetwork(kind="classifier"))


@pytest.mark.parametrize("outputs", [(), SPECS[:1], SPECS[1:], (*SPECS, replace(SPECS[0], name="extra"))])
def test_outputs_that_are_no_maps_are_refused(outputs):
    with pytest.raises(UserError, match="not maps of faces"):
        FaceLocator(FakeNetwork(outputs=outputs))
