"""Folders of photographs as people bring them: what is right is used, and everything else is named."""

import os
import shutil

import cv2
import numpy as np
import pytest

from edge.errors import UserError
from training.classifier.dataset_reader import read_dataset, read_further
from training.classifier.datasets import Dataset, read_split
from training.common.labels import LabelMap
from training.common.left_out import summary
from training.common.splits import SPLITS

NOT_UTF8 = os.fsdecode(b"T\xfcr_000.png")


def draw_splits(folder, draw_class, count=20):
    for number, split in enumerate(SPLITS):
        for label in ("with_mask", "without_mask"):
            draw_class(folder / split / label, count, first=100 * number)


@pytest.mark.parametrize("name", ["mask_weared_incorrect", "Incorrect", "improper mask", "incorrect-mask"])
def test_a_third_class_of_a_usual_name_is_read_and_that_is_said(two_classes, draw_class, name):
    draw_class(two_classes / name)
    dataset = read_dataset(two_classes)
    assert sum(photo.label == "incorrect" for photo in dataset.photos) == 24
    assert f"24 pictures in {name}/ are read as incorrect" in dataset.notes


@pytest.mark.parametrize("name", ["Unclear", "NOT_COMPLIANT", "Not compliant"])
def test_a_class_folder_in_other_letters_is_read(tmp_path, draw_class, name):
    draw_class(tmp_path / name, 3)
    assert [photo.label for photo in read_further(tmp_path).photos] == [name.lower().replace(" ", "_")] * 3


def test_a_folder_of_an_unknown_name_is_named_and_counted(two_classes, draw_class):
    draw_class(two_classes / "incorect")
    dataset = read_dataset(two_classes)
    assert len(dataset.photos) == 48
    (line,) = summary(dataset.skipped)
    assert "incorect/" in line
    assert "24 pictures: is none of the class folders" in line
    assert "--labels incorect=CLASS" in line
    labels = LabelMap.parse(["incorect=incorrect"], ("incorrect",))
    assert len(read_dataset(two_classes, labels).photos) == 72


def test_a_misspelled_class_that_must_be_there_is_named_in_the_refusal(two_classes):
    (two_classes / "without_mask").rename(two_classes / "wihtout_mask")
    with pytest.raises(UserError, match=r"has no without_mask/ \(1 not used: wihtout_mask/"):
        read_dataset(two_classes)


def test_pictures_in_folders_within_a_class_are_counted(two_classes, draw_class):
    draw_class(two_classes / "with_mask" / "bob", 30, first=500)
    dataset = read_dataset(two_classes)
    assert len(dataset.photos) == 48
    assert dataset.skipped["with_mask/bob/"].startswith("30 pictures: lies in a folder within a class folder")


@pytest.mark.parametrize("suffix", [".jfif", ".jpe", ".JPG", ".tif", ".TIFF", ".avif", ".webp", ".gif", ".bmp"])
def test_pictures_of_every_usual_ending_are_used(two_classes, suffix):
    from PIL import Image

    formats = {".tif": "TIFF", ".tiff": "TIFF", ".avif": "AVIF", ".webp": "WEBP", ".gif": "GIF", ".bmp": "BMP"}
    picture = Image.fromarray(np.full((40, 30, 3), 77, np.uint8))
    picture.save(two_classes / "with_mask" / f"x{suffix}", formats.get(suffix.lower(), "JPEG"))
    (photo,) = (photo for photo in read_dataset(two_classes).photos if photo.path.stem == "x")
    assert photo.read().shape == (40, 30, 3)


@pytest.mark.parametrize("suffix", [".heic", ".HEIF", ".cr2", ".psd"])
def test_pictures_that_are_not_read_are_said_so(two_classes, suffix):
    (two_classes / "with_mask" / f"x{suffix}").write_bytes(b"anything")
    assert "not read: save it as JPEG" in read_dataset(two_classes).skipped[f"with_mask/x{suffix}"]


def test_a_class_of_heic_alone_is_refused_with_the_reason(two_classes):
    for path in list((two_classes / "with_mask").iterdir()):
        path.rename(path.with_suffix(".HEIC"))
    with pytest.raises(UserError, match=r"has 0 usable pictures of class with_mask .*HEIC format, which is not read"):
        read_dataset(two_classes)


def test_companions_are_not_mentioned(two_classes):
    for name in (".DS_Store", "Thumbs.db", "desktop.ini", "._000.png"):
        (two_classes / "with_mask" / name).write_bytes(b"\0\5\26\7")
        (two_classes / name).write_bytes(b"\0\5\26\7")
    dataset = read_dataset(two_classes)
    assert len(dataset.photos) == 48
    assert dataset.skipped == {}


def test_a_name_that_is_no_utf8_is_used_and_written_down(two_classes, tmp_path):
    (two_classes / "with_mask" / "000.png").rename(two_classes / "with_mask" / NOT_UTF8)
    dataset = read_dataset(two_classes)
    dataset.save_split(tmp_path / "split.csv")
    again = read_split(tmp_path / "split.csv")
    assert again == dataset.photos
    assert any(photo.path.name == NOT_UTF8 for photo in again)
    assert all(photo.read().shape == (24, 24, 3) for photo in again)


@pytest.mark.parametrize("val", ["val", "valid", "Validation"])
def test_split_folders_of_other_tools_are_the_split(tmp_path, draw_class, val):
    draw_splits(tmp_path, draw_class)
    (tmp_path / "val").rename(tmp_path / val)
    draw_class(tmp_path / "with_mask", 5)
    dataset = read_dataset(tmp_path)
    assert dataset.counts()["val"] == {"with_mask": 20, "without_mask": 20}
    assert "lies outside the folders train, val, test" in dataset.skipped["with_mask/"]


def test_a_split_without_its_validation_is_told_what_it_lacks(drawn_faces, tmp_path):
    for split in ("Train", "Test"):
        shutil.copytree(drawn_faces, tmp_path / split)
    with pytest.raises(UserError, match="has the folders Test and Train of a split, but none for val: move about a"):
        read_dataset(tmp_path)


@pytest.mark.parametrize(("split", "purpose"), [("val", "to validate with"), ("test", "to test with")])
def test_a_split_folder_without_a_class_is_refused(tmp_path, draw_class, split, purpose):
    draw_splits(tmp_path, draw_class)
    for path in (tmp_path / split / "with_mask").iterdir():
        path.unlink()
    with pytest.raises(UserError, match=f"has no with_mask pictures {purpose}"):
        read_dataset(tmp_path)


@pytest.mark.parametrize("first", range(0, 1000, 100))
def test_a_split_by_content_leaves_no_class_out(tmp_path, draw_class, first):
    for label in ("with_mask", "without_mask", "incorrect"):
        draw_class(tmp_path / label, 20, first=first)
    counts = read_dataset(tmp_path).counts()
    assert all(counts[split][label] >= 1 for split in SPLITS for label in counts["train"])
    assert all(count >= 10 for count in counts["train"].values())


def test_a_split_by_content_that_was_completed_is_always_the_same(tmp_path, draw_class):
    for label in ("with_mask", "without_mask"):
        draw_class(tmp_path / label, 20)
    first, second = read_dataset(tmp_path), read_dataset(tmp_path)
    assert first.photos == second.photos


def test_an_optional_class_that_is_missing_from_a_split_is_said(tmp_path, draw_class):
    draw_splits(tmp_path, draw_class)
    draw_class(tmp_path / "train" / "incorrect", 20)
    assert "val has no incorrect pictures: nothing will be known of them there" in read_dataset(tmp_path).notes


def test_further_pictures_are_all_for_training(tmp_path, draw_class):
    draw_class(tmp_path / "with_mask", 3)
    draw_class(tmp_path / "unclear", 2)
    draw_class(tmp_path / "other", 4)
    dataset = read_further(tmp_path)
    assert {photo.split for photo in dataset.photos} == {"train"}
    assert len(dataset.photos) == 5
    assert list(dataset.skipped) == ["other/"]


def test_paths_in_a_run_count_from_the_root(two_classes, tmp_path, monkeypatch):
    monkeypatch.chdir(two_classes.parent)
    dataset = read_dataset(two_classes.relative_to(tmp_path))
    dataset.save_split(tmp_path / "split.csv")
    monkeypatch.chdir("/")
    assert all(photo.path.is_file() for photo in read_split(tmp_path / "split.csv"))


def test_a_turned_photograph_is_read_upright(two_classes):
    from PIL import Image

    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(np.zeros((30, 50, 3), np.uint8)).save(two_classes / "with_mask" / "t.jpg", exif=exif)
    (photo,) = (photo for photo in read_dataset(two_classes).photos if photo.path.name == "t.jpg")
    assert photo.read().shape == (50, 30, 3)
    assert photo.face_px == int(50 / 1.4)


def test_a_huge_picture_is_refused_by_its_header(two_classes):
    header = cv2.imencode(".bmp", np.zeros((1, 1, 3), np.uint8))[1].tobytes()
    width = (160).to_bytes(4, "little") + (687_865_976).to_bytes(4, "little")
    (two_classes / "with_mask" / "huge.bmp").write_bytes(header[:18] + width + header[26:])
    assert read_dataset(two_classes).skipped == {"with_mask/huge.bmp": "is 160x687865976 pixels: too large"}


@pytest.mark.parametrize(
    "damage", [("with_mask", "no_mask"), (",train,", ",,"), (",17,", ",x,"), ("face_px", "face px"), (",", ";")]
)
def test_a_damaged_split_file_is_refused_in_a_sentence(two_classes, tmp_path, damage):
    read_dataset(two_classes).save_split(tmp_path / "split.csv")
    content = (tmp_path / "split.csv").read_text()
    assert damage[0] in content
    (tmp_path / "split.csv").write_text(content.replace(*damage))
    with pytest.raises(UserError, match=r"Line \d+ of .*split.csv is damaged"):
        read_split(tmp_path / "split.csv")


def test_what_is_not_used_is_counted_by_reason():
    left_out = {f"with_mask/{n}.png": "cannot be read as a picture" for n in range(7)} | {"x.gz": "has an ending"}
    assert list(summary(left_out, shown=2)) == [
        "7 not used: with_mask/0.png, with_mask/1.png and 5 more (cannot be read as a picture)",
        "1 not used: x.gz (has an ending)",
    ]


def test_joined_datasets_keep_what_was_not_used(two_classes):
    one, other = Dataset([], {"a": "b"}, ("c",)), Dataset([], {"a": "e"}, ("f",))
    joined = one.joined_by(other, two_classes)
    assert joined == Dataset([], {"a": "b", f"{two_classes}: a": "e"}, ("c", f"{two_classes}: f"))
