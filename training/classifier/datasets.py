"""Photographs of faces, each with its class and its split."""

from collections import Counter, defaultdict
from dataclasses import astuple, dataclass, field, fields
from pathlib import Path

import numpy as np

from edge.errors import UserError
from edge.vision.face import Face
from edge.vision.preprocessing import whole_picture
from training.common.names import printable
from training.common.pictures import UnusableError, read_picture
from training.common.records import read_rows, save_rows
from training.common.splits import SPLITS, training_set_digest

COMPLIANT, BARE, INCORRECT = "with_mask", "without_mask", "incorrect"
UNSORTED = "not_compliant"
"""Bare faces and masks worn wrongly, not told apart."""
UNCLEAR = "unclear"
"""Faces whose nose and mouth cannot be judged, and pictures of no face."""

LABELS = (COMPLIANT, BARE, INCORRECT, UNSORTED, UNCLEAR)
"""The class folders. Everything but the first and the last counts as not compliant."""

REQUIRED = (COMPLIANT, BARE)
"""The class folders that are required."""


@dataclass(frozen=True)
class Photo:
    """One picture of one face."""

    path: Path
    label: str
    """One of LABELS."""
    split: str
    """One of SPLITS."""
    sha256: str
    source: str = "unnamed"
    """Where the picture comes from, by the manifest."""
    face_px: int = 0
    """Longer side of the face where it was photographed, in pixels; by the manifest, else by the picture's size."""
    face: Face | None = None
    """Where the face is in the picture, in its pixels; None for the middle of a picture that is a crop of a face."""

    @property
    def not_compliant(self) -> bool:
        """Whether the device should alert on this face, if it is clear."""
        return self.label not in (COMPLIANT, UNCLEAR)

    @property
    def clear(self) -> bool:
        """Whether this is a face whose nose and mouth can be judged."""
        return self.label != UNCLEAR

    def read(self) -> np.ndarray:
        """The picture as uint8 (height, width, 3), RGB, upright.

        Raises:
            UserError: The file has gone or changed since the folder was read.
        """
        try:
            return read_picture(self.path)
        except UnusableError as error:
            raise UserError(f"{printable(self.path)} is gone or damaged", "put it back, or begin a new run") from error

    def read_face(self) -> tuple[np.ndarray, Face]:
        """The picture as `read` gives it, and where the face is in it."""
        image = self.read()
        return image, self.face or whole_picture(image)


SPLIT_COLUMNS = tuple(f.name for f in fields(Photo))
"""Of a run's `split.csv`; the last is the face's box, its sides separated by spaces."""


@dataclass(frozen=True)
class Dataset:
    """The usable photographs of a folder, and what was not used."""

    photos: list[Photo]
    skipped: dict[str, str] = field(default_factory=dict)
    """Path of each picture or folder that is not used, and why."""
    notes: tuple[str, ...] = ()
    """What was decided about the others, in sentences."""

    def split(self, name: str) -> list[Photo]:
        """The photographs of one split, in a fixed order."""
        return [photo for photo in self.photos if photo.split == name]

    def joined_by(self, other: "Dataset", folder: Path) -> "Dataset":
        """Both, with what was not used of either.

        A picture of the other that is here in another split is left out: scores on what was trained with are too good.

        Args:
            other: To be added.
            folder: Of the other, by which its pictures and notes are named.
        """
        splits = defaultdict(set)
        for photo in self.photos:
            splits[photo.sha256].add(photo.split)
        added = [photo for photo in other.photos if splits.get(photo.sha256, {photo.split}) == {photo.split}]
        twice = {photo.sha256 for photo in other.photos} - {photo.sha256 for photo in added}
        notes = list(other.notes)
        if twice:
            elsewhere = " or ".join(split for split in SPLITS if any(split in splits[sha256] for sha256 in twice))
            verb = "pictures are" if len(twice) > 1 else "picture is"
            notes.append(f"{len(twice)} {verb} in {elsewhere}, too, and left out")
        named = (f"{printable(folder)}: {note}" for note in notes)
        skipped = {f"{folder}: {name}": reason for name, reason in other.skipped.items()}
        return Dataset([*self.photos, *added], self.skipped | skipped, (*self.notes, *named))

    @property
    def digest(self) -> str:
        """The training split's `training_set_digest`: the same pictures, the same digest."""
        return training_set_digest(photo.sha256 for photo in self.split("train"))

    def counts(self) -> dict[str, dict[str, int]]:
        """How many photographs of each class each split holds."""
        return {split: dict(Counter(photo.label for photo in self.split(split))) for split in SPLITS}

    def save_split(self, path: Path) -> None:
        """Save which photograph is in which split, as CSV."""
        save_rows(path, SPLIT_COLUMNS, (_row(photo) for photo in self.photos))


def read_split(path: Path) -> list[Photo]:
    """The photographs that `Dataset.save_split` saved.

    Raises:
        UserError: The file is missing or damaged.
    """
    return read_rows(path, _photo)


def _row(photo: Photo) -> list[object]:
    box = " ".join(f"{side:.2f}" for side in astuple(photo.face)[:4]) if photo.face else ""
    return [getattr(photo, column) for column in SPLIT_COLUMNS[:-1]] + [box]


def _photo(row: dict[str, str]) -> Photo:
    box = [float(side) for side in (row.get("face") or "").split()]
    if row["label"] not in LABELS or row["split"] not in SPLITS or len(box) not in (0, 4) or not np.isfinite(box).all():
        raise ValueError("no row of a split")
    face = Face(*box) if box else None
    return Photo(Path(row["path"]), row["label"], row["split"], row["sha256"], row["source"], int(row["face_px"]), face)
