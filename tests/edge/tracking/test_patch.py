import cv2
import numpy as np
import pytest

from edge.tracking.patch import FramePatches, Patch, likeness
from edge.vision.face import Face

BLOCKS = np.random.default_rng(2).integers(0, 256, (40, 54, 1), np.uint8)
GRAIN = np.kron(BLOCKS, np.ones((3, 3, 3), np.uint8))[:, :160]
FACE = Face(40, 30, 88, 78)


def test_a_patch_is_a_few_cells_of_gray():
    gray = Patch.of(GRAIN, FACE).gray
    assert gray.shape == (16, 16)
    assert gray.dtype == np.float32


@pytest.mark.parametrize("box", [(-30, -30, 20, 20), (150, 110, 190, 150), (-90, 10, -40, 60), (200, 300, 220, 320)])
def test_a_box_over_the_edge_still_gives_one(box):
    assert np.isfinite(Patch.of(GRAIN, Face(*box)).gray).all()


def test_a_box_without_an_area_still_gives_one():
    assert Patch.of(GRAIN, Face(50, 50, 50, 50)).gray.shape == (16, 16)


def test_light_makes_no_difference():
    image = np.clip(GRAIN, 60, 180)
    darker = (image * 0.6).astype(np.uint8)
    assert Patch.of(image, FACE).without_light() == pytest.approx(Patch.of(darker, FACE).without_light(), abs=0.1)


def test_an_empty_wall_is_not_blown_up_into_a_picture():
    wall = 90 + GRAIN % 3
    assert np.abs(Patch.of(wall, FACE).without_light()).max() < 0.2


def test_a_blurred_face_is_less_sharp():
    blurred = cv2.blur(GRAIN, (15, 15))
    assert Patch.of(blurred, FACE).sharpness() < Patch.of(GRAIN, FACE).sharpness() / 2


def test_sharpness_does_not_depend_on_contrast():
    pale = (GRAIN * 0.5 + 60).astype(np.uint8)
    assert Patch.of(pale, FACE).sharpness() == pytest.approx(Patch.of(GRAIN, FACE).sharpness(), rel=0.1)


def test_a_face_looks_like_itself_wherever_its_box_is_exactly():
    before = Patch.of(GRAIN, FACE)
    assert likeness(before, before) == pytest.approx(1, abs=1e-4)
    assert likeness(before, Patch.of(GRAIN, Face(43, 33, 91, 81))) > 0.9
    assert likeness(before, Patch(before.gray * 0.5 + 30)) > 0.99
    assert likeness(before, Patch.of(GRAIN, Face(100, 60, 148, 108))) < 0.5


def test_where_there_is_nothing_to_see_everything_looks_alike():
    gray = Patch(np.full((16, 16), 120, np.float32))
    assert likeness(gray, Patch.of(GRAIN, FACE)) == 1.0


def test_the_patches_of_a_frame_are_those_of_its_faces():
    patches, before = FramePatches(GRAIN), Patch.of(GRAIN, Face(43, 33, 91, 81))
    for face in (FACE, Face(100, 60, 148, 108), FACE):
        assert (patches.of(face).gray == Patch.of(GRAIN, face).gray).all()
        assert patches.likeness(before, face) == likeness(before, Patch.of(GRAIN, face))


def test_a_patch_is_made_once_for_all_who_ask():
    patches = FramePatches(GRAIN)
    assert patches.of(FACE) is patches.of(Face(40, 30, 88, 78))
