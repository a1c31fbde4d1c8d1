"""Turns the maps of an anchor-free face network into boxes: decoding, and one box for each face.

The network divides its picture into cells, `stride` pixels wide, for each of a few strides. For each cell it gives a
heat (how likely a face's center is here, 0 to 1) and four codes, each 0 to 1, that say where the face's box lies. The
idea is that of FCOS (Tian et al., 2019) and YOLOX (Ge et al., 2021). All are given as levels from 0 to 6, which are
clipped log-odds: int8 then represents them all with the same fine scale, and the network ends with a ReLU6.
"""

from collections.abc import Iterable, Sequence

import cv2
import numpy as np

from edge.vision.boxes import iou
from edge.vision.face import Box

HIGHEST = 6.0
"""Highest level of a network's output; the lowest is 0."""

MIDDLE = 3.0
"""The level that represents one half."""

HEAT_SLOPE = 2.0
"""Log-odds per level of heat: scores from 0.0025 to 0.9975 can be expressed. For a code it is one."""

CODE_SPAN = 6.0
"""How much a code's whole range, 0 to 1, stands for: strides of offset, or powers of e of size."""

LOG_SIZE_AT_ZERO = -2.0
"""Logarithm of the box's side over the stride for the code 0.

The levels 0 to 6 express codes from 0.05 to 0.95: offsets up to 2.7 strides, sides from 0.18 to 41 strides.
"""

MAX_OVERLAP = 0.2
"""Intersection over union above which the less certain of two boxes is dropped.

Chosen on the validation split: at 0.45, second boxes of the same face took the place of other faces.
"""

MERGED_OVERLAP = 0.5
"""A face's box is the mean of the boxes whose intersection over union with the most certain one is above this."""

ROUNDING = 1e-3
"""By how many levels rounding may put a cell below a score that it reaches."""


def cell_centers(height: int, width: int, stride: int) -> np.ndarray:
    """Centers of all cells in rows, float32 (height * width, 2) as x, y, in pixels of the picture."""
    y, x = np.mgrid[:height, :width].astype(np.float32)
    return (np.stack([x.ravel(), y.ravel()], 1) + 0.5) * stride


def decode_boxes(codes: np.ndarray, centers: np.ndarray, stride: np.ndarray | float) -> np.ndarray:
    """Boxes for the codes of n cells.

    Args:
        codes: float (n, 4) in 0..1: offset of the box's center in x and y, logarithm of its width and height.
        centers: float (n, 2), the cells' centers in pixels.
        stride: The cells' width in pixels, one number or (n, 1).

    Returns:
        float (n, 4) as left, top, right, bottom, in pixels.
    """
    middle = centers + offsets(codes[:, :2]) * stride
    half = sides(codes[:, 2:]) * stride / 2
    return np.concatenate([middle - half, middle + half], 1)


def offsets(codes: np.ndarray) -> np.ndarray:
    """How far a box's center lies from the cell's, in strides, for codes of any shape."""
    return (codes - 0.5) * CODE_SPAN


def sides(codes: np.ndarray) -> np.ndarray:
    """A box's width or height, in strides, for codes of any shape."""
    return np.exp(codes * CODE_SPAN + LOG_SIZE_AT_ZERO)


def encode_boxes(boxes: np.ndarray, centers: np.ndarray, stride: np.ndarray | float) -> np.ndarray:
    """The codes that `decode_boxes` turns into these boxes, clipped to 0..1; the shapes are the same."""
    offset = ((boxes[:, :2] + boxes[:, 2:]) / 2 - centers) / stride
    log_size = np.log(np.maximum(boxes[:, 2:] - boxes[:, :2], 1e-6) / stride)
    codes = np.concatenate([offset / CODE_SPAN + 0.5, (log_size - LOG_SIZE_AT_ZERO) / CODE_SPAN], 1)
    return np.clip(codes, 0.0, 1.0)


def decode_maps(maps: dict[int, tuple[np.ndarray, np.ndarray]], min_score: float) -> tuple[np.ndarray, np.ndarray]:
    """All boxes with at least a score, before suppression.

    Args:
        maps: By stride, heat (height, width) and box (height, width, 4), levels as the network gives them.
        min_score: Lowest score of a cell that counts, 0 to 1.

    Returns:
        Boxes, float (n, 4), in pixels of the picture, and scores (n,).
    """
    # Few cells hold a face. Comparing levels drops the others without computing an exponential.
    lowest = float(levels(np.array(min_score), HEAT_SLOPE)) - ROUNDING
    cells = [_hot_cells(stride, heat, box, lowest) for stride, (heat, box) in maps.items()]
    centers, strides, heats, codes = (np.concatenate(parts) for parts in zip(*cells, strict=True))
    scores = shares(heats, HEAT_SLOPE)
    chosen = scores >= min_score
    boxes = decode_boxes(shares(codes[chosen]), centers[chosen], strides[chosen])
    return boxes, scores[chosen]


def _hot_cells(
    stride: int, heat: np.ndarray, box: np.ndarray, lowest: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Centers (n, 2), strides (n, 1), heats (n,) and box codes (n, 4) of the cells with at least a level of heat."""
    rows, columns = np.nonzero(heat >= lowest)
    centers = (np.stack([columns, rows], 1) + 0.5) * stride
    return centers, np.full((len(rows), 1), float(stride)), heat[rows, columns], box[rows, columns]


def levels(shares: np.ndarray, slope: float = 1.0) -> np.ndarray:
    """The levels, 0 to HIGHEST, that represent shares, 0 to 1: codes, or heat with the HEAT_SLOPE."""
    shares = np.clip(shares, 1e-4, 1 - 1e-4)
    return np.clip(np.log(shares / (1 - shares)) / slope + MIDDLE, 0, HIGHEST)


def shares(level: np.ndarray, slope: float = 1.0) -> np.ndarray:
    """The shares, 0 to 1, for which levels stand, the reverse of `levels`."""
    return 1 / (1 + np.exp(-slope * (np.clip(level, 0, HIGHEST) - MIDDLE)))


def suppress(
    boxes: Iterable[Box] | np.ndarray, scores: Sequence[float] | np.ndarray, max_overlap: float = MAX_OVERLAP
) -> np.ndarray:
    """Greedy non-maximum suppression.

    Args:
        boxes: n boxes, or float (n, 4) as left, top, right, bottom.
        scores: Their scores, n or float (n,).
        max_overlap: Intersection over union above which the box with the lower score is dropped.

    Returns:
        Indices of the boxes kept, int (m,), highest score first.
    """
    rectangles = [(left, top, right - left, bottom - top) for left, top, right, bottom in boxes]
    return np.array(cv2.dnn.NMSBoxes(rectangles, list(scores), 0.0, max_overlap), np.int64)


def merge(kept: Box, boxes: Iterable[Box], scores: Iterable[float]) -> Box:
    """A box that suppression keeps, averaged with the boxes that it replaces.

    Neighboring cells see the same face and err independently, so their mean lies closer to it and moves less from one
    frame to the next (weighted boxes fusion, Solovyev et al., 2021).

    Args:
        kept: The box.
        boxes: All n boxes, this one included.
        scores: Their scores; a box is weighted by the square of its score.
    """
    left = top = right = bottom = total = 0.0
    for box, score in zip(boxes, scores, strict=True):
        if iou(kept, box) > MERGED_OVERLAP:
            weight = score**2
            left += weight * box[0]
            top += weight * box[1]
            right += weight * box[2]
            bottom += weight * box[3]
            total += weight
    return left / total, top / total, right / total, bottom / total
