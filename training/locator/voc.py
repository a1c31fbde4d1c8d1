"""Annotations in the Pascal VOC form: an XML file for each image."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np

from training.common.names import printable
from training.common.pictures import UnusableError, read_content
from training.common.tables import number_of
from training.locator.box_checks import LONGEST_SIDE_PX
from training.locator.xml_text import decode_xml

SIDES = ("xmin", "ymin", "xmax", "ymax")
LARGEST_BYTES = 20_000_000
DEEPEST = 30

DIFFICULT = "ignore"
"""Label of the boxes that an annotation marks as too difficult to be asked for."""

DEFAULT_LABEL = "face"
"""Of an object without a name."""


@dataclass(frozen=True)
class Annotation:
    """What one file says of one picture."""

    boxes: np.ndarray
    """float64 (n, 4) as left, top, right, bottom, as written; they may be impossible."""
    labels: tuple[str, ...]
    """By box."""
    size: tuple[int, int] | None
    """Width and height of the picture, in pixels; None where the file does not say."""
    picture: tuple[str, str]
    """Folder and name of the picture by the file, empty where it does not say."""


def read_annotation(path: Path) -> Annotation:
    """Read an annotation.

    Raises:
        UnusableError: It is none, or an object in it has no box.
    """
    root = _root(read_content(path))
    objects = root.findall("object")
    boxes = np.array([_box(found) for found in objects], np.float64).reshape(-1, 4)
    folder, name = (_text(root, tag) for tag in ("folder", "filename"))
    picture = (*name.replace("\\", "/").rpartition("/")[::2],)
    return Annotation(boxes, tuple(map(_label, objects)), _size(root), (picture[0] or folder, picture[1]))


class _Tree(ElementTree.TreeBuilder):
    """Refuses what is nested deeper than any annotation, before it fills the stack."""

    depth = 0

    def start(self, tag: Any, attributes: Any) -> Any:
        self.depth += 1
        if self.depth > DEEPEST:
            raise UnusableError("is no Pascal VOC annotation (too deeply nested)")
        return super().start(tag, attributes)

    def end(self, tag: Any) -> Any:
        self.depth -= 1
        return super().end(tag)


def _root(content: bytes) -> ElementTree.Element:
    if len(content) > LARGEST_BYTES:
        raise UnusableError(f"is no Pascal VOC annotation (larger than {LARGEST_BYTES // 10**6} MB)")
    root = _parsed(decode_xml(content))
    if root.tag != "annotation":
        raise UnusableError(f"is no Pascal VOC annotation (its root is <{printable(root.tag)[:40]}>)")
    return root


def _parsed(text: str) -> ElementTree.Element:
    parser = ElementTree.XMLParser(target=_Tree())
    try:
        parser.feed(text)  # what the file declares does not count for text
        return parser.close()
    except (ElementTree.ParseError, ValueError) as error:
        raise UnusableError(f"is no Pascal VOC annotation ({printable(error)})") from error


def _box(found: ElementTree.Element) -> list[float]:
    texts = [_text(found, f"bndbox/{side}") for side in SIDES]
    numbers = [number_of(text) for text in texts]
    if None in numbers:
        raise UnusableError("has an object with a box of something else than numbers" if any(texts) else NO_BOX)
    return [number for number in numbers if number is not None]


NO_BOX = "has an object without a box"


def _label(found: ElementTree.Element) -> str:
    return DIFFICULT if _text(found, "difficult") == "1" else _text(found, "name") or DEFAULT_LABEL


def _size(root: ElementTree.Element) -> tuple[int, int] | None:
    width, height = (number_of(_text(root, f"size/{side}")) for side in ("width", "height"))
    if max(width or 0, height or 0) > LONGEST_SIDE_PX:
        raise UnusableError("states a size that no picture has")
    return (round(width), round(height)) if width and height and min(width, height) >= 1 else None


def _text(element: ElementTree.Element, path: str) -> str:
    return (element.findtext(path) or "").strip()
