from pathlib import Path

import numpy as np
import pytest

from edge.vision.face import Face
from training.locator.findings import find_out
from training.locator.scenes import Scene
from training.locator.sheet import SIDE_PX, draw_around

BOXES = np.array([[10, 10, 60, 70], [100, 10, 120, 30], [150, 80, 190, 130]], np.float32)
"""50, 20 and 40 px wide."""


class Picture(Scene):
    def read(self):
        return np.zeros((160, 240, 3), np.uint8)


@pytest.fixture
def findings():
    scene = Picture(Path("a.jpg"), "val", "", BOXES, ("with_mask", "without_mask", "incorrect"))
    found = [Face(12, 11, 61, 69, 0.9), Face(101, 9, 121, 31, 0.4), Face(60, 100, 100, 150, 0.7)]
    return find_out([scene], [found])


def test_each_face_knows_by_which_score_it_was_found(findings):
    assert [face.found_at for face in findings.faces] == [0.9, 0.4, 0.0]
    assert [item.face.score for item in findings.false_faces] == [0.7]


def test_faces_in_parts_by_size(findings):
    scores = {name: part.at(0.5) for name, part in findings.by_size.items()}
    assert {name: (s.faces, s.recall, s.false_faces) for name, s in scores.items()} == {
        "16-32": (1, 0.0, 0),
        "32-64": (2, 0.5, 1),
    }


def test_faces_in_parts_by_label(findings):
    assert {label: part.at(0.5).recall for label, part in findings.full_size.by_label.items()} == {
        "incorrect": 0.0,
        "with_mask": 1.0,
    }


def test_a_mistake_is_drawn_with_what_is_true_and_what_was_found(findings):
    picture = draw_around(findings.faces[0].face, findings.scenes[0], 0.5)
    assert picture.shape == (SIDE_PX, SIDE_PX, 3)
    colors = {tuple(color) for color in picture.reshape(-1, 3).tolist()}
    assert {(255, 196, 0), (38, 160, 255)} <= colors
