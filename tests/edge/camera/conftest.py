import threading
from itertools import islice

import numpy as np
import pytest

from edge.camera.frame_rate import FrameRate
from edge.camera.live import LiveCamera


class Driver:
    """A camera's driver whose faults are written down beforehand, one word for each call of a kind.

    A word is "well", "stalls", "black", "small" or "raises"; past the last word all is well.
    """

    def __init__(self, **faults):
        self.faults = {call: list(words) for call, words in faults.items()}
        self.opened = self.closed = 0
        self.let_go = threading.Event()
        self.pictures = "well"
        """What a picture is past the last word, also "frozen": the loop takes the newest only, and may miss any one."""
        self._noise = np.random.default_rng(1)

    def __call__(self):
        self._do("open")
        self.opened += 1
        return self

    def grab(self):
        self._do("grab")

    def picture(self):
        word = self._do("picture") if self.faults.get("picture") else self.pictures
        image = np.full((120, 160, 3) if word == "small" else (480, 640, 3), 0 if word == "black" else 90, np.uint8)
        if word != "frozen":
            image[:8, :8] += self._noise.integers(0, 9, (8, 8, 3), np.uint8)
        return image

    def close(self):
        self.closed += 1
        self._do("close")

    def _do(self, call):
        words = self.faults.get(call, [])
        word = words.pop(0) if words else "well"
        if word == "raises":
            raise RuntimeError(f"{call} failed")
        if word == "stalls":
            self.let_go.wait()
        return word


@pytest.fixture
def driver():
    """Makes a driver; whatever hangs in it is let go in the end."""
    made = []

    def make(**faults):
        made.append(Driver(**faults))
        return made[-1]

    yield make
    for driver in made:
        driver.let_go.set()


class RecordedCamera(LiveCamera):
    """A camera that remembers each problem it has reported."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.troubles: list[str] = []
        self.on_trouble = lambda error: self.troubles.append(error.problem)


@pytest.fixture
def live():
    """Opens a live camera on a driver, as fast as it goes, without waits between the tries.

    A picture may be late on a busy machine, so only a test of a driver that gives none shortens the time for one.
    """
    opened = []

    def make(driver, **options):
        hasty = {"rebuild_after_seconds": 60.0, "closing_seconds": 0.1, "sleep": lambda seconds: None}
        camera = RecordedCamera(driver, **{"rate": FrameRate(1e6), **hasty, **options})
        opened.append(camera)
        return camera

    yield make
    for camera in opened:
        camera.__exit__()


@pytest.fixture
def first():
    """The first frames of a camera."""
    return lambda camera, count: list(islice(iter(camera), count))
