"""Reading a folder of photographs of faces: its classes, its splits, and a reason for each file that is not used."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from edge.errors import UserError
from edge.vision.preprocessing import CROP_WIDENING
from training.classifier.datasets import LABELS, REQUIRED, Dataset, Photo
from training.classifier.manifest import read_manifest
from training.common.copies import Placed, contradictions
from training.common.labels import LabelMap
from training.common.left_out import in_one_sentence
from training.common.listing import count_pictures, entries, is_picture, why_no_picture
from training.common.names import printable
from training.common.pictures import UnusableError, inspect_picture, read_content
from training.common.splits import FOLDERS, SPLITS, Member, cluster_of, position, split_by_content
from training.common.tables import Row

MIN_IMAGES_PER_CLASS = 20
MIN_SIDE_PX = 16
"""A picture with a shorter side than this holds no face worth learning from."""

PURPOSES = {"train": "to train with", "val": "to validate with: no threshold could be chosen", "test": "to test with"}


def read_dataset(folder: Path, labels: LabelMap | None = None, extra: Iterable[Path] = ()) -> Dataset:
    """Read a folder of photographs: a folder for each class, below `train`, `val` and `test` or directly.

    Without the three split folders the pictures are split here: by the `cluster` column of `manifest.csv` where
    there is one, so that near-duplicates stay together, else by each file's content.

    Args:
        folder: Of the photographs.
        labels: What class folders of other names than ours mean.
        extra: Further folders, see `read_further`; what is for choosing or for the test is not trained with.

    Raises:
        UserError: No such folder, a manifest that cannot be read, or a class that is missing, too small or left out of
            a split.
    """
    if not folder.is_dir():
        raise UserError(f"There is no folder {printable(folder)}", f"name one that holds {COMPLIANT_AND_BARE}")
    reader = _Reader(folder, labels or LabelMap())
    # All folders are checked before the first picture is read: a missing one is reported at once.
    dataset = reader.read(reader.class_folders())
    _refuse_small_classes(folder, dataset)
    _refuse_incomplete_splits(folder, dataset)
    for further in extra:
        dataset = dataset.joined_by(read_further(further, labels), further)
    placed = (Placed(photo.path, photo.sha256, photo.split, photo.label) for photo in dataset.photos)
    copies = contradictions(placed, folder.absolute())
    return replace(dataset, notes=(*dataset.notes, *_missing_optional(dataset), *copies))


COMPLIANT_AND_BARE = " and ".join(f"{label}/" for label in REQUIRED)


def read_further(folder: Path, labels: LabelMap | None = None) -> Dataset:
    """Read a folder with some of the class folders, all of whose pictures are for training only.

    Raises:
        UserError: There is none of them, or no usable picture in them.
    """
    if not folder.is_dir():
        raise UserError(f"There is no folder {printable(folder)}", f"name one that holds some of {', '.join(LABELS)}")
    reader = _Reader(folder, labels or LabelMap())
    dataset = reader.read(reader.classes_in(folder, SPLITS[0]))
    if not dataset.photos:
        raise UserError(
            f"{printable(folder)} holds no pictures to train with{in_one_sentence(dataset.skipped)}",
            f"sort some into {', '.join(LABELS)} there",
        )
    return dataset


@dataclass(frozen=True)
class _ClassFolder:
    path: Path
    label: str
    split: str | None


@dataclass
class _Reader:
    folder: Path
    labels: LabelMap
    left_out: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def class_folders(self) -> list[_ClassFolder]:
        folders = [path for path in entries(self.folder) if path.is_dir()]
        splits = {path: FOLDERS[path.name.lower()] for path in folders if path.name.lower() in FOLDERS}
        if set(splits.values()) == set(SPLITS):
            for path in entries(self.folder):
                if path not in splits:
                    self._leave_out(path, f"lies outside the folders {', '.join(SPLITS)}")
            return [found for path, split in splits.items() for found in self._complete_classes_in(path, split)]
        if splits and not self._names_classes(folders):
            raise UserError(
                f"{printable(self.folder)} has the folders {' and '.join(printable(path.name) for path in splits)} of "
                f"a split, but none for {' or '.join(split for split in SPLITS if split not in splits.values())}",
                "move about a tenth of each class there, or put all pictures together into one folder a class",
            )
        return list(self._complete_classes_in(self.folder, None))

    def _names_classes(self, folders: Iterable[Path]) -> bool:
        names = [path.name for path in folders]
        return any(self.labels.meaning(name, names) in LABELS for name in names)

    def _complete_classes_in(self, folder: Path, split: str | None) -> list[_ClassFolder]:
        found = self.classes_in(folder, split)
        for label in REQUIRED:
            if label not in {each.label for each in found}:
                missing = (folder / label).relative_to(self.folder)
                named = in_one_sentence(self.left_out)
                raise UserError(
                    f"{printable(self.folder)} has no {missing}/{named}", "put the pictures of that class there"
                )
        return found

    def classes_in(self, folder: Path, split: str | None) -> list[_ClassFolder]:
        """The class folders of a folder; everything else there is left out."""
        names = [path.name for path in entries(folder) if path.is_dir()]
        found = []
        for path in entries(folder):
            label = self.labels.meaning(path.name, names)
            if path.is_dir() and label in LABELS:
                found.append(_ClassFolder(path, label, split))
            else:
                hint = f", unless --labels {printable(path.name)}=CLASS says which" if path.is_dir() else ""
                self._leave_out(path, f"is none of the class folders {', '.join(LABELS)}{hint}")
        return sorted(found, key=lambda each: LABELS.index(each.label))

    def _leave_out(self, path: Path, reason: str) -> None:
        """Note a folder with pictures, or a file that might be one."""
        name = str(path.relative_to(self.folder))
        if path.is_dir():
            if count := count_pictures(path):
                self.left_out[f"{name}/"] = f"{count} pictures: {reason}"
        elif is_picture(path):
            self.left_out[name] = "lies outside the class folders"
        elif why := why_no_picture(path):
            self.left_out[name] = why

    def read(self, folders: Iterable[_ClassFolder]) -> Dataset:
        manifest = read_manifest(self.folder)
        photos: list[Photo] = []
        members: list[Member] = []
        for path, of in self._pictures(folders):
            name = path.relative_to(self.folder)
            row = manifest.row(name)
            try:
                photo = _photo(path.absolute(), of, row)
            except UnusableError as error:
                self.left_out[str(name)] = str(error)
                continue
            photos.append(photo)
            cluster = (row and row.text("cluster")) or cluster_of(path, photo.sha256)
            members.append(Member(cluster, position(cluster), frozenset({photo.label})))
        self.notes += manifest.notes(len(photos))
        return Dataset(list(_with_splits(photos, members)), self.left_out, tuple(self.notes))

    def _pictures(self, folders: Iterable[_ClassFolder]) -> Iterator[tuple[Path, _ClassFolder]]:
        for of in folders:
            if of.path.name != of.label:
                name = printable(of.path.relative_to(self.folder))
                self.notes.append(f"{count_pictures(of.path)} pictures in {name}/ are read as {of.label}")
            for path in entries(of.path):
                if path.is_dir():
                    self._leave_out(path, "lies in a folder within a class folder: move its pictures up")
                elif is_picture(path):
                    yield path, of
                elif why := why_no_picture(path):
                    self.left_out[str(path.relative_to(self.folder))] = why


def _photo(path: Path, of: _ClassFolder, row: Row | None) -> Photo:
    content = read_content(path)
    width, height = inspect_picture(content).size
    if min(height, width) < MIN_SIDE_PX:
        raise UnusableError(f"is only {width}x{height} pixels")
    return Photo(
        path=path,
        label=of.label,
        split=of.split or "",
        sha256=hashlib.sha256(content).hexdigest(),
        source=(row and row.text("source_repo")) or "unnamed",
        face_px=_face_px(row, max(height, width) / CROP_WIDENING),
    )


def _face_px(row: Row | None, by_size: float) -> int:
    if row is None or not row.text("face_px"):
        return int(by_size)
    if not 0 <= (px := row.number("face_px")) < 1e6:
        raise row.error(f"has {px:g} in column face_px")
    return int(px)


def _with_splits(photos: list[Photo], members: list[Member]) -> Iterator[Photo]:
    """The photographs with a split for those that have none, by their content."""
    unsplit = [member for photo, member in zip(photos, members, strict=True) if not photo.split]
    splits = iter(split_by_content(unsplit))
    yield from (photo if photo.split else replace(photo, split=next(splits)) for photo in photos)


def _refuse_small_classes(folder: Path, dataset: Dataset) -> None:
    counts = Counter(photo.label for photo in dataset.photos)
    for label in LABELS:
        optional = label not in REQUIRED and not counts[label]
        if counts[label] < MIN_IMAGES_PER_CLASS and not optional:
            raise UserError(
                f"{printable(folder)} has {counts[label]} usable pictures of class {label}"
                f"{in_one_sentence(dataset.skipped)}",
                f"at least {MIN_IMAGES_PER_CLASS} are needed",
            )


def _refuse_incomplete_splits(folder: Path, dataset: Dataset) -> None:
    present = {(photo.split, photo.label) for photo in dataset.photos}
    for split in SPLITS:
        for label in REQUIRED:
            if (split, label) not in present:
                raise UserError(
                    f"{printable(folder)} has no {label} pictures {PURPOSES[split]}",
                    f"its split {split} needs some: add more, or sort them into train, val and test",
                )


def _missing_optional(dataset: Dataset) -> Iterator[str]:
    present = {(photo.split, photo.label) for photo in dataset.photos}
    for label in LABELS:
        for split in SPLITS[1:]:
            if ("train", label) in present and (split, label) not in present:
                yield f"{split} has no {label} pictures: nothing will be known of them there"
