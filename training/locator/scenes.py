"""Photographs of scenes with a box around each face: reading them from CSV or Pascal VOC, and how they are split."""

import csv
import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import cv2
import numpy as np

from edge.errors import UserError
from training.datasets import SPLITS, SUFFIXES, training_set_digest
from training.locator.voc import read_voc_boxes

CSV_SPLITS = {"train": "train", "val": "val", "test": "test", "extra": "train", "unseen": "unseen"}
"""The CSV files that are looked for, each beside a folder of its name, and the split that its scenes belong to."""

NEGATIVES = "negatives"
"""Folder of pictures without any face, and the split of those that are not trained with."""

NEGATIVES_TRAINED = 0.8
"""Share of the pictures without any face that are trained with, chosen by their content."""

SCENE_SPLITS = (*SPLITS, "unseen", NEGATIVES)
"""Beside the usual ones: scenes of a source that is never trained with, and pictures without any face."""

CHOOSING_SPLITS = ("val", "unseen", NEGATIVES)
"""The splits by which an epoch is chosen."""

IGNORE = "ignore"
"""Label of a box that is neither a face nor, if it is found, a false one."""

SPLIT_BOUNDS = (0.8, 0.9)
"""Where `train` and `val` end on the unit line onto which the files of a folder without splits are hashed."""

MIN_SCENES = 20

SPLIT_COLUMNS = ("path", "split", "sha256", "boxes", "labels", "unannotated", "ignored")
"""Of a run's `split.csv`; boxes, labels and ignored boxes are JSON lists."""


@dataclass(frozen=True)
class Scene:
    """One photograph, and where its faces are."""

    path: Path
    split: str
    """One of SCENE_SPLITS."""
    sha256: str
    boxes: np.ndarray
    """float32 (n, 4) as left, top, right, bottom, in pixels of the photograph; n may be 0."""
    labels: tuple[str, ...]
    """What the annotation calls each face."""
    unannotated: int = 0
    """How many faces the annotator may have missed, by the manifest."""
    ignored: np.ndarray = field(default_factory=lambda: np.zeros((0, 4), np.float32))
    """float32 (m, 4): boxes that are neither faces nor false faces."""

    def read(self) -> np.ndarray:
        """The photograph as uint8 (height, width, 3), RGB.

        Raises:
            UserError: The file has gone or changed since the folder was read.
        """
        image = cv2.imread(str(self.path), cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)
        if image is None:
            raise UserError(f"{self.path} can no longer be read: put it back, or begin a new run.")
        return cv2.cvtColor(image, cv2.COLOR_BGR2RGB)


@dataclass(frozen=True)
class SceneSet:
    """The usable scenes of a folder, and those that were passed over."""

    scenes: list[Scene]
    skipped: dict[str, str] = field(default_factory=dict)
    """Path of each file that was passed over, and why."""

    def split(self, name: str) -> list[Scene]:
        """The scenes of one split, in a fixed order."""
        return [scene for scene in self.scenes if scene.split == name]

    @property
    def digest(self) -> str:
        """The training split's `training_set_digest`: the same pictures, the same digest."""
        return training_set_digest(scene.sha256 for scene in self.split("train"))

    def counts(self) -> dict[str, dict[str, int]]:
        """How many scenes and faces each split holds."""
        return {
            split: {"scenes": len(scenes), "faces": sum(len(scene.boxes) for scene in scenes)}
            for split in SCENE_SPLITS
            for scenes in [self.split(split)]
            if scenes or split in SPLITS
        }

    @property
    def choosing(self) -> list[Scene]:
        """The scenes by which an epoch is chosen, see CHOOSING_SPLITS."""
        return [scene for split in CHOOSING_SPLITS for scene in self.split(split)]

    def save_split(self, path: Path) -> None:
        """Write down which photograph is in which split and where its faces are, as CSV for `read_split`."""
        with path.open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(SPLIT_COLUMNS)
            writer.writerows(
                [
                    s.path,
                    s.split,
                    s.sha256,
                    *map(json.dumps, (s.boxes.tolist(), s.labels, s.unannotated, s.ignored.tolist())),
                ]
                for s in self.scenes
            )


def read_scenes(folder: Path) -> SceneSet:
    """Read a folder of scenes.

    Two forms are known: CSV files `train.csv`, `val.csv`, `test.csv` and perhaps `extra.csv` (for training only) and
    `unseen.csv` (never for training) with the columns image, xmin, ymin, xmax, ymax, label, each beside a folder of its
    name that holds the images, and perhaps a folder `negatives` of pictures without any face, which needs no table: a
    fifth of them, by their content, is never trained with. Or Pascal VOC, one `.xml` an image anywhere below the
    folder, which is split here by each image's content. A box with the label `ignore` (in Pascal VOC, one with
    `<difficult>1</difficult>`) is neither a face nor a false face.

    Raises:
        UserError: No such folder, neither form in it, a file that cannot be understood, or too few scenes.
    """
    if not folder.is_dir():
        raise UserError(f"There is no folder {folder}: name one that holds scenes with boxes.")
    if (folder / "train.csv").is_file():
        found = SceneSet(*_sorted_out(_csv_scenes(folder)))
    elif xmls := sorted(folder.rglob("*.xml")):
        found = SceneSet(*_sorted_out(_voc_scenes(folder, xmls)))
    else:
        raise UserError(f"{folder} holds neither a train.csv nor Pascal VOC .xml files: put the boxes there.")
    _refuse_small_splits(folder, found)
    return found


def read_split(path: Path) -> SceneSet:
    """Read what `SceneSet.save_split` wrote.

    Raises:
        UserError: An older version wrote it, without the boxes.
    """
    with path.open(newline="") as file:
        reader = csv.DictReader(file)
        if tuple(reader.fieldnames or ()) != SPLIT_COLUMNS:
            raise UserError(
                f"{path} does not say where the faces are: write it anew with "
                f"`maskwatch-train locator SCENES --out {path.parent} --resume`."
            )
        return SceneSet([_saved_scene(row) for row in reader])


def _saved_scene(row: dict[str, str]) -> Scene:
    return Scene(
        path=Path(row["path"]),
        split=row["split"],
        sha256=row["sha256"],
        boxes=np.array(json.loads(row["boxes"]), np.float32).reshape(-1, 4),
        labels=tuple(json.loads(row["labels"])),
        unannotated=int(row["unannotated"]),
        ignored=np.array(json.loads(row["ignored"]), np.float32).reshape(-1, 4),
    )


def _sorted_out(found: Iterable[Scene | tuple[str, str]]) -> tuple[list[Scene], dict[str, str]]:
    scenes: list[Scene] = []
    skipped: dict[str, str] = {}
    for item in found:
        if isinstance(item, Scene):
            scenes.append(item)
        else:
            skipped[item[0]] = item[1]
    return scenes, skipped


def _csv_scenes(folder: Path) -> Iterator[Scene | tuple[str, str]]:
    suspects = _read_suspects(folder / "manifest.csv")
    for name, split in CSV_SPLITS.items():
        table = folder / f"{name}.csv"
        if not table.is_file():
            continue
        rows = _read_table(table)
        images = folder / name
        # A picture without a row is a scene without a face: as precious as any other.
        for path in _pictures_in(images):
            boxes, labels = rows.pop(path.name, ([], []))
            yield _scene(path, split, boxes, labels, suspects.get(f"{name}/{path.name}", 0))
        yield from ((f"{name}/{missing}", "is named in the CSV but is not there") for missing in rows)
    yield from _negatives(folder / NEGATIVES)


def _negatives(folder: Path) -> Iterator[Scene | tuple[str, str]]:
    for path in _pictures_in(folder):
        scene = _scene(path, NEGATIVES, [], [], 0)
        if isinstance(scene, Scene) and _position(scene.sha256) < NEGATIVES_TRAINED:
            scene = replace(scene, split="train")
        yield scene


def _pictures_in(folder: Path) -> list[Path]:
    return sorted(p for p in folder.iterdir() if p.suffix.lower() in SUFFIXES) if folder.is_dir() else []


def _voc_scenes(folder: Path, xmls: list[Path]) -> Iterator[Scene | tuple[str, str]]:
    images = {path.stem: path for path in sorted(folder.rglob("*")) if path.suffix.lower() in SUFFIXES}
    for xml in xmls:
        if path := images.get(xml.stem):
            yield _scene(path, None, *read_voc_boxes(xml), 0)
        else:
            yield str(xml.relative_to(folder)), "has no image of its name"


def _scene(
    path: Path, split: str | None, boxes: list[list[float]], labels: list[str], unannotated: int
) -> Scene | tuple[str, str]:
    content = path.read_bytes()
    if cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_REDUCED_GRAYSCALE_8) is None:
        return f"{path.parent.name}/{path.name}", "cannot be read as a picture"
    sha256 = hashlib.sha256(content).hexdigest()
    array = np.array(boxes, np.float32).reshape(-1, 4)
    face = np.array([label != IGNORE for label in labels], bool)
    names = tuple(label for label in labels if label != IGNORE)
    return Scene(path, split or _split_of(sha256), sha256, array[face], names, unannotated, array[~face])


def _split_of(sha256: str) -> str:
    return SPLITS[sum(_position(sha256) >= bound for bound in SPLIT_BOUNDS)]


def _position(sha256: str) -> float:
    """Where content falls on the unit line."""
    return int(sha256[:8], 16) / 2**32


def _read_table(path: Path) -> dict[str, tuple[list[list[float]], list[str]]]:
    rows: dict[str, tuple[list[list[float]], list[str]]] = defaultdict(lambda: ([], []))
    with path.open(newline="") as file:
        reader = csv.DictReader(file)
        for row in reader:
            try:
                box = [float(row[side]) for side in ("xmin", "ymin", "xmax", "ymax")]
                boxes, labels = rows[row["image"]]
            except (KeyError, TypeError, ValueError) as error:
                raise UserError(
                    f"Line {reader.line_num} of {path} is not image,width,height,xmin,ymin,xmax,ymax,label: mend it."
                ) from error
            boxes.append(box)
            labels.append(row.get("label") or "face")
    return dict(rows)


def _read_suspects(path: Path) -> dict[str, int]:
    """Faces that may lack a box, by `split/file name`."""
    if not path.is_file():
        return {}
    with path.open(newline="") as file:
        return {
            "/".join(row["path"].split("/")[-2:]): int(row.get("n_unannotated_suspect") or 0)
            for row in csv.DictReader(file)
        }


def _refuse_small_splits(folder: Path, found: SceneSet) -> None:
    for split in SPLITS[:2]:
        with_faces = sum(len(scene.boxes) > 0 for scene in found.split(split))
        if with_faces < (MIN_SCENES if split == "train" else 1):
            raise UserError(
                f"{folder} has {with_faces} scenes with faces to {'train' if split == 'train' else 'validate'} with: "
                "add more."
            )
