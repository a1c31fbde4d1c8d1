"""A manifest keeps near-duplicates in one split, however the spreadsheet saved it."""

import pytest

from edge.errors import UserError
from training.classifier.dataset_reader import read_dataset

HEADER = ("path", "cluster", "face_px")


@pytest.fixture
def visits(tmp_path, draw_class):
    """60 pictures of either class; each ten of a class are one visit."""
    for label in ("with_mask", "without_mask"):
        draw_class(tmp_path / "data" / label, 60)
    return tmp_path / "data"


def lines(separator=",", decimal="."):
    rows = [
        (f"data/{label}/{n:03}.png", f"{label} {n // 10}", f"{40 + n}{decimal}5")
        for label in ("with_mask", "without_mask")
        for n in range(60)
    ]
    return [separator.join(HEADER), *(separator.join(row) for row in rows)]


def torn(dataset):
    splits = {}
    for photo in dataset.photos:
        splits.setdefault((photo.label, int(photo.path.stem) // 10), set()).add(photo.split)
    return sum(len(found) > 1 for found in splits.values())


TEXT = "\n".join(lines()) + "\n"
SPELLINGS = {
    "plain": TEXT.encode(),
    "byte-order mark": TEXT.encode("utf-8-sig"),
    "UTF-16": TEXT.encode("utf-16"),
    "UTF-16 big-endian": b"\xfe\xff" + TEXT.encode("utf-16-be"),
    "UTF-16 without a mark": TEXT.encode("utf-16-le"),
    "UTF-32": TEXT.encode("utf-32"),
    "CRLF": TEXT.replace("\n", "\r\n").encode(),
    "CR": TEXT.replace("\n", "\r").encode(),
    "semicolons and decimal commas": "\n".join(lines(";", ",")).encode("utf-8-sig"),
    "tabs": "\n".join(lines("\t")).encode("utf-16"),
    "bars": "\n".join(lines("|")).encode(),
    "sep= line": ("sep=;\r\n" + "\r\n".join(lines(";", ","))).encode(),
    "quoted cells": "\n".join(",".join(f'"{cell}"' for cell in line.split(",")) for line in lines()).encode(),
    "quoted lines": "\n".join(f'"{line}"' for line in lines()).encode(),
    "capitals": TEXT.replace("path,cluster,face_px", "Path, Cluster ,FACE_PX").encode(),
    "backslashes": TEXT.replace("/", "\\").encode(),
    "blank lines": TEXT.replace("\n", "\n\n").encode() + b",,\n",
    "more columns": TEXT.replace("\n", ",\n").encode(),
    "Windows-1252": TEXT.replace("with_mask 0", "Tür 0").encode("cp1252"),
}


@pytest.mark.parametrize("content", SPELLINGS.values(), ids=SPELLINGS)
def test_every_spelling_keeps_visits_together(visits, content):
    assert torn(read_dataset(visits)) > 6
    (visits / "manifest.csv").write_bytes(content)
    dataset = read_dataset(visits)
    assert torn(dataset) == 0
    assert {photo.face_px for photo in dataset.photos if photo.path.stem == "007"} == {47}


REFUSED = {
    "workbook": (b"PK\x03\x04anything", "spreadsheet's own file"),
    "old workbook": (b"\xd0\xcf\x11\xe0\xa1", "old Excel workbook"),
    "compressed": (b"\x1f\x8b\x08", "compressed"),
    "empty": (b"", "is empty"),
    "blank": (b"\n\n", "has no column path"),
    "no header": (TEXT.split("\n", 1)[1].encode(), "has no column path"),
    "another separator": (TEXT.replace(",", ":").encode(), "has no column path"),
    "binary": (bytes(range(256)) * 4, "no text that can be read"),
    "two columns": (b"path,path\nwith_mask/000.png,x\n", "more than one column path"),
    "word for a number": (b"path,face_px\nwith_mask/000.png,x\n", "Line 2 of .* has 'x' in column face_px"),
    "infinity": (b"path,face_px\nwith_mask/000.png,inf\n", "'inf' in column face_px"),
    "nan": (b"path,face_px\nwith_mask/000.png,nan\n", "'nan' in column face_px"),
    "too large": (b"path,face_px\nwith_mask/000.png,1e300\n", "in column face_px"),
    "negative": (b"path,face_px\nwith_mask/000.png,-4\n", "has -4 in column face_px"),
    "ambiguous comma": (b'path,face_px\nwith_mask/000.png,"1,234"\n', "'1,234' in column face_px"),
    "nothing of here": (b"path\nother/000.png\n", "names a picture here"),
    "contradiction": (
        b"path,cluster\nmasks/with_mask/000.png,1\nbare/with_mask/000.png,2\n",
        "says something else of with_mask/000.png than line 2",
    ),
    "an endless cell": (b"path\n" + b"x" * 200_000 + b"\n", "no line of a CSV file"),
}


@pytest.mark.parametrize(("content", "sentence"), REFUSED.values(), ids=REFUSED)
def test_a_manifest_that_cannot_be_read_is_never_no_manifest(visits, content, sentence):
    (visits / "manifest.csv").write_bytes(content)
    with pytest.raises(UserError, match=sentence) as refusal:
        read_dataset(visits)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("name", ["manifest.xlsx", "manifest.txt", "Manifest.ods", "manifest.csv.txt", "manifest.json"])
def test_a_manifest_of_another_name_is_refused_by_name(visits, name):
    (visits / name).write_text(TEXT)
    with pytest.raises(UserError, match=f"{name} is not read: save the table as manifest.csv"):
        read_dataset(visits)


def test_capitals_in_its_name_do_not_hide_it(visits):
    (visits / "Manifest.CSV").write_text(TEXT)
    assert torn(read_dataset(visits)) == 0


def test_two_of_them_are_refused(visits):
    (visits / "Manifest.CSV").write_text(TEXT)
    (visits / "manifest.csv").write_text(TEXT)
    with pytest.raises(UserError, match="keep one of them"):
        read_dataset(visits)


def test_a_link_that_leads_nowhere_is_refused(visits):
    (visits / "manifest.csv").symlink_to(visits / "gone")
    with pytest.raises(UserError, match="cannot be read"):
        read_dataset(visits)


def test_rows_and_pictures_without_each_other_are_counted(visits):
    (visits / "manifest.csv").write_text("path\nwith_mask/000.png\nwith_mask/gone.png\n")
    notes = read_dataset(visits).notes
    assert "1 rows of manifest.csv name no picture here" in notes
    assert "119 pictures have no row in manifest.csv" in notes


def test_a_row_belongs_to_the_picture_of_its_split_and_class(tmp_path, draw_class):
    rows = ["path,face_px"]
    for number, split in enumerate(("train", "val", "test")):
        for label in ("with_mask", "without_mask"):
            draw_class(tmp_path / split / label, 20, first=100 * number)
            first = sorted((tmp_path / split / label).iterdir())[0]
            first.rename(first.with_name("same.png"))
            rows.append(f"{split}/{label}/same.png,{50 + number}")
    (tmp_path / "manifest.csv").write_text("\n".join(rows))
    photos = [photo for photo in read_dataset(tmp_path).photos if photo.path.name == "same.png"]
    assert {(photo.split, photo.face_px) for photo in photos} == {("train", 50), ("val", 51), ("test", 52)}


def test_a_row_of_another_split_belongs_to_another_picture(tmp_path, draw_class):
    for number, split in enumerate(("train", "valid", "test")):
        for label in ("with_mask", "without_mask"):
            draw_class(tmp_path / split / label, 20, first=100 * number)
    for split, first in (("train", "000"), ("valid", "100"), ("test", "200")):
        (tmp_path / split / "with_mask" / f"{first}.png").rename(tmp_path / split / "with_mask" / "same.png")
    (tmp_path / "manifest.csv").write_text("path,source_repo\nold/val/with_mask/same.png,a/b\n")
    photos = [photo for photo in read_dataset(tmp_path).photos if photo.path.name == "same.png"]
    assert {photo.split: photo.source for photo in photos} == {"train": "unnamed", "val": "a/b", "test": "unnamed"}
