"""Cut-outs of scenes with boxes drawn, to see by what a locator is fooled."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from edge.vision.face import Face
from training.locator.findings import FalseFace, Findings, SeenScene, TrueFace
from training.report.rendering import picture_uri

WORST = 24
"""Mistakes shown of each kind."""

SIDE_PX = 240
"""Width and height of a cut-out."""

SURROUNDINGS = 3.0
"""How much wider than its face a cut-out is, at least."""

MIN_SEEN_PX = 96
"""Scenes are not enlarged further than so many of their pixels to a cut-out: faces would dissolve."""

TRUE_COLOR, FOUND_COLOR, SHADOW = (255, 196, 0), (38, 160, 255), (20, 24, 32)
"""RGB of the boxes that are true, of those that the locator drew, and of the line under both."""


@dataclass(frozen=True)
class Cutout:
    """A cutout of a mistake."""

    picture: str
    """A data URI."""
    face: Face
    label: str
    """The annotation's, empty for a false face."""
    score: float
    """Of the box that found the face or is false, 0 for none."""
    file: str


def worst_misses(findings: Findings, threshold: float) -> list[Cutout]:
    """The WORST faces that are not found at a threshold, the largest first: they were the nearest to the door."""
    missed = sorted((f for f in findings.faces if f.found_at < threshold), key=lambda f: -f.face.size)
    return [_cutout(face, face.label, face.found_at, threshold) for face in missed[:WORST]]


def surest_false_faces(findings: Findings, threshold: float) -> list[Cutout]:
    """The WORST boxes that are shown at a threshold and hit no face, the surest first."""
    shown = sorted((f for f in findings.false_faces if f.face.score >= threshold), key=lambda f: -f.face.score)
    return [_cutout(item, "", item.face.score, threshold) for item in shown[:WORST]]


def _cutout(item: TrueFace | FalseFace, label: str, score: float, threshold: float) -> Cutout:
    picture = draw_around(item.face, item.seen, threshold)
    scene = item.seen.scene
    return Cutout(picture_uri(picture), item.face, label, score, scene.path.name)


def draw_around(face: Face, seen: SeenScene, threshold: float) -> np.ndarray:
    """The scene around a box, uint8 (SIDE_PX, SIDE_PX, 3) RGB, with the true boxes and those from the threshold on."""
    image = seen.scene.read()
    left, top, side = _window(face, image.shape[:2])
    part = image[top : top + side, left : left + side]
    scale = SIDE_PX / side
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    size = (round(part.shape[1] * scale), round(part.shape[0] * scale))
    picture = np.full((SIDE_PX, SIDE_PX, 3), SHADOW, np.uint8)
    picture[: size[1], : size[0]] = cv2.resize(part, size, interpolation=method)
    found = [[f.left, f.top, f.right, f.bottom] for f in seen.found if f.score >= threshold]
    _draw_boxes(picture, (seen.scene.boxes - [left, top] * 2) * scale, TRUE_COLOR)
    _draw_boxes(picture, (np.array(found).reshape(-1, 4) - [left, top] * 2) * scale, FOUND_COLOR)
    return picture


def _window(face: Face, shape: Sequence[int]) -> tuple[int, int, int]:
    """Left, top and side of a square around a face, moved into the scene as far as it fits."""
    side = min(max(round(SURROUNDINGS * face.size), MIN_SEEN_PX), max(shape))
    corner = [round(middle - side / 2) for middle in face.center]
    left, top = (max(0, min(low, room - side)) for low, room in zip(corner, shape[::-1], strict=True))
    return left, top, side


def _draw_boxes(picture: np.ndarray, boxes: np.ndarray, color: tuple[int, int, int]) -> None:
    for left, top, right, bottom in np.rint(boxes).astype(int).tolist():
        for line, width in ((SHADOW, 4), (color, 2)):
            cv2.rectangle(picture, (left, top), (right, bottom), line, width, cv2.LINE_AA)
