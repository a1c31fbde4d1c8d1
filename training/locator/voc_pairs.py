"""Which picture each annotation of a tree belongs to."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path, PurePath

from training.common.names import comparable, printable

Stated = Callable[[Path], tuple[str, str]]
"""Gives the folder and name of the picture that an annotation states, empty where it states none."""

NO_PICTURE = "has no picture of its name"


def is_mask(path: PurePath) -> bool:
    """Whether a picture was drawn by an annotator: it lies in SegmentationClass, SegmentationObject or the like."""
    return any(part.lower().startswith("segmentation") or part.lower() == "masks" for part in path.parts[:-1])


@dataclass(frozen=True)
class Pairs:
    """Annotations and their pictures, paths relative to the tree's folder."""

    found: dict[Path, Path] = field(default_factory=dict)
    """By annotation, its picture."""
    faults: dict[Path, str] = field(default_factory=dict)
    """By annotation without one, why."""


def pair(annotations: Sequence[Path], pictures: Iterable[Path], stated: Stated) -> Pairs:
    """Pair the annotations and pictures of a tree by folder and name.

    A picture beside its annotation, of the same name, belongs to it. Where a folder holds annotations alone, the
    picture of that name is taken whose folders agree most with the annotation's. Between two that agree alike nothing
    is guessed, unless the annotation states one of them.
    """
    pairs, by_name, folders = Pairs(), defaultdict(list), set()
    for picture in pictures:
        by_name[comparable(picture.stem)].append(picture)
        folders.add(picture.parent)
    for path in annotations:
        # An annotation among pictures whose own picture is gone must not take that of another folder.
        if path.parent in folders:
            beside = [picture for picture in by_name[comparable(path.stem)] if picture.parent == path.parent]
            _settle(pairs, path, beside or _of_stated_name(path, by_name, stated, beside=True), stated)
    taken = set(pairs.found.values())
    for path in annotations:
        if path.parent not in folders:
            candidates = by_name[comparable(path.stem)] or _of_stated_name(path, by_name, stated, beside=False)
            _settle(pairs, path, _closest(path, [p for p in candidates if p not in taken]), stated)
    _refuse_twice(pairs)
    return pairs


def _settle(pairs: Pairs, path: Path, candidates: list[Path], stated: Stated) -> None:
    if len(candidates) > 1:
        folder, name = (comparable(part) for part in stated(path))
        of_name = [picture for picture in candidates if comparable(picture.name) == name]
        of_both = [picture for picture in of_name if comparable(picture.parent.name) == folder]
        candidates = of_name if len(of_name) == 1 else of_both if len(of_both) == 1 else candidates
    if len(candidates) == 1:
        pairs.found[path] = candidates[0]
    else:
        both = " or ".join(printable(picture) for picture in candidates[:2])
        pairs.faults[path] = f"could belong to {both}" if candidates else NO_PICTURE


def _of_stated_name(path: Path, by_name: dict[str, list[Path]], stated: Stated, *, beside: bool) -> list[Path]:
    name = comparable(stated(path)[1])
    candidates = by_name[comparable(PurePath(name).stem)] if name else []
    return [p for p in candidates if comparable(p.name) == name and (p.parent == path.parent or not beside)]


def _refuse_twice(pairs: Pairs) -> None:
    owners = Counter(pairs.found.values())
    for path, picture in list(pairs.found.items()):
        if owners[picture] > 1:
            del pairs.found[path]
            pairs.faults[path] = f"is one of {owners[picture]} annotations of the same picture"


def _closest(path: Path, pictures: list[Path]) -> list[Path]:
    """The pictures whose folders agree most with an annotation's, from the front and from the end."""
    agreements = [_agreement(path.parent.parts, picture.parent.parts) for picture in pictures]
    return [picture for picture, agreement in zip(pictures, agreements, strict=True) if agreement == max(agreements)]


def _agreement(one: Sequence[str], other: Sequence[str]) -> int:
    front = _equal_at_front(one, other)
    return front + _equal_at_front(one[front:][::-1], other[front:][::-1])


def _equal_at_front(one: Sequence[str], other: Sequence[str]) -> int:
    return len(list(takewhile(lambda pair: pair[0].lower() == pair[1].lower(), zip(one, other, strict=False))))
