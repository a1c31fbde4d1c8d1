"""What a camera's driver has to do: one thread opens, reads and closes it."""

from collections.abc import Callable
from typing import Protocol

import numpy as np


class CameraDriver(Protocol):
    """An open camera, as its driver gives it."""

    def grab(self) -> None:
        """Wait for the next picture, without the cost of reading it.

        Raises:
            Exception: Whatever the driver raises where there is none.
        """
        ...

    def picture(self) -> np.ndarray:
        """The picture that has been grabbed: uint8 (height, width, 3), RGB."""
        ...

    def close(self) -> None:
        """Let go of the camera."""
        ...


OpenDriver = Callable[[], CameraDriver]
