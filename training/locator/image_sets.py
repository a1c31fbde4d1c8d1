"""The split that Pascal VOC keeps in lists: ImageSets/Main/train.txt, val.txt and test.txt, one picture a line."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePath

from edge.errors import UserError
from training.common.listing import walk
from training.common.names import comparable, printable
from training.common.pictures import SUFFIXES
from training.common.splits import FOLDERS, SPLITS
from training.common.tables import read_text
from training.locator.found import AnnotatedPicture, Reading

FOLDER = "imagesets"
PURPOSE = "main"
"""Folder in it that is for boxes; others are for parts of the body or for masks."""

FLAG = re.compile(r"\s+-?[01]$")
"""After the name in lists of one class: whether the picture shows it."""


@dataclass
class ImageSets:
    """The lists of one data set: those in one ImageSets folder."""

    root: Path
    """The data set's folder, in which that folder lies."""
    lists: dict[str, list[Path]] = field(default_factory=dict)
    """By split."""

    @property
    def are_a_split(self) -> bool:
        """Whether there is something to train with and something to choose by."""
        return {"train", "val"} <= set(self.lists)


def find_image_sets(folder: Path) -> list[ImageSets]:
    """The lists below a folder, those of each data set together."""
    found: dict[Path, ImageSets] = {}
    for path in walk(folder):
        parents = [part.name.lower() for part in path.relative_to(folder).parents][:-1]
        split = FOLDERS.get(path.stem.lower())
        if split and path.suffix.lower() == ".txt" and parents[:2] == [PURPOSE, FOLDER]:
            root = path.parents[2]
            found.setdefault(root, ImageSets(root)).lists.setdefault(split, []).append(path)
    return list(found.values())


def split_by_lists(sets: ImageSets, reading: Reading, folder: Path, pictures: list[AnnotatedPicture]) -> None:
    """Give the pictures of a data set the splits that its lists say.

    Args:
        sets: The lists.
        reading: Gets the pictures, and of each that no list names and each name without a picture that it is not used.
        folder: Of all data, by which files are named.
        pictures: Those of the data set, annotated.

    Raises:
        UserError: A list cannot be read, or a picture is in the lists of two splits.
    """
    split_of, names = _splits_by_name(sets), set()
    for picture in pictures:
        listed = [name for name in _names(picture, sets.root) if name in split_of]
        names.update(listed)
        found = {split_of[name].split for name in listed}
        path = picture.path.relative_to(folder)
        if len(found) > 1:
            raise UserError(f"{printable(path)} is in the lists of {' and '.join(sorted(found))}", "keep one of them")
        if found:
            reading.pictures.append(replace(picture, split=found.pop()))
        else:
            lists = " or ".join(f"{split}.txt" for split in SPLITS if split in sets.lists)
            reading.leave_out(path, f"is not in {lists} of ImageSets/Main, which are the split")
    for name, line in split_of.items():
        if name not in names:
            reading.leave_out(f"{line.path.relative_to(folder)}: {line.text}", "is a line without an annotated picture")


@dataclass(frozen=True)
class _Line:
    split: str
    path: Path
    text: str


def _splits_by_name(sets: ImageSets) -> dict[str, _Line]:
    """By the name in each line, comparable and without its ending, what the line says."""
    lines: dict[str, _Line] = {}
    for split, path in ((split, path) for split, paths in sets.lists.items() for path in paths):
        for text in filter(None, map(str.strip, read_text(path).splitlines())):
            name = _comparable(PurePath(FLAG.sub("", text).replace("\\", "/")))
            before = lines.setdefault(name, _Line(split, path, text))
            if before.split != split:
                raise UserError(
                    f"{printable(path)} and {printable(before.path)} both name {printable(text)}",
                    "keep it in one of them",
                )
    return lines


def _names(picture: AnnotatedPicture, root: Path) -> Iterator[str]:
    """What a list may call a picture: its name, or its path in the data set, or its annotation's."""
    for path in filter(None, (picture.path, picture.annotation)):
        yield _comparable(PurePath(path.name))
        yield _comparable(path.relative_to(root))


def _comparable(path: PurePath) -> str:
    is_file = path.suffix.lower() in SUFFIXES | {".xml"}
    return comparable((path.with_suffix("") if is_file else path).as_posix().removeprefix("./"))
