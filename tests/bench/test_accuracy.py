from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from aims import Aim
from card import BEGIN, END, with_figures
from chain_scores import score_chain
from chains import Sighting, TwoSteps
from hypothesis import given
from hypothesis import strategies as st
from lights import LIGHTS, in_light
from peers import Aizoo
from tables import TextTable

from edge.errors import UserError
from edge.vision.face import Face
from training.locator.scenes import Scene

BOXES = np.array([[10, 10, 60, 70], [100, 10, 150, 70], [200, 10, 250, 70], [10, 100, 30, 130], [300, 0, 350, 60]])
LABELS = ("with_mask", "without_mask", "incorrect", "with_mask", "without_mask")


class DrawnScene(Scene):
    def read(self):
        return np.zeros((240, 360, 3), np.uint8)


SCENE = DrawnScene(Path("a.png"), "val", "", BOXES.astype(np.float32), LABELS)


class FixedChain:
    """Finds the first four faces and one that is none; takes the incorrectly masked one for masked."""

    name, files, threshold = "fixed", (), 0.5

    def find(self, image):
        says = [False, True, False, False]
        found = [Sighting(Face(*[*box, 0.9]), what) for box, what in zip(BOXES.tolist()[:4], says, strict=True)]
        return [*found, Sighting(Face(0, 180, 40, 220, score=0.8), True), Sighting(Face(*[*BOXES[4].tolist(), 0.2]))]


@pytest.fixture(scope="module")
def scored():
    return score_chain(FixedChain(), [SCENE])


def test_a_chain_by_hand(scored):
    at = scored.detections.at(scored.threshold)
    assert (at.recall, at.small_recall, at.false_faces_an_image) == (3 / 4, 1, 1)
    # Of the three masked and bare faces from 32 px on, the one below the threshold counts as missed.
    assert scored.state_right.share == pytest.approx(2 / 3)
    assert scored.incorrect_caught.share == 0


def test_a_face_that_the_second_step_finds_unclear_is_not_shown():
    class Unsure(TwoSteps):
        threshold = 0.5

        def locate(self, image):
            return [Face(0, 0, 10, 10, score=0.9), Face(20, 0, 30, 10, score=0.8), Face(40, 0, 50, 10, score=0.3)]

        def judge(self, image, faces):
            return [None, True]

    found = Unsure().find(SCENE.read())
    assert [(sighting.face.left, sighting.not_compliant) for sighting in found] == [(20, True), (40, None)]


def test_any_part_of_the_faces_can_be_shown_apart(scored):
    parts = scored.by_part({"at the left": lambda face: face.box[0] < 50, "none": lambda face: False})
    (found, right), (nothing, _) = parts["at the left"], parts["none"]
    assert (found.images, found.share, right.share) == (2, 1, 1)
    assert (nothing.images, nothing.share) == (0, None)


def test_a_false_face_is_an_alert_only_where_it_is_called_not_compliant(scored):
    assert scored.false_alerts == 1
    ignored = replace(SCENE, ignored=np.array([[0, 170, 50, 230]], np.float32))
    assert score_chain(FixedChain(), [ignored]).false_alerts == 0


def test_an_aim_is_reached_from_its_own_side():
    assert Aim("recall", 0.95, 0.95).reached
    assert Aim("false faces", 0.1, 0.11, smaller=True).reached is False
    assert Aim("recall", 0.95, None).reached is None


@given(st.integers(0, 255), st.integers(2, 40), st.integers(2, 40))
def test_light_keeps_the_shape_and_gray_has_no_color(level, height, width):
    picture = np.random.default_rng(level).integers(0, 256, (height, width, 3), np.uint8)
    for light in LIGHTS.values():
        lit = light(picture)
        assert (lit.shape, lit.dtype) == (picture.shape, np.uint8)
        assert (light(picture) == lit).all()
    assert (np.ptp(LIGHTS["gray"](picture), axis=2) == 0).all()


def test_a_scene_in_other_light_keeps_its_faces():
    lit = in_light(SCENE, lambda picture: picture + 7)
    assert (lit.read() == 7).all()
    assert (lit.boxes == SCENE.boxes).all()


def test_the_card_holds_the_tables_between_its_marks_and_keeps_the_rest():
    card = f"before\n{BEGIN.format('card.py')}\nold\n{END}\nafter\n"
    table = TextTable("Scores", ("", "found"), [("ours", "0.9")]).markdown()
    once = with_figures(card, [table], by="card.py")
    assert "| ours | 0.9 |" in once
    assert "old" not in once
    assert once.startswith("before\n")
    assert once.endswith("after\n")
    assert with_figures(once, [table], by="card.py") == once


def test_a_card_without_marks_is_refused_in_a_sentence():
    with pytest.raises(UserError, match="add both"):
        with_figures("nothing", [], by="card.py")


def test_the_anchors_of_the_ssd_are_as_many_as_its_rows():
    anchors = np.concatenate([Aizoo.anchors_of(*pair) for pair in zip(Aizoo.maps, Aizoo.sizes, strict=True)])
    assert anchors.shape == (5972, 4)
    assert anchors[0] == pytest.approx([0.5 / 33, 0.5 / 33, 0.04, 0.04])
