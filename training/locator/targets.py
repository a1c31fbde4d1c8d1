"""What a training picture holds, in the form that the loss reads."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

MAX_ROWS = 32
"""Rows of a picture's truth: the faces, the largest first, then the regions to ignore."""

SHORTEST_FACE_PX = 8.0
"""Faces with a shorter longer side than this, in pixels of the network's input, are neither asked for nor punished."""

MIN_VISIBLE = 0.5
"""Share of a face that the edges must leave for it to be asked for."""

MIN_IGNORED = 0.05
"""Share of an ignored box that the edges must leave for it to matter."""

NO_BOXES = np.zeros((0, 4))

SUSPECT_WEIGHT = 0.5
"""How much less a found face counts as wrong where the annotator may have missed some."""


@dataclass(frozen=True)
class Targets:
    """Faces and regions to ignore in one picture."""

    faces: np.ndarray
    """float (n, 4) as left, top, right, bottom, in pixels of the picture."""
    ignored: np.ndarray
    """float (m, 5): a box, and by how much less a face found there counts as wrong, 0 to 1."""

    @classmethod
    def of_boxes(cls, boxes: np.ndarray, inside: np.ndarray, ignored: np.ndarray = NO_BOXES) -> Self:
        """Sort boxes (n, 4) into faces and ignored ones, by their size and by what of them lies in the box `inside`.

        Boxes `ignored` (m, 4) stay so.
        """
        clipped, sides, visible = _clipped(boxes, inside)
        asked = (visible >= MIN_VISIBLE) & (sides.max(1, initial=0) >= SHORTEST_FACE_PX)
        passed = (visible > MIN_IGNORED) & ~asked
        further, _, further_visible = _clipped(ignored, inside)
        without = np.concatenate([clipped[passed], further[further_visible > MIN_IGNORED]])
        return cls(clipped[asked], np.concatenate([without, np.ones((len(without), 1))], 1))

    @classmethod
    def together(cls, truths: Sequence[Self]) -> Self:
        """All that some truths hold."""
        return cls(np.concatenate([t.faces for t in truths]), np.concatenate([t.ignored for t in truths]))

    def doubted(self, region: np.ndarray, weight: float) -> Self:
        """The same, with one more region (4,) in which faces may have been missed."""
        return type(self)(self.faces, np.concatenate([self.ignored, [[*region, weight]]]))

    def moved(self, x: float, y: float) -> Self:
        """The same, further right by `x` and down by `y` pixels."""
        offset = np.array([x, y, x, y])
        ignored = self.ignored.copy()
        ignored[:, :4] += offset
        return type(self)(self.faces + offset, ignored)

    def mirrored(self, width: int) -> Self:
        """The same in the picture's mirror image, `width` pixels wide."""
        ignored = np.concatenate([_mirrored(self.ignored[:, :4], width), self.ignored[:, 4:]], 1)
        return type(self)(_mirrored(self.faces, width), ignored)

    def rows(self, count: int = MAX_ROWS) -> np.ndarray:
        """The table that the loss reads.

        Returns:
            float32 (count, 5): a box, then 1 for a face, 0 for an empty row, -w for a region in which a found face
            counts w less as wrong. Faces for which no row is left are ignored, in one region.
        """
        sizes = (self.faces[:, 2:] - self.faces[:, :2]).max(1, initial=0)
        faces = self.faces[np.argsort(-sizes, kind="stable")]
        # The largest first as well: what finds no row would be punished.
        areas = (self.ignored[:, 2:4] - self.ignored[:, :2]).prod(1)
        ignored = self.ignored[np.argsort(-areas, kind="stable")]
        if len(faces) >= count:
            rest = faces[count - 1 :]
            region = [*rest[:, :2].min(0), *rest[:, 2:].max(0), 1.0]
            faces, ignored = faces[: count - 1], np.array([region])
        table = np.concatenate([np.c_[faces, np.ones(len(faces))], np.c_[ignored[:, :4], -ignored[:, 4]]])[:count]
        return np.pad(table, ((0, count - len(table)), (0, 0))).astype(np.float32)


def _clipped(boxes: np.ndarray, inside: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Boxes (n, 4) as far as they lie inside, the sides (n, 2) of that, and which share of each it is."""
    clipped = np.concatenate([np.maximum(boxes[:, :2], inside[:2]), np.minimum(boxes[:, 2:], inside[2:])], 1)
    sides = np.maximum(clipped[:, 2:] - clipped[:, :2], 0)
    whole = np.maximum(boxes[:, 2:] - boxes[:, :2], 1e-6)
    return clipped, sides, sides.prod(1) / whole.prod(1)


def _mirrored(boxes: np.ndarray, width: int) -> np.ndarray:
    return np.stack([width - boxes[:, 2], boxes[:, 1], width - boxes[:, 0], boxes[:, 3]], 1)
