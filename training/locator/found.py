"""The result of the readers of annotated scenes, in either form."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np


@dataclass(frozen=True)
class AnnotatedPicture:
    """What the annotation says of one picture; nothing of it is checked yet."""

    path: Path
    split: str | None
    """None: decided by the picture's content."""
    boxes: np.ndarray
    """float64 (n, 4) as left, top, right, bottom."""
    labels: tuple[str, ...]
    size: tuple[int, int] | None = None
    """Width and height of the picture by the annotation, in pixels."""
    unannotated: int = 0
    """How many faces the annotator may have missed."""
    annotation: Path | None = None
    """The file that says so, if it is one for this picture alone."""


@dataclass
class Reading:
    """The annotated pictures of a folder, and what else lies there."""

    pictures: list[AnnotatedPicture] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)
    """By path relative to the folder, why it is not used."""
    notes: Counter[str] = field(default_factory=Counter)
    """Sentences about what was decided, and how many pictures each is about."""
    faulty: int = 0
    """How many annotated pictures are among those left out."""

    def leave_out(self, name: object, reason: str, *, annotated: bool = False) -> None:
        """Note something that is not used."""
        self.left_out[str(name)] = reason
        self.faulty += annotated
