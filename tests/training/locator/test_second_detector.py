import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.errors import UserError
from edge.vision.boxes import ious
from training.locator.scenes import Scene, SceneSet
from training.locator.second_detector import (
    BOX_SCORE,
    FACE_SCORE,
    LOWEST_SCORE,
    SAME_FACE,
    around_features,
    completed,
    completed_scene,
    found_in,
)

ANNOTATED = np.array([[100, 100, 140, 150]], np.float32)


def scene(split="train", path="scenes/train/a.jpg", **changes):
    return Scene(Path(path), split, f"{path}", ANNOTATED, ("with_mask",), **changes)


def found(*rows):
    """As a detector answers, here without how far apart the eyes are."""
    return np.array([[*row, 0.3] for row in rows], float).reshape(-1, 6)


def test_a_sure_box_beside_the_annotation_becomes_a_face_without_a_mask_label():
    after = completed_scene(scene(unannotated=1), found([10, 10, 40, 50, 0.95]))
    assert after.boxes.tolist() == [[100, 100, 140, 150], [10, 10, 40, 50]]
    assert (after.labels, after.unannotated) == (("with_mask", "face"), 0)


def test_an_unsure_box_is_ignored():
    after = completed_scene(scene(), found([10, 10, 40, 50, 0.5]))
    assert after.boxes.tolist() == ANNOTATED.tolist()
    assert after.ignored.tolist() == [[10, 10, 40, 50]]


def test_a_box_on_an_annotated_or_ignored_one_adds_nothing():
    ignored = np.array([[10, 10, 40, 50]], np.float32)
    after = completed_scene(scene(ignored=ignored), found([12, 10, 40, 52, 0.95], [102, 98, 139, 160, 0.4]))
    assert (after.boxes.tolist(), after.ignored.tolist()) == (ANNOTATED.tolist(), ignored.tolist())


def test_a_sure_box_of_an_annotated_face_replaces_the_annotators():
    after = completed_scene(scene(), found([102, 96, 139, 160, 0.7]))
    assert after.boxes.tolist() == [[102, 96, 139, 160]]
    assert (after.labels, len(after.ignored)) == (("with_mask",), 0)


@pytest.mark.parametrize(
    "row",
    [
        pytest.param([102, 96, 139, 160, BOX_SCORE - 0.01], id="unsure"),
        pytest.param([60, 60, 118, 124, 0.9], id="apart"),
    ],
)
def test_another_box_leaves_the_annotated_one_as_it_is(row):
    assert completed_scene(scene(), found(row)).boxes[0].tolist() == ANNOTATED[0].tolist()


def test_of_two_faces_side_by_side_each_gets_its_own_box():
    both = np.array([[100, 100, 140, 150], [130, 100, 170, 150]], np.float32)
    two = Scene(Path("scenes/train/a.jpg"), "train", "two", both, ("with_mask", "without_mask"))
    after = completed_scene(two, found([128, 98, 171, 154, 0.9]))
    assert after.boxes.tolist() == [[100, 100, 140, 150], [128, 98, 171, 154]]
    assert after.labels == ("with_mask", "without_mask")


boxes = st.tuples(st.floats(0, 300), st.floats(0, 300), st.floats(5, 90), st.floats(5, 90), st.floats(LOWEST_SCORE, 1))


@given(st.lists(boxes.map(lambda b: (b[0], b[1], b[0] + b[2], b[1] + b[3], b[4])), max_size=8))
def test_an_annotated_face_stays_and_searching_twice_adds_nothing(rows):
    once = completed_scene(scene(), found(*rows))
    again = completed_scene(once, found(*rows))
    assert once.labels[0] == "with_mask"
    assert ious(once.boxes[:1].astype(float), ANNOTATED.astype(float)) >= SAME_FACE
    assert len(once.labels) == len(once.boxes)
    assert (again.boxes.tolist(), again.ignored.tolist()) == (once.boxes.tolist(), once.ignored.tolist())
    assert len(once.boxes) <= 1 + sum(row[4] >= FACE_SCORE for row in rows)


@pytest.fixture
def detector(tmp_path):
    """A file that is no network: it can only be asked for what was kept of it."""
    (tmp_path / "yunet.onnx").write_bytes(b"no network")
    return tmp_path / "yunet.onnx"


def keep(cache, found, content=b"no network"):
    """Write what a detector of that content has found before."""
    cache.write_text(json.dumps({hashlib.sha256(content).hexdigest(): found}))


def test_found_boxes_are_kept_for_a_resumed_run(tmp_path, detector):
    cache = tmp_path / "second_detector.json"
    train, val = scene(), scene(split="val", path="scenes/val/a.jpg")
    negative = Scene(Path("scenes/negatives/a.jpg"), "train", "n", np.zeros((0, 4), np.float32), ())
    keep(cache, {train.sha256: [[10, 10, 40, 50, 0.95, 0.3]]})
    after = completed(SceneSet([train, val, negative]), detector, cache)
    assert [len(s.boxes) for s in after.scenes] == [2, 1, 0]


def test_a_box_has_the_features_of_its_face_in_the_middle():
    eyes_nose_mouth = [20, 40, 30, 40, 10, 55, 18, 70, 27, 70]
    (box,) = around_features(np.array([[10.0, 10, 50, 80, *eyes_nose_mouth, 0.9]]))
    assert box.tolist() == [-4, 15, 46, 95, 0.9, 0.125]


def test_only_new_pictures_are_searched(tmp_path, detector):
    cache = tmp_path / "second_detector.json"
    keep(cache, {"old": [[10, 10, 40, 50, 0.95, 0.3]]})
    pictures = {"old": lambda: np.zeros((64, 64, 3), np.uint8)}
    assert found_in(pictures, detector, cache)["old"].tolist() == [[10, 10, 40, 50, 0.95, 0.3]]
    with pytest.raises(UserError, match="no YuNet file"):
        found_in(pictures | {"new": pictures["old"]}, detector, cache)


def test_another_detector_searches_again_and_loses_nothing_of_the_first(tmp_path, detector, monkeypatch):
    class Blind:
        def __init__(self, path):
            self.find = lambda image: np.zeros((0, 6))

    cache = tmp_path / "second_detector.json"
    keep(cache, {"old": [[10, 10, 40, 50, 0.95, 0.3]]})
    (tmp_path / "other.onnx").write_bytes(b"another network")
    monkeypatch.setattr("training.locator.second_detector.SecondDetector", Blind)
    pictures = {"old": lambda: np.zeros((64, 64, 3), np.uint8)}
    for _ in range(2):
        assert found_in(pictures, tmp_path / "other.onnx", cache)["old"].shape == (0, 6)
        assert found_in(pictures, detector, cache)["old"].tolist() == [[10, 10, 40, 50, 0.95, 0.3]]


@pytest.mark.parametrize("name", ["yunet.onnx", "none.onnx"])
def test_a_file_that_is_no_detector_is_refused_in_a_sentence(tmp_path, detector, name):
    with pytest.raises(UserError, match="no YuNet file"):
        completed(SceneSet([scene()]), tmp_path / name, tmp_path / "cache.json")


# The last but one has as many figures as five faces.
@pytest.mark.parametrize(
    "content",
    [
        "{",
        "[]",
        '{"a": "b"}',
        '{"a": [[1, 2, 3, 4, 5, 6]]}',
        '{"a": {"b": "c"}}',
        '{"a": {"b": [[1, 2]]}}',
        json.dumps({"a": {"b": [[1, 2, 3, 4, 5]] * 6}}),
        "[" * 100_000,
    ],
)
def test_damaged_kept_boxes_are_reported(tmp_path, detector, content):
    (tmp_path / "second_detector.json").write_text(content)
    with pytest.raises(UserError, match=r"second_detector\.json is damaged: remove it"):
        completed(SceneSet([scene()]), detector, tmp_path / "second_detector.json")
