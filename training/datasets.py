"""Photographs of faces, sorted into a folder per class, and how they are split."""

import csv
import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass, field, fields
from pathlib import Path

import cv2
import numpy as np

from edge.errors import UserError
from edge.vision.face import Face
from edge.vision.preprocessing import CROP_WIDENING, whole_picture

COMPLIANT, BARE, INCORRECT = "with_mask", "without_mask", "incorrect"
UNSORTED = "not_compliant"
"""Bare faces and masks worn wrongly, not told apart."""
UNCLEAR = "unclear"
"""Faces whose nose and mouth nobody can judge, and what is no face."""

LABELS = (COMPLIANT, BARE, INCORRECT, UNSORTED, UNCLEAR)
"""The class folders. Everything but the first and the last counts as not compliant."""

REQUIRED = (COMPLIANT, BARE)
"""The class folders that there must be."""

SPLITS = ("train", "val", "test")
SPLIT_BOUNDS = (0.8, 0.9)
"""Where `train` and `val` end on the unit line onto which clusters are hashed."""

MIN_IMAGES_PER_CLASS = 20
MIN_SIDE_PX = 16
"""A picture with a shorter side than this holds no face worth learning from."""

SUFFIXES = {".jpg", ".jpeg", ".png", ".bmp", ".webp"}


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
    """Where the face is in the picture, in its pixels; None if the picture is itself a crop of a face."""

    @property
    def not_compliant(self) -> bool:
        """Whether the device should alert on this face, if it is clear."""
        return self.label not in (COMPLIANT, UNCLEAR)

    @property
    def clear(self) -> bool:
        """Whether this is a face whose nose and mouth can be judged."""
        return self.label != UNCLEAR

    def read(self) -> np.ndarray:
        """The picture as uint8 (height, width, 3), RGB.

        Raises:
            UserError: The file has gone or changed since the folder was read.
        """
        image = cv2.imread(str(self.path), cv2.IMREAD_COLOR)
        if image is None:
            raise UserError(f"{self.path} can no longer be read", "put it back, or begin a new run")
        return cv2.cvtColor(image, cv2.COLOR_BGR2RGB)

    def read_face(self) -> tuple[np.ndarray, Face]:
        """The picture as `read` gives it, and where the face is in it."""
        image = self.read()
        return image, self.face or whole_picture(image)


@dataclass(frozen=True)
class Dataset:
    """The usable photographs of a folder, and those that were passed over."""

    photos: list[Photo]
    skipped: dict[str, str] = field(default_factory=dict)
    """Path of each picture that was passed over, and why."""

    def split(self, name: str) -> list[Photo]:
        """The photographs of one split, in a fixed order."""
        return [photo for photo in self.photos if photo.split == name]

    def joined_by(self, photos: list[Photo], skipped: dict[str, str] | None = None) -> "Dataset":
        """The same with more photographs, and more that were passed over."""
        return Dataset([*self.photos, *photos], self.skipped | (skipped or {}))

    @property
    def digest(self) -> str:
        """The training split's `training_set_digest`: the same pictures, the same digest."""
        return training_set_digest(photo.sha256 for photo in self.split("train"))

    def counts(self) -> dict[str, dict[str, int]]:
        """How many photographs of each class each split holds."""
        return {split: dict(Counter(photo.label for photo in self.split(split))) for split in SPLITS}

    def save_split(self, path: Path) -> None:
        """Write down which photograph is in which split, as CSV."""
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, [f.name for f in fields(Photo)])
            writer.writeheader()
            for photo in self.photos:
                box = " ".join(f"{side:.2f}" for side in astuple(photo.face)[:4]) if photo.face else ""
                writer.writerow({**vars(photo), "face": box})


def read_split(path: Path) -> list[Photo]:
    """The photographs that `Dataset.save_split` wrote down."""

    def photo(row: dict[str, str]) -> Photo:
        box = row.get("face")
        face = Face(*map(float, box.split())) if box else None
        return Photo(
            Path(row["path"]), row["label"], row["split"], row["sha256"], row["source"], int(row["face_px"]), face
        )

    with path.open(newline="") as file:
        return [photo(row) for row in csv.DictReader(file)]


def training_set_digest(sha256s: Iterable[str]) -> str:
    """SHA-256 over the sorted SHA-256 of the training split's files, hexadecimal."""
    return hashlib.sha256("\n".join(sorted(sha256s)).encode()).hexdigest()


def read_dataset(folder: Path) -> Dataset:
    """Read a folder of photographs: a folder per class, below `train`, `val` and `test` or directly.

    Without the three split folders the pictures are split here: by the `cluster` column of `manifest.csv` where
    there is one, so that near-duplicates stay together, else by each file's content.

    Raises:
        UserError: No such folder, or a class that is missing, empty or too small.
    """
    if not folder.is_dir():
        raise UserError(f"There is no folder {folder}", f"name one that holds {COMPLIANT}/ and without_mask/")
    # The folders are all looked for before the first picture is read: a missing one is told at once.
    dataset = _read_photos(folder, list(_class_folders(folder)))
    _refuse_small_classes(folder, dataset.photos)
    _refuse_empty_splits(folder, dataset.photos)
    return dataset


def read_further(folder: Path) -> Dataset:
    """Read a folder with some of the class folders, all of whose pictures are for training only.

    Raises:
        UserError: There is none of them, or no usable picture in them.
    """
    folders = [("train", path) for label in LABELS if (path := folder / label).is_dir()]
    dataset = _read_photos(folder, folders)
    if not dataset.photos:
        raise UserError(f"{folder} holds no pictures to train with", f"sort some into {', '.join(LABELS)} there")
    return dataset


def _read_photos(folder: Path, class_folders: Sequence[tuple[str | None, Path]]) -> Dataset:
    manifest = _read_manifest(folder / "manifest.csv")
    photos: list[Photo] = []
    skipped: dict[str, str] = {}
    for split, path in _pictures(class_folders):
        row = manifest.get(f"{path.parent.name}/{path.name}", {})
        try:
            photos.append(_photo(path, split, row))
        except _UnusableError as error:
            skipped[str(path.relative_to(folder))] = str(error)
    return Dataset(photos, skipped)


class _UnusableError(Exception):
    """Why a picture is passed over."""


def _pictures(class_folders: Sequence[tuple[str | None, Path]]) -> Iterator[tuple[str | None, Path]]:
    for split, class_folder in class_folders:
        for path in sorted(class_folder.iterdir()):
            if path.suffix.lower() in SUFFIXES:
                yield split, path


def _class_folders(folder: Path) -> Iterator[tuple[str | None, Path]]:
    is_split = all((folder / split).is_dir() for split in SPLITS)
    for split in SPLITS if is_split else (None,):
        for label in LABELS:
            class_folder = folder / (split or "") / label
            if class_folder.is_dir():
                yield split, class_folder
            elif label in REQUIRED:
                missing = class_folder.relative_to(folder)
                raise UserError(f"{folder} has no {missing}/", "put the pictures of that class there")


def _photo(path: Path, split: str | None, row: dict[str, str]) -> Photo:
    content = path.read_bytes() if path.is_file() else b""
    height, width = _usable_size(content)
    sha256 = hashlib.sha256(content).hexdigest()
    return Photo(
        path=path,
        label=path.parent.name,
        split=split or _split_of(row.get("cluster") or sha256),
        sha256=sha256,
        source=row.get("source_repo") or "unnamed",
        face_px=int(float(row.get("face_px") or max(height, width) / CROP_WIDENING)),
    )


def _usable_size(content: bytes) -> tuple[int, int]:
    image = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR) if content else None
    if image is None:
        raise _UnusableError("cannot be read as a picture")
    height, width = image.shape[:2]
    if min(height, width) < MIN_SIDE_PX:
        raise _UnusableError(f"is only {width}x{height} pixels")
    return height, width


def _split_of(cluster: str) -> str:
    position = int.from_bytes(hashlib.sha256(cluster.encode()).digest()[:4]) / 2**32
    return SPLITS[sum(position >= bound for bound in SPLIT_BOUNDS)]


def _read_manifest(path: Path) -> dict[str, dict[str, str]]:
    """The manifest's rows by `class/file name`, whatever folder its paths start from."""
    if not path.is_file():
        return {}
    with path.open(newline="") as file:
        return {"/".join(row["path"].split("/")[-2:]): row for row in csv.DictReader(file) if row.get("path")}


def _refuse_small_classes(folder: Path, photos: list[Photo]) -> None:
    counts = Counter(photo.label for photo in photos)
    for label in LABELS:
        optional = label not in REQUIRED and not counts[label]
        if counts[label] < MIN_IMAGES_PER_CLASS and not optional:
            raise UserError(
                f"{folder} has {counts[label]} usable pictures of class {label}",
                f"at least {MIN_IMAGES_PER_CLASS} are needed",
            )


def _refuse_empty_splits(folder: Path, photos: list[Photo]) -> None:
    present = {(photo.split, photo.label) for photo in photos}
    for label in REQUIRED:
        if ("train", label) not in present:
            raise UserError(f"{folder} has no {label} pictures to train with", "its train split needs some")
    if not any(split == "val" for split, _ in present):
        raise UserError(
            f"{folder} has no pictures to validate with", "add more, or split them into train, val and test"
        )
