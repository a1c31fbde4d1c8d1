"""Boxes in the Pascal VOC form: an XML file beside each image."""

from pathlib import Path
from xml.etree import ElementTree

from edge.errors import UserError

DIFFICULT = "ignore"
"""Label of the boxes that an annotation marks as too difficult to be asked for."""

SIDES = ("xmin", "ymin", "xmax", "ymax")


def read_voc_boxes(path: Path) -> tuple[list[list[float]], list[str]]:
    """The boxes of an annotation as left, top, right, bottom in pixels, and their labels, DIFFICULT where it says so.

    Raises:
        UserError: The file is not an annotation.
    """
    try:
        objects = ElementTree.parse(path).getroot().findall("object")
        boxes = [[float(found.findtext(f"bndbox/{side}") or "") for side in SIDES] for found in objects]
    except (ElementTree.ParseError, ValueError) as error:
        raise UserError(f"{path} is no Pascal VOC annotation ({error}): mend it or take it away.") from error
    return boxes, [_label(found) for found in objects]


def _label(found: ElementTree.Element) -> str:
    difficult = (found.findtext("difficult") or "").strip() == "1"
    return DIFFICULT if difficult else found.findtext("name") or "face"
