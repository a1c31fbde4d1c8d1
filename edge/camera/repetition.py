"""A picture that a camera sends over and over: its sensor's noise makes every real picture differ from the last."""

import numpy as np

SAMPLE_STEP = 64
"""Every so many rows are compared first: two pictures that differ nearly always differ there."""


class Repetition:
    """Tells whether a picture is a new one, or equal to the one before it in every byte.

    The first picture proves nothing yet: a frozen camera also gives one each time it is opened.
    """

    def __init__(self) -> None:
        """Begin without a picture."""
        self.seconds = 0.0
        """How long the newest picture has been repeated; 0 if it has not been."""
        self._newest: np.ndarray | None = None
        self._since = 0.0

    def is_new(self, image: np.ndarray, seconds: float) -> bool:
        """Whether a picture, uint8 (height, width, 3), differs from the one before it.

        Args:
            image: The picture; it must not change afterwards.
            seconds: When it was taken.
        """
        before = self._newest
        if before is not None and _are_equal(before, image):
            self.seconds = seconds - self._since
            return False
        self._newest, self._since, self.seconds = image, seconds, 0.0
        return before is not None


def _are_equal(one: np.ndarray, other: np.ndarray) -> bool:
    return np.array_equal(one[::SAMPLE_STEP], other[::SAMPLE_STEP]) and np.array_equal(one, other)
