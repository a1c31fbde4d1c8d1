"""A small copy of a part of a frame: too coarse to recognize a person, fine enough to see blur and changes."""

from typing import Self

import cv2
import numpy as np

from edge.vision.face import Face

PATCH_SIZE = 16
"""Side of a patch, in cells: a cell of the smallest face that matters (32 px) averages four pixels' noise."""

FLAT = 8.0
"""Least spread of gray levels by which a patch is scaled: below it there is only noise."""

JITTER = 2
"""Cells by which the boxes of a face differ from frame to frame at most."""


class Patch:
    """The picture in a face's box, shrunk to a few cells."""

    def __init__(self, gray: np.ndarray) -> None:
        """Take the cells, float32 (PATCH_SIZE, PATCH_SIZE), gray levels 0 to 255."""
        self.gray = gray
        self.mean, self.deviation = _mean_and_deviation(gray)

    @classmethod
    def of(cls, image: np.ndarray, face: Face) -> Self:
        """Shrink a face's box.

        Args:
            image: uint8 (height, width, 3), RGB.
            face: The box in pixels of `image`; what reaches over the edges is left out.
        """
        height, width = image.shape[:2]
        left, right = _inside(face.left, face.right, width)
        top, bottom = _inside(face.top, face.bottom, height)
        inside = image[top:bottom, left:right]
        # Halving is many times as fast as what follows, and leaves two pixels a cell and more.
        while (height := inside.shape[0]) >= 4 * PATCH_SIZE and (width := inside.shape[1]) >= 4 * PATCH_SIZE:
            inside = cv2.resize(
                inside[: height & ~1, : width & ~1], (width // 2, height // 2), interpolation=cv2.INTER_AREA
            )
        gray = cv2.cvtColor(inside, cv2.COLOR_RGB2GRAY)
        return cls(cv2.resize(gray, (PATCH_SIZE, PATCH_SIZE), interpolation=cv2.INTER_AREA).astype(np.float32))

    def without_light(self) -> np.ndarray:
        """The cells without their brightness and contrast, so that a lamp or the sun changes them little."""
        return (self.gray - self.mean) / max(self.deviation, FLAT)

    def is_flat(self) -> bool:
        """Whether there is nothing to see."""
        return self.deviation < FLAT

    def sharpness(self) -> float:
        """How crisp it is: the variance of its Laplacian over its own variance (Pech-Pacheco et al., 2000).

        Of the faces in this project's test crops nineteen in twenty lie above 0.75; blurred over a fifth of their
        width, half lie below 0.85, and over two fifths, half below 0.6.
        """
        _, edges = _mean_and_deviation(cv2.Laplacian(self.gray, cv2.CV_32F))
        return (edges / max(self.deviation, FLAT)) ** 2


def likeness(before: Patch, now: Patch) -> float:
    """How much two patches of faces look alike, wherever the locator put the boxes exactly.

    The middle of one is compared with every place of the other, and the best counts; brightness and contrast do not.

    Returns:
        The normalized correlation: 1 for the same, about 0 for anything else; 1, too, where there is nothing to see.
    """
    if before.is_flat() or now.is_flat():
        return 1.0
    middle = now.gray[JITTER:-JITTER, JITTER:-JITTER]
    _, best, _, _ = cv2.minMaxLoc(cv2.matchTemplate(before.gray, middle, cv2.TM_CCOEFF_NORMED))
    return best


class FramePatches:
    """The patches of one frame: the parts of the tracker ask for the same ones, and each is made and compared once."""

    def __init__(self, image: np.ndarray) -> None:
        """Nothing is made yet; `image` is uint8 (height, width, 3), RGB."""
        self.image = image
        self._patches: dict[Face, Patch] = {}
        self._likenesses: dict[tuple[Patch, Patch], float] = {}

    def of(self, face: Face) -> Patch:
        """The patch of a face's box."""
        patch = self._patches.get(face)
        if patch is None:
            patch = self._patches[face] = Patch.of(self.image, face)
        return patch

    def likeness(self, before: Patch, face: Face) -> float:
        """How much a face looks like an earlier patch, see `likeness`."""
        pair = before, self.of(face)
        if pair not in self._likenesses:
            self._likenesses[pair] = likeness(*pair)
        return self._likenesses[pair]


def _mean_and_deviation(values: np.ndarray) -> tuple[float, float]:
    mean, deviation = cv2.meanStdDev(values)  # for so few values ten times as fast as numpy's
    return float(mean[0, 0]), float(deviation[0, 0])


def _inside(low: float, high: float, limit: int) -> tuple[int, int]:
    start = min(max(round(low), 0), limit - 1)
    return start, min(max(round(high), start + 1), limit)
