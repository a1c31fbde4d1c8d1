"""Reading annotated scenes: from CSV or Pascal VOC, checked, labeled in our words, and split."""

import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np

from edge.errors import UserError
from training.classifier.datasets import LABELS
from training.common.copies import Placed, contradictions
from training.common.labels import LabelMap, plain
from training.common.left_out import in_one_sentence
from training.common.listing import entries, find_folder, is_picture, why_no_picture
from training.common.names import printable
from training.common.pictures import UnusableError, inspect_picture, read_content
from training.common.splits import SPLITS, Member, cluster_of, position, split_by_content
from training.locator.box_checks import placed_boxes
from training.locator.found import AnnotatedPicture, Reading
from training.locator.scene_tables import has_tables, read_tables
from training.locator.scene_trees import has_annotations, read_tree
from training.locator.scenes import IGNORE, NEGATIVES, Scene, SceneSet
from training.locator.voc import DEFAULT_LABEL

NEGATIVES_TRAINED = 0.8
"""Share of the pictures without any face that are trained with, chosen by their content."""

KNOWN_LABELS = (*LABELS, DEFAULT_LABEL, "faces", "human_face", "head", IGNORE)
"""Labels of faces, and of what is neither a face nor none."""

MIN_SCENES = 20

MOST_FAULTY = 0.25
"""Share of the annotated pictures that may be unusable: beyond it something is wrong with all of them."""


def read_scenes(folder: Path, labels: LabelMap | None = None) -> SceneSet:
    """Read a folder of scenes.

    Two forms are known: CSV files `train.csv`, `val.csv`, `test.csv` and perhaps `extra.csv` (for training only) and
    `unseen.csv` (never for training) with the columns image, xmin, ymin, xmax, ymax, label, each beside a folder of its
    name that holds the images, and perhaps a folder `negatives` of pictures without any face, which needs no table: a
    fifth of them, by their content, is never trained with. Or Pascal VOC, one `.xml` an image anywhere below the
    folder, split by the lists of ImageSets/Main, or by folders named train, val (or valid) and test, or else by each
    image's content. A box with the label
    `ignore` (in Pascal VOC, one with `<difficult>1</difficult>`) is neither a face nor a false face.

    Args:
        folder: Of the scenes.
        labels: What other labels than ours mean.

    Raises:
        UserError: No such folder, neither form in it, a table that cannot be understood, or too few usable scenes.
    """
    shown = printable(folder)
    if not folder.is_dir():
        raise UserError(f"There is no folder {shown}", "name one that holds scenes with boxes")
    if has_tables(folder):
        reading = read_tables(folder, (NEGATIVES,))
        _add_negatives(reading, find_folder(folder, NEGATIVES))
    elif has_annotations(folder):
        reading = read_tree(folder)
    else:
        raise UserError(
            f"{shown} holds neither a train.csv nor Pascal VOC .xml files",
            "put the boxes there; those of other forms, such as COCO or YOLO, must be converted first",
        )
    scenes = _scenes(reading, folder, labels or LabelMap())
    _refuse_faulty(folder, reading, scenes)
    notes = tuple(f"{count} {note}" for note, count in reading.notes.items() if count)
    copies = contradictions((Placed(scene.path, scene.sha256, scene.split) for scene in scenes), folder)
    found = SceneSet(scenes, reading.left_out, (*notes, *copies))
    _refuse_small_splits(folder, found)
    return found


def _add_negatives(reading: Reading, folder: Path | None) -> None:
    for path in entries(folder) if folder else ():
        if is_picture(path):
            reading.pictures.append(AnnotatedPicture(path, NEGATIVES, np.zeros((0, 4)), ()))
        elif reason := "is a folder in a folder of pictures" if path.is_dir() else why_no_picture(path):
            reading.leave_out(f"{path.parent.name}/{path.name}", reason)


def _scenes(reading: Reading, folder: Path, labels: LabelMap) -> list[Scene]:
    beside = {label for picture in reading.pictures for label in picture.labels}
    meanings = {label: labels.meaning(label, beside) for label in beside}
    for label, meaning in meanings.items():
        if what := _decided(label, meaning):
            reading.notes[what] += sum(picture.labels.count(label) for picture in reading.pictures)
    scenes = []
    for picture in reading.pictures:
        try:
            scenes.append(_scene(reading, picture, meanings))
        except UnusableError as error:
            name = (picture.annotation or picture.path).relative_to(folder)
            reading.leave_out(name, str(error), annotated=len(picture.boxes) > 0)
    return _with_splits(scenes)


def _decided(label: str, meaning: str) -> str:
    """What is said of the boxes with a label; empty where it means what it says."""
    if meaning not in (label, plain(label)):
        return f"faces labeled {printable(label)} are read as {meaning}"
    if plain(meaning) in KNOWN_LABELS:
        return ""
    return f"boxes labeled {printable(label)} are taken for faces; --labels {printable(label)}=ignore leaves them out"


def _scene(reading: Reading, picture: AnnotatedPicture, meanings: dict[str, str]) -> Scene:
    content = read_content(picture.path)
    placed = placed_boxes(picture.boxes, picture.size, inspect_picture(content))
    reading.notes[f"scenes: {placed.note}"] += bool(placed.note)
    sha256 = hashlib.sha256(content).hexdigest()
    split = picture.split or ""
    if split == NEGATIVES and _position(sha256) < NEGATIVES_TRAINED:
        split = "train"
    boxes = placed.boxes.astype(np.float32)
    names = [meanings[label] for label in picture.labels]
    once = _without_repetitions(boxes, names)
    reading.notes["boxes are written more than once and count once"] += len(names) - len(once)
    boxes, names = boxes[once], [names[index] for index in once]
    face = np.array([name != IGNORE for name in names], bool)
    return Scene(
        picture.path,
        split,
        sha256,
        boxes[face],
        tuple(name for name in names if name != IGNORE),
        picture.unannotated,
        boxes[~face],
    )


def _without_repetitions(boxes: np.ndarray, names: list[str]) -> list[int]:
    """Where each pair of a box (n, 4) and its label stands first."""
    first: dict[tuple[str, bytes], int] = {}
    for index, (box, name) in enumerate(zip(boxes, names, strict=True)):
        first.setdefault((name, box.tobytes()), index)
    return list(first.values())


def _with_splits(scenes: list[Scene]) -> list[Scene]:
    """The scenes with a split for those that have none, by their content."""
    members = [_member(scene) for scene in scenes if not scene.split]
    splits = iter(split_by_content(members))
    return [scene if scene.split else replace(scene, split=next(splits)) for scene in scenes]


def _member(scene: Scene) -> Member:
    cluster = cluster_of(scene.path, scene.sha256)
    place = _position(scene.sha256) if cluster == scene.sha256 else position(cluster)
    return Member(cluster, place, frozenset({"faces"} if len(scene.boxes) else ()))


def _position(sha256: str) -> float:
    """Where content falls on the unit line."""
    return int(sha256[:8], 16) / 2**32


def _refuse_faulty(folder: Path, reading: Reading, scenes: list[Scene]) -> None:
    usable = sum(len(scene.boxes) > 0 for scene in scenes)
    if reading.faulty > MOST_FAULTY * (usable + reading.faulty):
        raise UserError(
            f"{printable(folder)} has {reading.faulty} annotated pictures that cannot be used, and {usable} that can",
            f"correct them first{in_one_sentence(reading.left_out)}",
        )


def _refuse_small_splits(folder: Path, found: SceneSet) -> None:
    for split in SPLITS[:2]:
        with_faces = sum(len(scene.boxes) > 0 for scene in found.split(split))
        if with_faces < (MIN_SCENES if split == "train" else 1):
            raise UserError(
                f"{printable(folder)} has {with_faces} scenes with faces to "
                f"{'train' if split == 'train' else 'validate'} with",
                f"add more{in_one_sentence(found.skipped)}",
            )
