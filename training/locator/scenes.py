"""Photographs of scenes with a box around each face."""

import json
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from edge.errors import UserError
from training.common.names import comparable, printable
from training.common.pictures import UnusableError, read_picture
from training.common.records import read_rows, save_rows
from training.common.splits import SPLITS, training_set_digest

NEGATIVES = "negatives"
"""Folder of pictures without any face, and the split of those that are not trained with."""

SCENE_SPLITS = (*SPLITS, "unseen", NEGATIVES)
"""In addition to the usual ones: scenes of a source that is never trained with, and pictures without any face."""

CHOOSING_SPLITS = ("val", "unseen", NEGATIVES)
"""The splits by which an epoch is chosen."""

IGNORE = "ignore"
"""Label of a box that is neither a face nor, if it is found, a false one."""

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
    """float32 (n, 4) as left, top, right, bottom, in pixels of the upright photograph; n may be 0."""
    labels: tuple[str, ...]
    """The annotation's label of each face."""
    unannotated: int = 0
    """How many faces the annotator may have missed, by the manifest."""
    ignored: np.ndarray = field(default_factory=lambda: np.zeros((0, 4), np.float32))
    """float32 (m, 4): boxes that are neither faces nor false faces."""

    @property
    def without_faces(self) -> bool:
        """Whether it is known to show no face, so that whatever a detector sees in it is none."""
        return comparable(self.path.parent.name) == NEGATIVES

    def read(self) -> np.ndarray:
        """The photograph as uint8 (height, width, 3), RGB, upright.

        Raises:
            UserError: The file has gone or changed since the folder was read.
        """
        try:
            return read_picture(self.path)
        except UnusableError as error:
            raise UserError(f"{printable(self.path)} is gone or damaged", "put it back, or begin a new run") from error


@dataclass(frozen=True)
class SceneSet:
    """The usable scenes of a folder, and what was not used."""

    scenes: list[Scene]
    skipped: dict[str, str] = field(default_factory=dict)
    """Path of each file or folder that is not used, and why."""
    notes: tuple[str, ...] = ()
    """What was decided about the others, in sentences."""

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
        """Save which photograph is in which split and where its faces are, as CSV for `read_split`."""
        rows = (
            [s.path.absolute(), s.split, s.sha256]
            + [json.dumps(part) for part in (s.boxes.tolist(), s.labels, s.unannotated, s.ignored.tolist())]
            for s in self.scenes
        )
        save_rows(path, SPLIT_COLUMNS, rows)


def read_split(path: Path) -> SceneSet:
    """Read what `SceneSet.save_split` wrote.

    Raises:
        UserError: It is damaged, or an older version wrote it, without the boxes.
    """

    def scene(row: dict[str, str]) -> Scene:
        if tuple(row) != SPLIT_COLUMNS:
            raise UserError(
                f"{printable(path)} does not say where the faces are",
                f"write it again with `maskwatch-train locator SCENES --out {path.parent} --resume`",
            )
        boxes, ignored = (np.array(json.loads(row[part]), np.float32).reshape(-1, 4) for part in ("boxes", "ignored"))
        names, unannotated = tuple(json.loads(row["labels"])), int(row["unannotated"])
        if len(names) != len(boxes) or not (np.isfinite(boxes).all() and np.isfinite(ignored).all()):
            raise ValueError("the boxes are damaged")
        return Scene(Path(row["path"]), row["split"], row["sha256"], boxes, names, unannotated, ignored)

    scenes = read_rows(path, scene)
    if not scenes:
        raise UserError(
            f"{printable(path)} names no scene",
            f"write it again with `maskwatch-train locator SCENES --out {path.parent} --resume`",
        )
    return SceneSet(scenes)
