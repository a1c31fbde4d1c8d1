"""Scenes whose boxes are in Pascal VOC files anywhere below a folder."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from training.common.listing import is_picture, walk, why_no_picture
from training.common.pictures import UnusableError
from training.common.splits import SPLITS, split_of_folders
from training.locator.found import AnnotatedPicture, Reading
from training.locator.image_sets import find_image_sets, split_by_lists
from training.locator.voc import Annotation, read_annotation
from training.locator.voc_pairs import is_mask, pair


def has_annotations(folder: Path) -> bool:
    """Whether there is an .xml file anywhere below a folder."""
    return any(path.suffix.lower() == ".xml" for path in walk(folder))


def read_tree(folder: Path) -> Reading:
    """Read the annotations below a folder, and pair them with the pictures there.

    The lists of ImageSets/Main are the split, or else folders named train, val (or valid) and test.

    Raises:
        UserError: A list cannot be read, or a picture is in the lists of two splits.
    """
    reading = Reading()
    annotations, pictures = _sorted_out(reading, folder)
    photographs = [path for path in pictures if not is_mask(path)]
    pairs = pair(list(annotations), photographs, lambda path: annotations[path].picture)
    for path, reason in pairs.faults.items():
        reading.leave_out(path, reason, annotated=True)
    named_above = {path.stem for path in map(Path, reading.left_out)}
    for path in sorted(set(pictures) - set(pairs.found.values())):
        if path.stem not in named_above:
            reading.leave_out(path, "is a mask, not a photograph" if is_mask(path) else "has no annotation")
    found = [_annotated(folder, path, pairs.found[path], annotations[path]) for path in sorted(pairs.found)]
    for sets in find_image_sets(folder):
        theirs = [picture for picture in found if picture.path.is_relative_to(sets.root)]
        if sets.are_a_split:
            split_by_lists(sets, reading, folder, theirs)
            found = [picture for picture in found if not picture.path.is_relative_to(sets.root)]
        else:
            lists = " and ".join(f"{split}.txt" for split in sets.lists)
            reading.notes[f"split otherwise: {lists} in ImageSets/Main alone are no split"] += len(theirs)
    reading.pictures += _split(reading, folder, found)
    return reading


def _sorted_out(reading: Reading, folder: Path) -> tuple[dict[Path, Annotation], list[Path]]:
    """The readable annotations and the pictures below a folder, by their paths in it."""
    annotations, pictures = {}, []
    for path in (path.relative_to(folder) for path in walk(folder)):
        if path.suffix.lower() == ".xml":
            try:
                annotations[path] = read_annotation(folder / path)
            except UnusableError as error:
                reading.leave_out(path, str(error), annotated=True)
        elif is_picture(path):
            pictures.append(path)
        elif reason := why_no_picture(path):
            reading.leave_out(path, reason)
    return annotations, pictures


def _annotated(folder: Path, path: Path, picture: Path, annotation: Annotation) -> AnnotatedPicture:
    split = split_of_folders(picture) or split_of_folders(path)
    return AnnotatedPicture(
        folder / picture, split, annotation.boxes, annotation.labels, annotation.size, annotation=folder / path
    )


def _split(reading: Reading, folder: Path, found: list[AnnotatedPicture]) -> Iterator[AnnotatedPicture]:
    """The pictures with the split that their folders name, where these folders are a split."""
    named = {picture.split for picture in found}
    if not {"train", "val"} <= named:
        if named - {None}:
            folders = " and ".join(split for split in SPLITS if split in named)
            reading.notes[f"split by content: folders named {folders} alone are no split"] += len(found)
        yield from (replace(picture, split=None) for picture in found)
        return
    for picture in found:
        if picture.split:
            yield picture
        else:
            name = picture.path.relative_to(folder)
            reading.leave_out(name, "lies outside the folders train, val and test, which are the split")
