"""Decodes the int8 maps of one stride: an int8 value has 256 levels, so what each stands for is computed only once."""

from collections.abc import Iterator

import numpy as np

from edge.vision.anchor_free import HEAT_SLOPE, offsets, shares, sides
from edge.vision.face import Box
from edge.vision.interpreter import LEVELS, level_values
from edge.vision.model_file import TensorSpec

NO_LEVEL = 128
"""Above every level of int8."""


class CellDecoder:
    """Gives the same boxes and scores as `decode_maps` does for the dequantized maps of a stride."""

    def __init__(self, stride: int, heat: TensorSpec, box: TensorSpec, min_score: float) -> None:
        """Compute what each level stands for.

        Args:
            stride: The cells' width in pixels of the picture.
            heat: Quantization and shape of the heat, (1, height, width, 1).
            box: Quantization of the box codes.
            min_score: Lowest score of a cell that counts, 0 to 1.
        """
        scores, codes = shares(level_values(heat), HEAT_SLOPE), shares(level_values(box))
        self._stride, self._columns = stride, heat.shape[2]
        self._lowest = min(LEVELS[scores >= min_score].tolist(), default=NO_LEVEL)
        self._scores: list[float] = scores.tolist()
        self._offsets = [stride * offset for offset in offsets(codes).tolist()]
        self._halves = [stride * side / 2 for side in sides(codes).tolist()]

    def candidates(self, heat: np.ndarray, box: np.ndarray) -> Iterator[tuple[Box, float]]:
        """The box, in pixels of the picture, and the score of each cell that counts, row by row.

        Args:
            heat: int8 (1, height, width, 1).
            box: int8 (1, height, width, 4).
        """
        (cells,) = (heat.ravel() >= self._lowest).nonzero()
        if not len(cells):  # as in most maps of a frame
            return
        levels, codes = heat.ravel()[cells].tolist(), box.reshape(-1, 4)[cells].tolist()
        for cell, level, (right, down, width, height) in zip(cells.tolist(), levels, codes, strict=True):
            row, column = divmod(cell, self._columns)
            x = (column + 0.5) * self._stride + self._offsets[right]
            y = (row + 0.5) * self._stride + self._offsets[down]
            half_width, half_height = self._halves[width], self._halves[height]
            yield (x - half_width, y - half_height, x + half_width, y + half_height), self._scores[level]
