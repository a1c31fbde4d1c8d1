"""Copies of a picture that contradict each other: in two classes, or in two splits."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from training.common.names import printable


@dataclass(frozen=True)
class Placed:
    """A picture, and where it was put."""

    path: Path
    sha256: str
    split: str
    label: str = ""
    """Its class; empty where a picture has none."""


def contradictions(pictures: Iterable[Placed], folder: Path) -> Iterator[str]:
    """What is said of pictures that are there more than once, byte for byte, and not as the same thing.

    Args:
        pictures: Of a data set, split.
        folder: Of the data set, by which the pictures in it are named.
    """
    copies = defaultdict(list)
    for picture in pictures:
        copies[picture.sha256].append(picture)
    several = [found for found in copies.values() if len(found) > 1]
    classes = [found for found in several if len({picture.label for picture in found}) > 1]
    splits = [found for found in several if len({picture.split for picture in found}) > 1]
    if classes:
        yield f"{_counted(classes, folder)} in more than one class: keep each in the right one"
    if splits:
        yield f"{_counted(splits, folder)} in more than one split: scores on what was trained with are too good"


def _counted(several: list[list[Placed]], folder: Path) -> str:
    paths = [picture.path for picture in several[0][:2]]
    names = [printable(path.relative_to(folder) if path.is_relative_to(folder) else path) for path in paths]
    verb = "pictures are" if len(several) > 1 else "picture is"
    return f"{len(several)} {verb} there more than once ({' and '.join(names)}), and"
