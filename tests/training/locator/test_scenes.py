import shutil

import cv2
import numpy as np
import pytest

from edge.errors import UserError
from training.locator.scene_reader import read_scenes
from training.locator.scenes import read_split

VOC = """<annotation><object><name>face</name><bndbox>
<xmin>10</xmin><ymin>20</ymin><xmax>40</xmax><ymax>60</ymax></bndbox></object></annotation>"""


def voc_folder(folder, count=80, xml=VOC):
    (folder / "images").mkdir(parents=True)
    (folder / "annotations").mkdir()
    for number in range(count):
        assert cv2.imwrite(str(folder / "images" / f"{number}.png"), np.full((80, 80, 3), number, np.uint8))
        (folder / "annotations" / f"{number}.xml").write_text(xml)
    return folder


def test_csv_scenes_keep_their_splits(scenes_folder):
    found = read_scenes(scenes_folder)
    assert {split: counts["scenes"] for split, counts in found.counts().items()} == {"train": 24, "val": 4, "test": 4}
    scene = found.split("train")[0]
    assert scene.boxes.shape == (1, 4)
    assert scene.labels == ("with_mask",)
    assert scene.read().shape == (120, 160, 3)


def test_extra_scenes_are_for_training(scenes_folder, draw_scenes):
    draw_scenes(scenes_folder, "extra", 3, first=900)
    assert len(read_scenes(scenes_folder).split("train")) == 27


def test_a_picture_without_a_row_is_a_scene_without_faces(scenes_folder):
    assert cv2.imwrite(str(scenes_folder / "val" / "empty.png"), np.zeros((50, 50, 3), np.uint8))
    empty = [scene for scene in read_scenes(scenes_folder).split("val") if not len(scene.boxes)]
    assert [scene.path.name for scene in empty] == ["empty.png"]
    assert empty[0].boxes.shape == (0, 4)


@pytest.mark.parametrize("label", ["ignore", "Ignore", "IGNORE "])
def test_a_box_to_ignore_is_no_face(scenes_folder, label):
    with (scenes_folder / "val.csv").open("a") as file:
        file.write(f"100.png,160,120,1,2,11,12,{label}\n")
    before = read_scenes(scenes_folder).split("val")
    (scene,) = (scene for scene in before if scene.path.name == "100.png")
    assert (len(scene.boxes), scene.labels, scene.ignored.tolist()) == (1, ("with_mask",), [[1, 2, 11, 12]])


def test_a_difficult_object_of_pascal_voc_is_ignored(tmp_path):
    difficult = VOC.replace("<bndbox>", "<difficult>1</difficult><bndbox>")
    scene = read_scenes(voc_folder(tmp_path / "voc", xml=VOC.replace("</annotation>", difficult[12:]))).scenes[0]
    assert (scene.boxes.tolist(), scene.ignored.tolist()) == ([[10, 20, 40, 60]], [[10, 20, 40, 60]])


@pytest.mark.parametrize("name", ["negatives", "Negatives"])
def test_a_fifth_of_the_pictures_without_faces_is_kept_from_training(scenes_folder, name):
    (scenes_folder / name).mkdir()
    for level in range(200):
        picture = np.full((16, 16, 3), level, np.uint8)
        assert cv2.imwrite(str(scenes_folder / name / f"{level}.png"), picture)
    found = read_scenes(scenes_folder)
    kept = found.split("negatives")
    assert len(kept) + len(found.split("train")) == 224
    assert 20 < len(kept) < 60
    assert {scene.path for scene in kept} < {scene.path for scene in found.choosing}
    assert all(scene.without_faces for scene in kept)


@pytest.mark.parametrize(("one", "other"), [("train", "Train"), ("negatives", "Negatives")])
def test_two_folders_of_one_name_are_refused(scenes_folder, one, other):
    for name in (one, other):
        (scenes_folder / name).mkdir(exist_ok=True)
    with pytest.raises(UserError, match=f"has {other} and {one}: keep one of them"):
        read_scenes(scenes_folder)


def test_scenes_of_an_unseen_source_are_never_trained_with(scenes_folder, draw_scenes):
    before = read_scenes(scenes_folder).digest
    draw_scenes(scenes_folder, "unseen", 3, first=800)
    found = read_scenes(scenes_folder)
    assert (found.digest, len(found.split("unseen"))) == (before, 3)


def test_the_manifest_says_where_faces_may_have_been_missed(scenes_folder):
    (scenes_folder / "manifest.csv").write_text("path,n_unannotated_suspect\nscenes/train/000.png,2\n")
    assert read_scenes(scenes_folder).split("train")[0].unannotated == 2


def test_the_digest_depends_on_the_pictures_not_on_their_names(scenes_folder):
    before = read_scenes(scenes_folder).digest
    (scenes_folder / "train" / "000.png").rename(scenes_folder / "train" / "zzz.png")
    assert read_scenes(scenes_folder).digest == before
    (scenes_folder / "train" / "zzz.png").unlink()
    assert read_scenes(scenes_folder).digest != before


def test_a_damaged_picture_is_passed_over_with_a_reason(scenes_folder):
    (scenes_folder / "train" / "000.png").write_bytes(b"no picture")
    found = read_scenes(scenes_folder)
    assert len(found.split("train")) == 23
    assert found.skipped == {"train/000.png": "cannot be read as a picture"}


def test_a_row_without_its_picture_is_told(scenes_folder):
    (scenes_folder / "train" / "000.png").unlink()
    assert read_scenes(scenes_folder).skipped == {"train/000.png": "is named in the CSV but is not there"}


def test_pascal_voc_is_split_by_content_and_always_alike(tmp_path):
    found = read_scenes(voc_folder(tmp_path / "voc"))
    assert all(found.split(split) for split in ("train", "val", "test"))
    assert found.split("val")[0].boxes.tolist() == [[10, 20, 40, 60]]
    shutil.copytree(tmp_path / "voc", tmp_path / "other")
    again = read_scenes(tmp_path / "other")
    assert [s.split for s in again.scenes] == [s.split for s in found.scenes]


def append_row(folder, row):
    with (folder / "train.csv").open("a") as file:
        file.write(row + "\n")


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda folder: shutil.rmtree(folder), "no folder"),
        (lambda folder: (folder / "train.csv").unlink(), "neither a train.csv nor"),
        (lambda folder: (folder / "train.csv").write_text("image,xmin\n000.png,3\n"), "has no column ymin, xmax, ymax"),
        (lambda folder: append_row(folder, "000.png,160,120,1,2,three,4,face"), "Line 26 of .*'three' in column xmax"),
        (lambda folder: (folder / "val.csv").unlink(), "0 scenes with faces to validate"),
    ],
)
def test_bad_folders_are_refused_in_a_sentence(scenes_folder, damage, message):
    damage(scenes_folder)
    with pytest.raises(UserError, match=message):
        read_scenes(scenes_folder)


def test_a_damaged_annotation_is_refused(tmp_path):
    with pytest.raises(UserError, match="no Pascal VOC annotation"):
        read_scenes(voc_folder(tmp_path / "voc", xml="<annotation>"))


def test_a_split_that_was_written_down_is_read_back(scenes_folder, tmp_path):
    found = read_scenes(scenes_folder)
    found.save_split(tmp_path / "split.csv")
    again = read_split(tmp_path / "split.csv")
    assert again.digest == found.digest
    for before, after in zip(found.scenes, again.scenes, strict=True):
        assert (after.path, after.split, after.labels) == (before.path, before.split, before.labels)
        assert (after.boxes == before.boxes).all()
        assert (after.ignored == before.ignored).all()
