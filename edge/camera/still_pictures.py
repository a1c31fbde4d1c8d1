"""Still pictures as frames."""

from collections.abc import Iterator
from pathlib import Path
from typing import Self

import numpy as np

from edge.camera.decoder_messages import DecoderMessages
from edge.camera.frame import Frame
from edge.camera.picture_file import check_picture, read_picture

PICTURE_SECONDS = 1.0
"""How long each still picture is shown."""

PICTURE_RATE = 10
"""Frames a second of a still picture."""


class Pictures:
    """Still pictures, each shown for a second.

    Raises:
        UserError: One cannot be read.
    """

    epoch, live = 0.0, False
    rate: float = PICTURE_RATE

    def __init__(self, paths: list[Path]) -> None:
        self.paths = paths
        self.gaps: list[tuple[float, float]] = []
        """None: a picture that cannot be read ends it."""
        self.seconds = self.announced_seconds = len(paths) * PICTURE_SECONDS
        self._damaged: list[Path] = []
        for path in paths:
            check_picture(path)

    def __iter__(self) -> Iterator[Frame]:
        """Each picture's frames in turn."""
        shown = round(PICTURE_SECONDS * PICTURE_RATE)
        self._damaged.clear()
        for number, path in enumerate(self.paths):
            image = self._read(path)
            for step in range(shown):
                yield Frame(image, (number * shown + step) / PICTURE_RATE)

    def __enter__(self) -> Self:
        """Nothing to open."""
        return self

    def __exit__(self, *exception: object) -> None:
        """Nothing to close."""

    @property
    def damage(self) -> str:
        """One sentence on what was lost, once every picture was read; empty if nothing was."""
        if not self._damaged:
            return ""
        count = f"{len(self._damaged)} of {len(self.paths)} pictures" if len(self.paths) > 1 else "the picture"
        return f"{self._damaged[0]} is damaged ({count}): what could be decoded was used. Copy it again."

    def _read(self, path: Path) -> np.ndarray:
        messages = DecoderMessages()
        try:
            with messages.collected():
                image = read_picture(path)
        finally:
            messages.close()
        if messages.complaints:
            self._damaged.append(path)
        return image
