"""The locator's loss: which cell answers for which face, and how wrong its answer is.

Written with `keras.ops` alone, so that every backend of Keras can train it.
"""

from typing import Any

import keras
import numpy as np
from keras import ops

from edge.vision.anchor_free import CODE_SPAN, HEAT_SLOPE, LOG_SIZE_AT_ZERO, MIDDLE, cell_centers
from edge.vision.letterbox import LOCATOR_SIZE
from training.locator.network import STRIDES

CENTRE_RADIUS = 1.5
"""A cell may answer for a face whose middle is at most this many strides away (FCOS's center sampling)."""

SIDES_IN_STRIDES = (0.75, 10.0)
"""A cell may answer for faces whose longer side is this many strides: the rest is another stride's."""

MOST_CELLS_A_FACE = 10
FOCUS = 1.0
"""Power by which a cell's error weighs its loss: 0 counts all cells equally, 2 almost only those with a large error."""

BOX_WEIGHT = 2.0
"""The box's share of the loss against the heat's."""


def flat_outputs(outputs: dict[str, Any]) -> Any:
    """The network's outputs as one tensor (n, cells, 5): heat, then box, in levels; finest stride first, in rows."""
    parts = []
    for stride in STRIDES:
        both = keras.layers.Concatenate(axis=-1)([outputs[f"heat{stride}"], outputs[f"box{stride}"]])
        parts.append(keras.layers.Reshape((-1, 5))(both))
    return keras.layers.Concatenate(axis=1)(parts)


def cells(size: tuple[int, int] = LOCATOR_SIZE) -> tuple[np.ndarray, np.ndarray]:
    """Of all cells, in the order of `flat_outputs`: middles (cells, 2) and strides (cells, 1), float32, in pixels."""
    shapes = [(-(-size[0] // s), -(-size[1] // s), s) for s in STRIDES]
    centers = [cell_centers(height, width, stride) for height, width, stride in shapes]
    strides = [np.full((height * width, 1), stride, np.float32) for height, width, stride in shapes]
    return np.concatenate(centers), np.concatenate(strides)


class LocatorLoss(keras.losses.Loss):
    """Quality focal loss on the heat (Li et al., 2020) and GIoU loss (Rezatofighi et al., 2019) on the boxes.

    Which cells answer for a face is decided in each step, by how good they already are: the idea of SimOTA (Ge et
    al., 2021, YOLOX) with the alignment of TOOD (Feng et al., 2021).
    """

    def __init__(self, size: tuple[int, int] = LOCATOR_SIZE, name: str = "locator_loss") -> None:
        super().__init__(name=name, reduction="sum")
        centers, strides = cells(size)
        self.centers, self.strides = ops.convert_to_tensor(centers), ops.convert_to_tensor(strides)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """The loss of a batch.

        Args:
            y_true: float (n, rows, 5), see `Targets.rows`.
            y_pred: float (n, cells, 5), see `flat_outputs`.
        """
        log_odds, boxes = self._read(y_pred)
        p = ops.sigmoid(log_odds)
        target, target_boxes = assign(
            ops.stop_gradient(p), ops.stop_gradient(boxes), y_true, self.centers, self.strides
        )
        target, target_boxes = ops.stop_gradient(target), ops.stop_gradient(target_boxes)
        weight = self._weight(y_true, target)
        entropy = ops.softplus(log_odds) - target * log_odds
        heat = ops.sum(weight * ops.abs(target - p) ** FOCUS * entropy)
        box = ops.sum(target * (1 - generalized_iou(boxes, target_boxes)))
        return (heat + BOX_WEIGHT * box) / ops.maximum(ops.sum(target), 1.0)

    def _read(self, levels: Any) -> tuple[Any, Any]:
        """Log-odds of a face, (n, cells), and boxes in pixels, (n, cells, 4), of levels as in `flat_outputs`."""
        codes = ops.sigmoid(levels[..., 1:] - MIDDLE)
        middle = self.centers + (codes[..., :2] - 0.5) * CODE_SPAN * self.strides
        half = ops.exp(codes[..., 2:] * CODE_SPAN + LOG_SIZE_AT_ZERO) * self.strides / 2
        return HEAT_SLOPE * (levels[..., 0] - MIDDLE), ops.concatenate([middle - half, middle + half], -1)

    def _weight(self, y_true: Any, target: Any) -> Any:
        """How much each cell's heat counts, (n, cells): less in ignored regions, unless it answers for a face."""
        role = y_true[:, None, :, 4]
        margin = self.strides[None] / 2
        x, y = self.centers[None, :, :1], self.centers[None, :, 1:]
        box = y_true[:, None, :, :4]
        inside = (x > box[..., 0] - margin) & (x < box[..., 2] + margin)
        inside = inside & (y > box[..., 1] - margin) & (y < box[..., 3] + margin)
        less = ops.max(ops.where(inside & (role < 0), -role, 0.0), -1)
        return ops.where(target > 0, 1.0, 1 - less)


def assign(p: Any, boxes: Any, truth: Any, centers: Any, strides: Any) -> tuple[Any, Any]:
    """Which cells answer for which face.

    A face's cells are the few near its middle, of a fitting stride, whose heat and box suit it best already; their
    number is the sum of its best overlaps (SimOTA). The best one is to have the heat 1, the others less.

    Args:
        p: float (n, cells), heat.
        boxes: float (n, cells, 4), decoded.
        truth: float (n, rows, 5), see `Targets.rows`.
        centers: float (cells, 2).
        strides: float (cells, 1).

    Returns:
        The heat that each cell should have, (n, cells), and the box, (n, cells, 4); all zero for most cells.
    """
    faces = truth[..., :4]
    iou = pairwise_iou(boxes, faces)
    fit = ops.where(_candidates(truth, centers, strides), ops.sqrt(p)[..., None] * (iou + 0.01) ** 4, 0.0)
    best_fits = ops.top_k(ops.swapaxes(fit, 1, 2), MOST_CELLS_A_FACE)[0]
    best_ious = ops.top_k(ops.swapaxes(ops.where(fit > 0, iou, 0.0), 1, 2), MOST_CELLS_A_FACE)[0]
    count = ops.clip(ops.floor(ops.sum(best_ious, -1)), 1, MOST_CELLS_A_FACE)
    last = ops.one_hot(ops.cast(count - 1, "int32"), MOST_CELLS_A_FACE, dtype=fit.dtype)
    worst_fit = ops.sum(best_fits * last, -1)[:, None]
    chosen = (fit > 0) & (fit >= worst_fit)
    fit = ops.where(chosen, fit, 0.0)
    # A cell that suits two faces answers for the one that it suits better.
    owner = ops.one_hot(ops.argmax(fit, -1), fit.shape[-1], dtype=fit.dtype) * ops.cast(chosen, fit.dtype)
    relative = fit / ops.maximum(best_fits[..., 0][:, None], 1e-12)
    return ops.sum(owner * relative, -1), ops.matmul(owner, faces)


def _candidates(truth: Any, centers: Any, strides: Any) -> Any:
    faces = truth[:, None]
    middle_x, middle_y = (faces[..., 0] + faces[..., 2]) / 2, (faces[..., 1] + faces[..., 3]) / 2
    reach = CENTRE_RADIUS * strides
    near = (ops.abs(middle_x - centers[:, :1]) < reach) & (ops.abs(middle_y - centers[:, 1:]) < reach)
    side = ops.maximum(faces[..., 2] - faces[..., 0], faces[..., 3] - faces[..., 1]) / strides
    fitting = (side >= SIDES_IN_STRIDES[0]) & (side <= SIDES_IN_STRIDES[1])
    return near & fitting & (faces[..., 4] > 0)


def pairwise_iou(a: Any, b: Any) -> Any:
    """Intersection over union of boxes (n, k, 4) with boxes (n, m, 4), as (n, k, m)."""
    a, b = a[:, :, None], b[:, None]
    width = ops.minimum(a[..., 2], b[..., 2]) - ops.maximum(a[..., 0], b[..., 0])
    height = ops.minimum(a[..., 3], b[..., 3]) - ops.maximum(a[..., 1], b[..., 1])
    both = ops.relu(width) * ops.relu(height)
    return both / ops.maximum(_area(a) + _area(b) - both, 1e-6)


def generalized_iou(a: Any, b: Any) -> Any:
    """GIoU of boxes (..., 4) with their counterparts, -1 to 1."""
    low, high = ops.maximum(a[..., :2], b[..., :2]), ops.minimum(a[..., 2:], b[..., 2:])
    both = ops.prod(ops.relu(high - low), -1)
    union = ops.maximum(_area(a) + _area(b) - both, 1e-6)
    hull_low, hull_high = ops.minimum(a[..., :2], b[..., :2]), ops.maximum(a[..., 2:], b[..., 2:])
    hull = ops.maximum(ops.prod(hull_high - hull_low, -1), 1e-6)
    return both / union - (hull - union) / hull


def _area(boxes: Any) -> Any:
    return (boxes[..., 2] - boxes[..., 0]) * (boxes[..., 3] - boxes[..., 1])
