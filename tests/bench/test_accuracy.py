from pathlib import Path

import numpy as np
import pytest
from chain_scores import score_chain
from chains import Sighting
from peers import Aizoo
from tables import Row, face_slices

from edge.vision.face import Face
from training.locator.scenes import Scene

BOXES = np.array([[10, 10, 60, 70], [100, 10, 150, 70], [200, 10, 250, 70], [10, 100, 30, 130], [300, 0, 350, 60]])
LABELS = ("with_mask", "without_mask", "incorrect", "with_mask", "without_mask")


class DrawnScene(Scene):
    def read(self):
        return np.zeros((240, 360, 3), np.uint8)


class FixedChain:
    """Finds the first four faces and one that is none; takes the incorrectly masked one for masked."""

    name, files, threshold = "fixed", (), 0.5

    def find(self, image):
        says = [False, True, False, False]
        found = [Sighting(Face(*box, score=0.9), what) for box, what in zip(BOXES.tolist()[:4], says, strict=True)]
        return [*found, Sighting(Face(0, 180, 40, 220, score=0.8), True), Sighting(Face(*BOXES[4].tolist(), score=0.2))]


@pytest.fixture(scope="module")
def scored():
    scene = DrawnScene(Path("a.png"), "val", "", BOXES.astype(np.float32), LABELS)
    return score_chain(FixedChain(), [scene])


def test_a_chain_by_hand(scored):
    at = scored.detections.at(scored.threshold)
    assert (at.recall, at.small_recall, at.false_faces_an_image) == (3 / 4, 1, 1)
    # Of the three masked and bare faces from 32 px on, the one below the threshold counts as missed.
    assert scored.state_right == pytest.approx(2 / 3)
    assert scored.incorrect_caught == 0


def test_any_part_of_the_faces_can_be_shown_apart(scored):
    parts = face_slices(scored, {"at the left": lambda face: face.box[0] < 50, "none": lambda face: False})
    assert parts["at the left"] == {"faces": 2, "found": 1, "right": 1}
    assert parts["none"] == {"faces": 0, "found": None, "right": None}


def test_an_aim_is_reached_from_its_own_side():
    assert Row("recall", ">= 0.95", 0.95, 0.95).reached
    assert Row("false faces", "<= 0.1", 0.11, 0.1, smaller=True).reached is False
    assert Row("recall", ">= 0.95", None, 0.95).reached is None


def test_the_anchors_of_the_ssd_are_as_many_as_its_rows():
    anchors = np.concatenate([Aizoo.anchors_of(*pair) for pair in zip(Aizoo.maps, Aizoo.sizes, strict=True)])
    assert anchors.shape == (5972, 4)
    assert anchors[0] == pytest.approx([0.5 / 33, 0.5 / 33, 0.04, 0.04])
