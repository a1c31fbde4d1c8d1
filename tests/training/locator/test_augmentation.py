import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.common.camera_effects import EFFECTS, poor_camera
from training.locator.augmentation import AnnotatedImage, cut, training_picture, turned_boxes

SIZE = (240, 320)


def disc_scene(height=300, width=400, x=150, y=120, radius=40):
    image = np.zeros((height, width, 3), np.uint8)
    cv2.circle(image, (x, y), radius, (255, 255, 255), -1)
    return AnnotatedImage(image, np.array([[x - radius, y - radius, x + radius, y + radius]], np.float32))


@given(st.integers(0, 2**32))
@settings(max_examples=50, deadline=None)
def test_boxes_stay_on_their_faces(seed):
    picture, truth = cut(disc_scene(), SIZE, np.random.default_rng(seed))
    assert picture.shape == (*SIZE, 3)
    for left, top, right, bottom in truth.faces:
        bright = picture[int(top) : int(bottom) + 1, int(left) : int(right) + 1] > 200
        assert bright.mean() > 0.5
        assert picture[int((top + bottom) / 2), int((left + right) / 2)].min() > 200


@given(st.lists(st.floats(5, 200), min_size=2, max_size=2), st.floats(-90, 90))
def test_a_turned_box_holds_the_turned_ellipse_and_touches_it(sides, degrees):
    box = np.array([[100, 80, 100 + sides[0], 80 + sides[1]]])
    matrix = cv2.getRotationMatrix2D((160, 120), degrees, 1.0)
    around = np.linspace(0, 2 * np.pi, 720)
    middle, half = np.array([100, 80]) + np.array(sides) / 2, np.array(sides) / 2
    points = (middle + half * np.stack([np.cos(around), np.sin(around)], 1)) @ matrix[:, :2].T + matrix[:, 2]
    assert turned_boxes(box, matrix)[0] == pytest.approx([*points.min(0), *points.max(0)], abs=0.01 * max(sides))


def test_faces_come_in_many_sizes():
    scenes = [disc_scene(), disc_scene(600, 800, 300, 300, 20), disc_scene(300, 300, 150), disc_scene(200, 500, 90, 90)]
    truths = [training_picture(scenes, SIZE, np.random.default_rng(seed))[1] for seed in range(200)]
    sizes = [box[3] - box[1] for truth in truths for box in truth.faces]
    assert min(sizes) < 16
    assert max(sizes) > 150


@given(st.integers(0, 2**32))
@settings(max_examples=20, deadline=None)
def test_the_same_seed_makes_the_same_picture(seed):
    scenes = [disc_scene(), disc_scene(200, 200, 90), disc_scene(100, 500, 300, 50), AnnotatedImage(
        np.zeros((64, 48, 3), np.uint8), np.zeros((0, 4), np.float32), suspect=True)]  # fmt: skip
    first, truth = training_picture(scenes, SIZE, np.random.default_rng(seed))
    again, truth_again = training_picture(scenes, SIZE, np.random.default_rng(seed))
    assert first.shape == (*SIZE, 3)
    assert (first == again).all()
    assert (truth.rows() == truth_again.rows()).all()


def test_where_faces_may_be_missed_finding_one_is_half_a_mistake():
    scene = AnnotatedImage(np.zeros((240, 320, 3), np.uint8), np.zeros((0, 4), np.float32), suspect=True)
    _, truth = cut(scene, SIZE, np.random.default_rng(1))
    assert truth.ignored[:, 4].tolist() == [0.5]


@pytest.mark.parametrize("effect", [effect for _, effect in EFFECTS], ids=lambda effect: effect.__name__)
def test_each_effect_keeps_shape_and_type(effect):
    picture = np.random.default_rng(1).integers(0, 256, (60, 80, 3), np.uint8)
    for seed in range(5):
        changed = effect(picture, np.random.default_rng(seed))
        assert (changed.shape, changed.dtype) == (picture.shape, np.uint8)
        assert (changed != picture).any()


def test_a_poor_camera_is_poor_in_many_ways():
    picture = np.random.default_rng(1).integers(0, 256, (60, 80, 3), np.uint8)
    seen = {poor_camera(picture, np.random.default_rng(seed)).tobytes() for seed in range(10)}
    assert len(seen) == 10
