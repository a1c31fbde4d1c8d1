"""Showing a recording at the speed of life."""

import time
from collections.abc import Callable, Iterable, Iterator

from edge.camera.frame import Frame


def paced(
    frames: Iterable[Frame],
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[Frame]:
    """Hold each frame back until its time has come; one that is late comes at once, and none is left out."""
    began = clock()
    for frame in frames:
        sleep(max(0.0, began + frame.seconds - clock()))
        yield frame
