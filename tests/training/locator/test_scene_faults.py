"""Annotated scenes as people bring them: what is right is used, and everything else is named."""

import os
import shutil

import numpy as np
import pytest

from edge.errors import UserError
from training.common.labels import LabelMap
from training.common.left_out import summary
from training.locator.scene_reader import read_scenes

from .drawn import HEIGHT, WIDTH, draw, turned, voc_tree, xml


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


def test_a_lonely_test_folder_is_said_to_be_no_split(tmp_path):
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


IMPOSSIBLE = {
    "inverted": ((40, 60, 10, 20), "right or lower edge comes before"),
    "turned about": ((40, 20, 10, 60), "right or lower edge comes before"),
    "flat": ((10, 20, 10, 60), "without width or height"),
    "a point": ((10, 20, 10, 20), "without width or height"),
    "outside": ((400, 300, 500, 420), "outside the picture, which is 160x120"),
    "left of it": ((-90, 20, -10, 60), "outside the picture"),
    "far too large": ((0, 0, 1000, 1000), "outside the picture"),
    "shares": ((0.1, 0.2, 0.4, 0.6), "in shares of the picture"),
    "nan": (("nan", 20, 40, 60), "something else than numbers"),
    "infinite": ((10, 20, "inf", 60), "something else than numbers"),
    "words": (("ten", 20, 40, 60), "something else than numbers"),
    "underscores": (("1_0", 20, 40, 60), "something else than numbers"),
    "no box": (None, "without a box"),
    "empty": (("", "", "", ""), "without a box"),
}


@pytest.mark.parametrize(("box", "reason"), IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_a_scene_with_an_impossible_box_is_left_out_and_named(tmp_path, box, reason):
    voc_tree(tmp_path, of=lambda number: xml(box) if number in (7, 19, 33) else xml())
    found = read_scenes(tmp_path)
    assert len(found.scenes) == 57
    assert sorted(found.skipped) == ["p007.xml", "p019.xml", "p033.xml"]
    (line,) = summary(found.skipped)
    assert line.startswith("3 not used: p007.xml, p019.xml, p033.xml (")
    assert reason in line


@pytest.mark.parametrize(("box", "reason"), IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_a_folder_of_impossible_boxes_is_refused(tmp_path, box, reason):
    with pytest.raises(UserError, match=rf"has 60 annotated pictures that cannot be used.*{reason}") as refusal:
        read_scenes(voc_tree(tmp_path, of=lambda _: xml(box)))
    assert "\n" not in str(refusal.value)


def test_the_same_boxes_in_a_table_are_left_out_too(scenes_folder):
    with (scenes_folder / "train.csv").open("a") as file:
        file.write("000.png,160,120,40,60,10,20,with_mask\n")
    found = read_scenes(scenes_folder)
    assert "right or lower edge" in found.skipped["train/000.png"]
    assert len(found.split("train")) == 23


def test_boxes_of_a_larger_copy_are_scaled_by_the_stated_size(tmp_path):
    found = read_scenes(voc_tree(tmp_path, of=lambda _: xml((40, 80, 160, 240), size=(640, 480))))
    assert all(scene.boxes.tolist() == [[10, 20, 40, 60]] for scene in found.scenes)
    assert found.notes == ("60 scenes: boxes scaled from the size that the annotation states",)


def test_boxes_of_a_picture_of_another_shape_are_not_believed(tmp_path):
    found = read_scenes(voc_tree(tmp_path, of=lambda n: xml(size=(640, 640) if n == 5 else (WIDTH, HEIGHT))))
    assert found.skipped == {"p005.xml": "is annotated as 640x640 pixels, but has 160x120 pixels"}


@pytest.mark.parametrize("size", [None, (0, 0), ("", ""), ("x", "y")])
def test_a_size_that_is_missing_or_nothing_is_no_fault(tmp_path, size):
    assert len(read_scenes(voc_tree(tmp_path, of=lambda _: xml(size=size))).scenes) == 60


@pytest.mark.parametrize(
    ("convention", "orientation"),
    [("upright", value) for value in range(2, 9)] + [("stored", value) for value in range(5, 9)],
)
def test_the_stated_size_says_how_a_turned_picture_was_annotated(tmp_path, orientation, convention):
    voc_tree(tmp_path)
    turned(tmp_path / "t.jpg", 1, orientation)
    sides_swapped = orientation >= 5
    stored_box = (10, 20, 40, 60)
    if convention == "stored":
        text = xml(stored_box)
    else:
        size = (HEIGHT, WIDTH) if sides_swapped else (WIDTH, HEIGHT)
        text = xml(UPRIGHT[orientation], size=size)
    (tmp_path / "t.xml").write_text(text)
    (scene,) = (s for s in read_scenes(tmp_path).scenes if s.path.name == "t.jpg")
    left, top, right, bottom = scene.boxes[0].astype(int)
    image = scene.read()
    assert image.shape[:2] == ((WIDTH, HEIGHT) if sides_swapped else (HEIGHT, WIDTH))
    inside = image[top + 2 : bottom - 2, left + 2 : right - 2]
    assert inside.min() > 200
    assert (image > 200).all(-1).sum() == pytest.approx((bottom - top) * (right - left), rel=0.1)


UPRIGHT = {
    2: (120, 20, 150, 60), 3: (120, 60, 150, 100), 4: (10, 60, 40, 100), 5: (20, 10, 60, 40), 6: (60, 10, 100, 40),
    7: (60, 120, 100, 150), 8: (20, 120, 60, 150),
}  # fmt: skip
"""Where the bright square is once the picture is turned, by orientation."""


def test_a_turned_picture_without_a_stated_size_is_taken_as_drawn_upright_and_that_is_said(tmp_path):
    voc_tree(tmp_path)
    turned(tmp_path / "t.jpg", 1, 6)
    (tmp_path / "t.xml").write_text(xml(UPRIGHT[6], size=None))
    found = read_scenes(tmp_path)
    (scene,) = (s for s in found.scenes if s.path.name == "t.jpg")
    assert scene.boxes.tolist() == [list(UPRIGHT[6])]
    assert "boxes taken as drawn upright" in found.notes[0]


def test_without_a_stated_size_boxes_that_only_fit_the_stored_picture_are_turned(tmp_path):
    voc_tree(tmp_path)
    turned(tmp_path / "t.jpg", 1, 6)
    (tmp_path / "t.xml").write_text(xml((130, 20, 155, 60), size=None))
    (scene,) = (s for s in read_scenes(tmp_path).scenes if s.path.name == "t.jpg")
    assert scene.boxes.tolist() == [[60, 130, 100, 155]]


def test_tables_follow_the_same_rule_for_turned_pictures(scenes_folder):
    for name, size, box in (("stored.jpg", "160,120", "10,20,40,60"), ("upright.jpg", "120,160", "60,10,100,40")):
        turned(scenes_folder / "train" / name, 1 if name == "stored.jpg" else 2, 6)
        with (scenes_folder / "train.csv").open("a") as file:
            file.write(f"{name},{size},{box},face\n")
    scenes = {s.path.name: s for s in read_scenes(scenes_folder).scenes}
    assert scenes["stored.jpg"].boxes.tolist() == scenes["upright.jpg"].boxes.tolist() == [[60, 10, 100, 40]]


def test_companion_files_of_macos_are_none_of_the_data(tmp_path):
    voc_tree(tmp_path)
    for path in list(tmp_path.iterdir()):
        path.with_name(f"._{path.name}").write_bytes(b"\0\5\26\7")
    (tmp_path / ".DS_Store").write_bytes(b"\0\0\0\1Bud1")
    shutil.copytree(tmp_path, tmp_path / "__MACOSX")
    found = read_scenes(tmp_path)
    assert len(found.scenes) == 60
    assert found.skipped == {}


@pytest.mark.parametrize(
    ("names", "meanings"),
    [
        (("face_mask", "face"), ("with_mask", "without_mask")),
        (("with_mask", "mask_weared_incorrect"), ("with_mask", "incorrect")),
        (("Mask", "No-Mask"), ("with_mask", "without_mask")),
        (("face", "head"), ("face", "head")),
    ],
)
def test_the_usual_labels_are_known(tmp_path, names, meanings):
    found = read_scenes(voc_tree(tmp_path, of=lambda n: xml(label=names[n % 2])))
    assert {label for scene in found.scenes for label in scene.labels} == set(meanings)
    assert len(found.notes) == sum(a != b for a, b in zip(names, meanings, strict=True))


def test_boxes_of_something_else_are_said_to_be_taken_for_faces(tmp_path):
    found = read_scenes(voc_tree(tmp_path, of=lambda number: xml(label="face" if number % 3 else "person")))
    assert found.notes == ("20 boxes labelled person are taken for faces; --labels person=ignore leaves them out",)
    ignored = read_scenes(tmp_path, LabelMap.parse(["person=ignore"], ["ignore"]))
    assert sum(counts["faces"] for counts in ignored.counts().values()) == 40


def test_a_box_that_is_written_twice_counts_once(scenes_folder):
    table = scenes_folder / "train.csv"
    lines = table.read_text().splitlines()
    table.write_text("\n".join([*lines, lines[1], lines[2]]) + "\n")
    found = read_scenes(scenes_folder)
    assert "2 boxes are written more than once and count once" in found.notes
    assert max(len(scene.boxes) for scene in found.scenes) == 1


@pytest.mark.parametrize("name", ["_annotations.coco.json", "labels/0.txt"])
def test_other_forms_of_annotation_are_told_to_be_converted(tmp_path, name):
    draw(tmp_path / "0.jpg", 0)
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("{}")
    with pytest.raises(UserError, match="such as COCO or YOLO, must be converted first"):
        read_scenes(tmp_path)


def test_labels_can_be_given(tmp_path):
    labels = LabelMap.parse(["kein Mund-Schutz=without_mask"], ("with_mask", "without_mask"))
    found = read_scenes(voc_tree(tmp_path, of=lambda _: xml(label="Kein Mund-Schutz")), labels)
    assert {label for scene in found.scenes for label in scene.labels} == {"without_mask"}


@pytest.mark.parametrize("pair", ["a", "a=", "=with_mask", "a=other"])
def test_a_label_pair_that_says_nothing_is_refused(pair):
    with pytest.raises(UserError, match=f"--labels {pair} is not THEIRS=OURS"):
        LabelMap.parse([pair], ("with_mask",))


BAD_XML = {
    "empty": b"",
    "cut off": b"<annotation>",
    "another tool": b"<annotations><image/></annotations>",
    "deep": b"<annotation>" + b"<a>" * 200_000 + b"</a>" * 200_000 + b"</annotation>",
    "unknown encoding": b"<?xml version='1.0' encoding='utf-99'?><annotation/>",
    "entities": b"<!DOCTYPE a [<!ENTITY b '" + b"c" * 50 + b"'>]><annotation>" + b"&d;" + b"</annotation>",
    "binary": bytes(range(256)),
    "json": b'{"shapes": []}',
}


@pytest.mark.parametrize("content", BAD_XML.values(), ids=BAD_XML)
def test_files_that_are_no_annotation_are_all_named(tmp_path, content):
    voc_tree(tmp_path)
    for number in (3, 4):
        (tmp_path / f"p{number:03}.xml").write_bytes(content)
    found = read_scenes(tmp_path)
    assert len(found.scenes) == 58
    assert sorted(found.skipped) == ["p003.xml", "p004.xml"]
    assert all("no Pascal VOC annotation" in reason for reason in found.skipped.values())


@pytest.mark.parametrize("encoding", ["utf-16", "windows-1252", "utf-8-sig"])
def test_annotations_in_the_encodings_of_windows_are_read(tmp_path, encoding):
    voc_tree(tmp_path)
    (tmp_path / "p003.xml").write_bytes(xml(label="T\N{LATIN SMALL LETTER U WITH DIAERESIS}r").encode(encoding))
    scenes = {s.path.stem: s for s in read_scenes(tmp_path).scenes}
    assert scenes["p003"].labels == ("T\N{LATIN SMALL LETTER U WITH DIAERESIS}r",)


@pytest.mark.parametrize("suffix", [".jfif", ".jpe", ".JPG", ".tif", ".avif", ".webp"])
def test_every_usual_ending_is_read(tmp_path, suffix):
    from PIL import Image

    voc_tree(tmp_path)
    formats = {".tif": "TIFF", ".avif": "AVIF", ".webp": "WEBP"}
    picture = Image.fromarray(np.full((HEIGHT, WIDTH, 3), 77, np.uint8))
    picture.save(tmp_path / f"x{suffix}", formats.get(suffix, "JPEG"))
    (tmp_path / "x.xml").write_text(xml())
    scenes = {s.path.stem: s for s in read_scenes(tmp_path).scenes}
    assert scenes["x"].read().shape == (HEIGHT, WIDTH, 3)


def test_a_heic_picture_is_said_not_to_be_read(tmp_path):
    voc_tree(tmp_path)
    (tmp_path / "x.HEIC").write_bytes(b"\0\0\0\x18ftypheic")
    (tmp_path / "x.xml").write_text(xml())
    found = read_scenes(tmp_path)
    assert "HEIC format, which is not read" in found.skipped["x.HEIC"]
    assert found.skipped["x.xml"] == "has no picture of its name"


def test_a_name_that_is_no_utf8_is_read_and_written_down(tmp_path):
    from training.locator.scenes import read_split

    voc_tree(tmp_path / "data")
    name = os.fsdecode(b"T\xfcr")
    for suffix in (".png", ".xml"):
        (tmp_path / "data" / f"p003{suffix}").rename(tmp_path / "data" / f"{name}{suffix}")
    found = read_scenes(tmp_path / "data")
    found.save_split(tmp_path / "split.csv")
    again = read_split(tmp_path / "split.csv")
    assert [scene.path for scene in again.scenes] == [scene.path for scene in found.scenes]
    assert all(scene.read().shape == (HEIGHT, WIDTH, 3) for scene in again.scenes if scene.path.stem == name)


def test_a_cut_off_picture_is_left_out(tmp_path):
    voc_tree(tmp_path)
    turned(tmp_path / "x.jpg", 1, 1)
    (tmp_path / "x.xml").write_text(xml())
    (tmp_path / "x.jpg").write_bytes((tmp_path / "x.jpg").read_bytes()[:-200])
    assert read_scenes(tmp_path).skipped == {"x.xml": "is cut off: its file is incomplete"}


def test_folders_without_a_table_are_named(scenes_folder):
    (scenes_folder / "validation2").mkdir()
    assert "without a table" in read_scenes(scenes_folder).skipped["validation2"]


def test_rows_name_their_pictures_in_any_usual_way(scenes_folder):
    text = (scenes_folder / "train.csv").read_text()
    assert "000.png" in text
    text = text.replace("000.png", "TRAIN\\000.PNG").replace("001.png", "train/001.png")
    (scenes_folder / "train.csv").write_text(text)
    found = read_scenes(scenes_folder)
    assert found.skipped == {}
    assert all(len(scene.boxes) for scene in found.split("train"))


def test_pictures_without_a_row_are_counted(scenes_folder):
    draw(scenes_folder / "train" / "x.png", 1)
    assert read_scenes(scenes_folder).notes == ("1 without a row in train.csv: used as scenes without a face",)


def test_a_damaged_split_file_is_refused_in_a_sentence(scenes_folder, tmp_path):
    from training.locator.scenes import read_split

    found = read_scenes(scenes_folder)
    found.save_split(tmp_path / "split.csv")
    content = (tmp_path / "split.csv").read_text()
    for damaged in (content.replace("[[", "[[x", 1), content.replace("]]", "]", 1), content.replace("1", "NaN", 9)):
        (tmp_path / "split.csv").write_text(damaged)
        with pytest.raises(UserError, match="damaged"):
            read_split(tmp_path / "split.csv")
