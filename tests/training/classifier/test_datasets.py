import csv
import shutil
from collections import Counter

import numpy as np
import pytest

from edge.errors import UserError
from training.classifier.dataset_reader import read_dataset, read_further
from training.classifier.datasets import LABELS, Dataset, Photo
from training.common.splits import SPLITS


def splits_by_name(dataset):
    return {(photo.label, photo.path.name): photo.split for photo in dataset.photos}


def write_manifest(folder, rows):
    with (folder / "manifest.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, ["path", "cluster", "source_repo", "face_px"])
        writer.writeheader()
        writer.writerows(rows)


def test_split_folders_are_kept(tmp_path, draw_class):
    for number, split in enumerate(SPLITS):
        for label in LABELS:
            draw_class(tmp_path / split / label, count=20, first=100 * number)
    dataset = read_dataset(tmp_path)
    assert dataset.counts() == {split: dict.fromkeys(LABELS, 20) for split in SPLITS}
    assert all(photo.path.parent.parent.name == photo.split for photo in dataset.photos)


def test_a_manifest_cluster_never_straddles_splits(two_classes):
    rows = [
        {"path": f"anything/{label}/{number:03}.png", "cluster": f"{number // 2}"}
        for label in LABELS[:2]
        for number in range(24)
    ]
    write_manifest(two_classes, rows)
    by_name = splits_by_name(read_dataset(two_classes))
    for cluster in range(12):
        names = [f"{number:03}.png" for number in (2 * cluster, 2 * cluster + 1)]
        assert len({by_name[label, name] for label in LABELS[:2] for name in names}) == 1


def test_split_by_content_does_not_change_when_pictures_are_added(two_classes, draw_class):
    before = splits_by_name(read_dataset(two_classes))
    draw_class(two_classes / "with_mask", count=10, first=50)
    after = splits_by_name(read_dataset(two_classes))
    assert len(after) == len(before) + 10
    assert before.items() <= after.items()


def test_source_and_face_size_come_from_the_manifest_else_from_the_picture(two_classes):
    write_manifest(two_classes, [{"path": "with_mask/000.png", "source_repo": "a/b", "face_px": "77"}])
    photos = {(photo.label, photo.path.name): photo for photo in read_dataset(two_classes).photos}
    named, other = photos["with_mask", "000.png"], photos["with_mask", "001.png"]
    assert (named.source, named.face_px) == ("a/b", 77)
    assert (other.source, other.face_px) == ("unnamed", int(24 / 1.4))


def test_unreadable_and_tiny_pictures_are_passed_over_with_a_reason(two_classes, draw_class):
    (two_classes / "with_mask" / "broken.jpg").write_bytes(b"no picture")
    (two_classes / "with_mask" / "empty.png").touch()
    (two_classes / "with_mask" / "folder.png").mkdir()
    (two_classes / "with_mask" / "notes.txt").write_text("not looked at")
    draw_class(two_classes / "without_mask", count=1, side=15, first=900)
    dataset = read_dataset(two_classes)
    assert len(dataset.photos) == 48
    assert dataset.skipped == {
        "with_mask/broken.jpg": "cannot be read as a picture",
        "with_mask/empty.png": "cannot be read as a picture",
        "without_mask/900.png": "is only 15x15 pixels",
    }


def test_digest_tells_the_training_pictures_and_nothing_else(two_classes):
    dataset = read_dataset(two_classes)
    shuffled = Dataset(dataset.photos[::-1], {"a": "b"})
    without_one = Dataset([photo for photo in dataset.photos if photo != dataset.split("train")[0]])
    assert len(dataset.digest) == 64
    assert shuffled.digest == dataset.digest != without_one.digest


def test_a_photo_that_went_missing_is_told(two_classes):
    photo = read_dataset(two_classes).photos[0]
    assert photo.read().dtype == np.uint8
    photo.path.unlink()
    with pytest.raises(UserError, match="is gone or damaged"):
        photo.read()


def test_all_of_a_further_folder_is_for_training(tmp_path, draw_class):
    draw_class(tmp_path / "unclear", count=3)
    draw_class(tmp_path / "not_compliant", count=2)
    (tmp_path / "unclear" / "broken.jpg").write_bytes(b"no picture")
    further = read_further(tmp_path)
    assert further.counts()["train"] == {"not_compliant": 2, "unclear": 3}
    assert list(further.skipped) == ["unclear/broken.jpg"]
    assert {photo.label: (photo.not_compliant, photo.clear) for photo in further.photos} == {
        "not_compliant": (True, True),
        "unclear": (False, False),
    }


def test_a_further_folder_without_pictures_is_refused(tmp_path):
    with pytest.raises(UserError, match=r"holds no pictures to train with: sort some into with_mask, .* unclear"):
        read_further(tmp_path)


def test_photographs_that_join_bring_those_that_were_passed_over(two_classes, tmp_path, draw_class):
    draw_class(tmp_path / "more" / "unclear", count=2)
    (tmp_path / "more" / "unclear" / "torn.jpg").write_bytes(b"no picture")
    before, joined = read_dataset(two_classes), read_dataset(two_classes, extra=[tmp_path / "more"])
    assert len(joined.photos) == len(before.photos) + 2
    assert joined.skipped == {f"{tmp_path}/more: unclear/torn.jpg": "cannot be read as a picture"}
    assert joined.digest != before.digest


def test_further_pictures_that_are_to_be_scored_are_not_trained_with(two_classes, tmp_path):
    photos = read_dataset(two_classes).photos
    more = tmp_path / "more" / "with_mask"
    more.mkdir(parents=True)
    for number, photo in enumerate(photos):
        shutil.copy(photo.path, more / f"{number}.png")
    joined = read_dataset(two_classes, extra=[tmp_path / "more"])
    scored = {photo.sha256 for photo in photos if photo.split != "train"}
    assert not scored & {photo.sha256 for photo in joined.split("train")}
    assert len(joined.photos) == 2 * len(photos) - len(scored)
    assert f"{tmp_path}/more: {len(scored)} pictures are in val or test, too, and left out" in joined.notes


def test_a_further_picture_of_another_class_is_reported(two_classes, tmp_path):
    photo = next(photo for photo in read_dataset(two_classes).split("train") if photo.label == "with_mask")
    (tmp_path / "more" / "unclear").mkdir(parents=True)
    shutil.copy(photo.path, tmp_path / "more" / "unclear" / "copy.png")
    note = read_dataset(two_classes, extra=[tmp_path / "more"]).notes[-1]
    assert f"{tmp_path}/more/unclear/copy.png), and in more than one class" in note


def test_a_face_of_a_scene_that_is_trained_with_is_not_validated_with(tmp_path):
    trained, scored = (Photo(tmp_path / "a.png", "with_mask", split, "0") for split in ("train", "val"))
    joined = Dataset([trained]).joined_by(Dataset([scored]), tmp_path)
    assert joined == Dataset([trained], {}, (f"{tmp_path}: 1 picture is in train, too, and left out",))


def manifest_rows(folder):
    with (folder / "manifest.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def no_folder(folder, draw_class):
    shutil.rmtree(folder)


def class_missing(folder, draw_class):
    shutil.rmtree(folder / "without_mask")


def class_empty(folder, draw_class):
    shutil.rmtree(folder / "without_mask")
    (folder / "without_mask").mkdir()


def class_small(folder, draw_class):
    for number in range(19, 24):
        (folder / "with_mask" / f"{number:03}.png").unlink()


def optional_class_small(folder, draw_class):
    draw_class(folder / "incorrect", count=3)


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (no_folder, "There is no folder"),
        (class_missing, "has no without_mask/"),
        (class_empty, "has 0 usable pictures of class without_mask"),
        (class_small, "has 19 usable pictures of class with_mask: at least 20"),
        (optional_class_small, "has 3 usable pictures of class incorrect"),
    ],
)
def test_bad_folders_are_refused_in_one_sentence(two_classes, draw_class, damage, sentence):
    damage(two_classes, draw_class)
    with pytest.raises(UserError, match=sentence) as refusal:
        read_dataset(two_classes)
    assert "\n" not in str(refusal.value)


def test_splits_that_leave_nothing_to_train_or_validate_with_are_refused(two_classes):
    rows = [{"path": f"{label}/{number:03}.png", "cluster": "one"} for label in LABELS[:2] for number in range(24)]
    write_manifest(two_classes, rows)
    with pytest.raises(UserError, match=r"to (train|validate) with"):
        read_dataset(two_classes)


def test_the_real_photographs(shared_data):
    dataset = read_dataset(shared_data / "crops")
    rows = manifest_rows(shared_data / "crops")
    assert dataset.skipped == {}
    for split in SPLITS:
        assert dataset.counts()[split] == Counter(row["label"] for row in rows if row["split"] == split)
    assert {photo.source for photo in dataset.photos} == {row["source_repo"] for row in rows}


def test_the_real_photographs_that_are_for_training_only(shared_data):
    further = read_further(shared_data / "crops_extra")
    counts = Counter(row["label"] for row in manifest_rows(shared_data / "crops_extra"))
    assert further.counts() == {"train": counts, "val": {}, "test": {}}
    assert further.skipped == {}
