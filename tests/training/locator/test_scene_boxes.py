"""Boxes as people draw them: impossible ones, those of another size, and those of turned pictures."""

import pytest

from edge.errors import UserError
from training.common.left_out import summary
from training.locator.scene_reader import read_scenes

from .drawn import HEIGHT, WIDTH, turned, voc_tree, xml

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
    "beyond all numbers": ((10, 20, "1e999", 60), "something else than numbers"),
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


@pytest.mark.parametrize("width", ["1e999", "1e300", "1e9"])
def test_a_scene_with_an_impossible_size_is_left_out_and_named(tmp_path, width):
    found = read_scenes(voc_tree(tmp_path, of=lambda number: xml(size=(width, HEIGHT)) if number == 7 else xml()))
    assert found.skipped == {"p007.xml": "states a size that no picture has"}


@pytest.mark.parametrize(
    ("number", "fault"),
    [
        ("1e999", "has '1e999' in column width where a number is needed"),
        ("1e300", "states a size that no picture has"),
        ("1e9", "states a size that no picture has"),
    ],
)
def test_a_row_with_an_impossible_size_is_refused_by_its_line(scenes_folder, number, fault):
    table = scenes_folder / "train.csv"
    first, row, *rest = table.read_text().splitlines()
    table.write_text("\n".join([first, row.replace(",160,", f",{number},"), *rest]))
    with pytest.raises(UserError, match=f"Line 2 of .*train.csv {fault}: correct that line"):
        read_scenes(scenes_folder)


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


def test_a_box_that_is_written_twice_counts_once(scenes_folder):
    table = scenes_folder / "train.csv"
    lines = table.read_text().splitlines()
    table.write_text("\n".join([*lines, lines[1], lines[2]]) + "\n")
    found = read_scenes(scenes_folder)
    assert "2 boxes are written more than once and count once" in found.notes
    assert max(len(scene.boxes) for scene in found.scenes) == 1


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
