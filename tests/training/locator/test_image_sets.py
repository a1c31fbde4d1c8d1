"""The lists of Pascal VOC, as its tools and people write them."""

import pytest

from edge.errors import UserError
from training.locator.scene_reader import read_scenes

from .drawn import draw, xml

SPLIT = {"train": range(40), "val": range(40, 48), "test": range(48, 60)}


def voc(folder, lists, *, write=lambda name: f"{name}\n", encoding="utf-8"):
    """A data set of Pascal VOC's folders with 60 pictures, and lists of their numbers."""
    (folder / "Annotations").mkdir(parents=True)
    for number in range(60):
        draw(folder / "JPEGImages" / f"p{number:03}.jpg", number + 60 * (folder.name == "VOC2012"))
        (folder / "Annotations" / f"p{number:03}.xml").write_text(xml())
    for name, numbers in lists.items():
        path = folder / "ImageSets/Main" / f"{name}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes("".join(write(f"p{number:03}") for number in numbers).encode(encoding))
    return folder


def numbers(found):
    """By split, the numbers of its pictures."""
    return {split: [int(s.path.stem[1:]) for s in found.split(split)] for split in SPLIT}


@pytest.mark.parametrize(
    ("write", "encoding"),
    [
        (lambda name: f"{name}\n", "utf-8"),
        (lambda name: f"{name}\r\n", "utf-8-sig"),
        (lambda name: f"{name}\r\n", "utf-16"),
        (lambda name: f"{name}.jpg\n", "utf-8"),
        (lambda name: f"{name}.xml\n", "utf-8"),
        (lambda name: f"JPEGImages/{name}.jpg\n", "utf-8"),
        (lambda name: f".\\JPEGImages\\{name}.jpg\n", "utf-8"),
        (lambda name: f"{name}  1\n", "utf-8"),
        (lambda name: f"{name} -1\n\n", "utf-8"),
        (lambda name: f"  {name.upper()}\t\n", "utf-8"),
    ],
)
def test_the_lists_are_the_split(tmp_path, write, encoding):
    found = read_scenes(voc(tmp_path, SPLIT, write=write, encoding=encoding))
    assert numbers(found) == {split: list(part) for split, part in SPLIT.items()}
    assert found.skipped == {}


def test_each_data_set_has_lists_of_its_own(tmp_path):
    voc(tmp_path / "VOC2007", SPLIT)
    voc(tmp_path / "VOC2012", {"train": range(20, 60), "val": range(20)})
    found = read_scenes(tmp_path)
    assert [s.split for s in found.scenes if "VOC2012" in s.path.parts] == ["val"] * 20 + ["train"] * 40
    assert len(found.split("test")) == len(SPLIT["test"])


def test_a_picture_that_no_list_names_is_left_out_and_reported(tmp_path):
    found = read_scenes(voc(tmp_path, {"train": range(40), "val": range(40, 48), "aeroplane_train": range(60)}))
    assert numbers(found) == {"train": list(range(40)), "val": list(range(40, 48)), "test": []}
    reason = "is not in train.txt or val.txt of ImageSets/Main, which are the split"
    assert found.skipped == {f"JPEGImages/p{number:03}.jpg": reason for number in range(48, 60)}


def test_a_line_without_a_picture_is_reported(tmp_path):
    found = read_scenes(voc(tmp_path, SPLIT | {"val": range(40, 48), "test": [*range(48, 60), 77]}))
    assert found.skipped == {"ImageSets/Main/test.txt: p077": "is a line without an annotated picture"}


def test_a_picture_in_two_lists_is_refused(tmp_path):
    with pytest.raises(UserError, match=r"train\.txt and .*test\.txt both name p039: keep it in one of them"):
        read_scenes(voc(tmp_path, SPLIT | {"test": range(39, 60)}))


def test_lists_that_are_no_split_are_reported(tmp_path):
    found = read_scenes(voc(tmp_path, {"trainval": range(48), "test": range(48, 60)}))
    assert all(numbers(found).values())
    assert any("test.txt in ImageSets/Main alone are no split" in note for note in found.notes)


def test_lists_of_other_pictures_are_refused_with_the_reason(tmp_path):
    with pytest.raises(UserError, match=r"0 scenes with faces to train with: add more .*which are the split"):
        read_scenes(voc(tmp_path, SPLIT, write=lambda name: f"x{name}\n"))


def test_a_list_that_is_no_text_is_refused(tmp_path):
    folder = voc(tmp_path, SPLIT)
    (folder / "ImageSets/Main/val.txt").write_bytes(b"\0\1\2" * 50)
    with pytest.raises(UserError, match=r"val\.txt is no text that can be read"):
        read_scenes(folder)
