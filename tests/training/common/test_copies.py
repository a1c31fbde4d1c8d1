"""The same picture twice, as something else."""

import shutil

import pytest

from training.classifier.dataset_reader import read_dataset
from training.common.copies import Placed, contradictions
from training.locator.scene_reader import read_scenes


@pytest.fixture
def faces(drawn_faces, tmp_path):
    return shutil.copytree(drawn_faces, tmp_path / "faces")


def test_a_picture_in_two_classes_is_reported(faces):
    first, second = sorted((faces / "with_mask").iterdir())[:2]
    shutil.copy(first, faces / "without_mask/copy.png")
    shutil.copy(second, faces / "with_mask/copy.png")
    note = read_dataset(faces).notes[-1]
    assert note.startswith("1 picture is there more than once (with_mask/")
    assert note.endswith("and without_mask/copy.png), and in more than one class: keep each in the right one")


def test_a_scene_in_training_and_test_is_reported(draw_scenes, tmp_path):
    for split, first in (("train", 0), ("val", 50), ("test", 0)):
        draw_scenes(tmp_path, split, first=first)
    (note,) = read_scenes(tmp_path).notes
    assert note.startswith(
        "24 pictures are there more than once (train/000.png and test/000.png), and in more than one"
    )


def test_copies_with_the_same_label_are_not_reported(tmp_path):
    twice = [Placed(tmp_path / name, "0", "train", "with_mask") for name in ("a.png", "b.png")]
    assert list(contradictions([*twice, Placed(tmp_path / "c.png", "1", "val", "with_mask")], tmp_path)) == []
