"""How fast a recording is shown."""

import time
from collections.abc import Callable, Iterable, Iterator

from edge.camera.frame import Frame


def paced(
    frames: Iterable[Frame],
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], object] = time.sleep,
) -> Iterator[Frame]:
    """Hold each frame back until its time has come; one that is late comes at once, and none is left out."""
    began = clock()
    for frame in frames:
        sleep(max(0.0, began + frame.seconds - clock()))
        yield frame


def at_rate(frames: Iterable[Frame], rate: float) -> Iterator[Frame]:
    """Leave frames out so that at most `rate` a second remain, as a slower camera would have taken them.

    Args:
        frames: Of a recording.
        rate: Frames a second, above 0.
    """
    due = 0.0
    for frame in frames:
        # Half a millisecond of tolerance: a recording's times are rounded.
        if frame.seconds >= due - 0.0005:
            yield frame
            due = max(due + 1 / rate, frame.seconds - 1 / rate)
