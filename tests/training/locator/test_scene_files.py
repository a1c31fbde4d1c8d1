"""Files, labels and tables as people bring them: what is right is used, and everything else is named."""

import os
import shutil

import numpy as np
import pytest

from edge.errors import UserError
from training.common.labels import LabelMap
from training.locator.scene_reader import read_scenes

from .drawn import HEIGHT, WIDTH, draw, turned, voc_tree, xml


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
    assert found.notes == ("20 boxes labeled person are taken for faces; --labels person=ignore leaves them out",)
    ignored = read_scenes(tmp_path, LabelMap.parse(["person=ignore"], ["ignore"]))
    assert sum(counts["faces"] for counts in ignored.counts().values()) == 40


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


def test_an_annotation_in_the_encoding_that_it_declares_is_read(tmp_path):
    voc_tree(tmp_path)
    (tmp_path / "p003.xml").write_bytes(
        f"<?xml version='1.0' encoding='GB2312'?>{xml(label='戴口罩')}".encode("gb2312")
    )
    (tmp_path / "p004.xml").write_bytes(f"<?xml version='1.0' encoding='utf-99'?>{xml()}".encode())
    found = read_scenes(tmp_path)
    assert {scene.path.stem: scene for scene in found.scenes}["p003"].labels == ("戴口罩",)
    assert found.skipped == {"p004.xml": "declares the encoding utf-99, which is unknown: save it as UTF-8"}


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
