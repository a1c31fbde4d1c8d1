"""A frame and the sources that give it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture and when it was taken."""

    image: np.ndarray
    """uint8 (height, width, 3), RGB."""
    seconds: float
    """On the source's own clock, which starts at 0 and never runs back."""


class Camera(Protocol):
    """A source of frames: a context manager to iterate over."""

    live: bool
    """Whether frames come in real time."""

    @property
    def epoch(self) -> float:
        """Unix time at which the source's clock showed 0; 0 for a recording, whose events have its own times."""
        ...

    def __iter__(self) -> Iterator[Frame]:
        """The frames, oldest first; a live camera gives the newest it has."""
        ...

    def __enter__(self) -> Self:
        """Open the source."""
        ...

    def __exit__(self, *exception: object) -> None:
        """Close it."""
        ...
