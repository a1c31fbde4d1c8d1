import hashlib
from dataclasses import replace

import cv2
import numpy as np
import pytest

from edge.vision.face import Face
from training.classifier.datasets import Dataset, read_split
from training.classifier.scene_faces import (
    IGNORED_SCORE,
    LARGEST_SIDE_PX,
    MOST_FALSE,
    places_of,
    scene_faces,
    surroundings,
)
from training.locator.scenes import Scene

BOX = [100.0, 80.0, 150.0, 140.0]


@pytest.fixture
def scene(tmp_path):
    path = tmp_path / "scene.png"
    cv2.imwrite(str(path), np.random.default_rng(1).integers(0, 256, (240, 320, 3), np.uint8))
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    return Scene(path, "train", sha256, np.array([BOX, [10, 10, 22, 20]], np.float32), ("with_mask", "with_mask"))


def test_the_locators_box_replaces_the_annotators(scene):
    (photo,) = scene_faces([scene], lambda image: [Face(104, 84, 156, 142), Face(300, 0, 320, 20)])
    assert photo.face == Face(104, 84, 156, 142)
    assert photo.label == "with_mask"


def test_a_face_that_the_locator_misses_keeps_the_annotators_box(scene):
    (photo,) = scene_faces([scene], lambda image: [])
    assert photo.face == Face(*BOX)


def test_faces_with_other_labels_are_left_out(scene):
    assert scene_faces([Scene(scene.path, "train", "", scene.boxes, ("face", "face"))], lambda image: []) == []


NO_BOXES = np.zeros((0, 5))


def test_a_false_face_of_the_locator_is_unclear(scene):
    (place,) = places_of(scene, lambda image: [Face(105, 85, 150, 140, 0.9), Face(200, 30, 240, 80, 0.2)], no_second)
    assert (place.label, place.split, place.face) == ("unclear", "train", Face(200, 30, 240, 80, 0.2))


def test_where_a_second_detector_sees_a_face_may_be_one_without_a_box(scene):
    second = np.array([[202, 32, 238, 78, 0.5]])
    assert not list(places_of(scene, lambda image: [Face(200, 30, 240, 80, 0.2)], lambda image: second))


def test_an_animal_that_a_second_detector_takes_for_a_face_is_unclear(scene, tmp_path):
    path = tmp_path / "negatives" / "dog.png"
    path.parent.mkdir()
    path.write_bytes(scene.path.read_bytes())
    dog = replace(scene, path=path, boxes=np.zeros((0, 4), np.float32), labels=())
    second = np.array([[202, 32, 238, 78, 0.5]])
    (place,) = places_of(dog, lambda image: [Face(200, 30, 240, 80, 0.2)], lambda image: second)
    assert place.label == "unclear"


def test_ignored_faces_are_unclear_if_they_are_large_enough(scene):
    ignored = replace(scene, ignored=np.array([[200, 30, 240, 80], [10, 100, 22, 112]], np.float32))
    assert [place.face for place in places_of(ignored, lambda image: [], no_second)] == [
        Face(200, 30, 240, 80, IGNORED_SCORE)
    ]


def test_a_pattern_gives_the_surest_false_faces_alone(scene):
    many = [Face(160 + 5 * i, 150, 190 + 5 * i, 180, 0.1 + i / 100) for i in range(20)]
    places = list(places_of(scene, lambda image: many, no_second))
    assert [place.face.left for place in places] == [255 - 5 * i for i in range(MOST_FALSE)]


def test_pictures_without_faces_that_are_not_trained_with_are_to_validate_with(scene):
    (place,) = places_of(replace(scene, split="negatives"), lambda image: [Face(200, 30, 240, 80)], no_second)
    assert place.split == "val"


def no_second(image):
    return NO_BOXES


def test_the_split_remembers_where_the_faces_are(scene, tmp_path):
    photos = scene_faces([scene], lambda image: [])
    Dataset(photos).save_split(tmp_path / "split.csv")
    assert read_split(tmp_path / "split.csv") == photos


def test_surroundings_hold_the_face_where_it_was(scene):
    image, face = scene.read(), Face(*BOX)
    part, moved = surroundings(image, face)
    left, top = round(face.left - moved.left), round(face.top - moved.top)
    assert (part == image[top : top + part.shape[0], left : left + part.shape[1]]).all()


def test_surroundings_of_a_large_face_are_shrunk():
    part, face = surroundings(np.zeros((900, 1200, 3), np.uint8), Face(300, 200, 700, 700))
    assert max(part.shape) <= LARGEST_SIDE_PX
    assert (face.right - face.left) / (face.bottom - face.top) == pytest.approx(400 / 500)
