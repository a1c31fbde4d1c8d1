"""Annotations find their pictures, and folders say the split."""

import pytest

from training.locator.scene_reader import read_scenes

from .drawn import draw, voc_tree, xml


def parents(found):
    return {scene.path.parent.name for scene in found.scenes}


def test_pictures_of_one_name_go_with_the_annotation_beside_them(tmp_path):
    for camera, left in (("camera1", 10), ("camera2", 50)):
        for number in range(40):
            draw(tmp_path / camera / f"{number}.jpg", number + 100 * left)
            (tmp_path / camera / f"{number}.xml").write_text(xml((left, 20, left + 30, 60)))
    found = read_scenes(tmp_path)
    assert len(found.scenes) == 80
    assert all(s.boxes[0, 0] == (10 if s.path.parent.name == "camera1" else 50) for s in found.scenes)


@pytest.mark.parametrize(
    ("pictures", "annotations"),
    [
        ("{camera}/JPEGImages", "{camera}/Annotations"),
        ("images/{camera}", "annotations/{camera}"),
        ("{camera}/images/day", "{camera}/labels/day"),
    ],
)
def test_folders_of_pictures_and_of_annotations_pair_by_what_they_share(tmp_path, pictures, annotations):
    for camera, left in (("one", 10), ("two", 50)):
        for number in range(40):
            draw(tmp_path / pictures.format(camera=camera) / f"{number}.jpg", number + 100 * left)
            file = tmp_path / annotations.format(camera=camera) / f"{number}.xml"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(xml((left, 20, left + 30, 60)))
    found = read_scenes(tmp_path)
    assert len(found.scenes) == 80
    assert all(s.boxes[0, 0] == (10 if "one" in s.path.parts else 50) for s in found.scenes)


def test_an_annotation_does_not_take_the_picture_of_another_folder(tmp_path):
    voc_tree(tmp_path / "one")
    voc_tree(tmp_path / "two")
    (tmp_path / "one" / "p007.png").unlink()
    found = read_scenes(tmp_path)
    assert len(found.scenes) == 119
    assert found.skipped == {"one/p007.xml": "has no picture of its name"}


def test_two_pictures_that_fit_alike_are_not_guessed_between(tmp_path):
    voc_tree(tmp_path)
    draw(tmp_path / "p003.jpg", 900)
    assert "could belong to p003" in read_scenes(tmp_path).skipped["p003.xml"]
    (tmp_path / "p003.xml").write_text(xml(stated=("", "p003.jpg")))
    assert [s.path.name for s in read_scenes(tmp_path).scenes if s.path.stem == "p003"] == ["p003.jpg"]


def test_a_renamed_picture_is_found_by_what_the_annotation_states(tmp_path):
    voc_tree(tmp_path)
    (tmp_path / "p003.png").rename(tmp_path / "other.png")
    (tmp_path / "p003.xml").write_text(xml(stated=("", "other.png")))
    assert len(read_scenes(tmp_path).scenes) == 60


@pytest.mark.parametrize("masks", ["SegmentationClass", "SegmentationObject", "SegmentationClassPNG"])
def test_masks_are_no_photographs(tmp_path, masks):
    for number in range(60):
        draw(tmp_path / "JPEGImages" / f"{number}.jpg", number)
        draw(tmp_path / masks / f"{number}.png", number)
        (tmp_path / "Annotations").mkdir(exist_ok=True)
        (tmp_path / "Annotations" / f"{number}.xml").write_text(xml())
    found = read_scenes(tmp_path)
    assert parents(found) == {"JPEGImages"}
    assert set(found.skipped.values()) == {"is a mask, not a photograph"}


@pytest.mark.parametrize("val", ["val", "valid", "validation"])
@pytest.mark.parametrize("below", ["", "images"])
def test_folders_named_as_splits_are_the_split(tmp_path, val, below):
    for number, (name, count) in enumerate((("train", 30), (val, 10), ("test", 10))):
        voc_tree(tmp_path / name / below, count, of=lambda i, n=number: xml((10, 20, 40, 60 + n)))
    found = read_scenes(tmp_path)
    assert {split: counts["scenes"] for split, counts in found.counts().items()} == {"train": 30, "val": 10, "test": 10}
    assert all(s.boxes[0, 3] == {"train": 60, "val": 61, "test": 62}[s.split] for s in found.scenes)


def test_a_test_folder_alone_is_reported_as_no_split(tmp_path):
    voc_tree(tmp_path / "test", 80)
    found = read_scenes(tmp_path)
    assert all(found.split(split) for split in ("train", "val", "test"))
    assert "folders named test alone are no split" in found.notes[0]


def test_augmented_copies_stay_with_each_other(tmp_path):
    for number in range(120):
        name = f"cam_{number // 3:04}_jpg.rf.{number:032x}"
        draw(tmp_path / f"{name}.jpg", number)
        (tmp_path / f"{name}.xml").write_text(xml())
    splits = {}
    for scene in read_scenes(tmp_path).scenes:
        splits.setdefault(scene.path.name[:8], set()).add(scene.split)
    assert all(len(found) == 1 for found in splits.values())
    assert {split for found in splits.values() for split in found} == {"train", "val", "test"}
