import numpy as np
import pytest
from gpiozero.pins.mock import MockFactory

from edge.alarm.pattern import AlarmState
from edge.camera.frame import Frame
from edge.runtime.frame_result import FrameResult
from edge.tracking.track import Track, Verdict
from edge.vision.face import Face

from .stream_door import Door


@pytest.fixture
def person():
    """Makes a track by hand."""

    def make(verdict=Verdict.NOT_COMPLIANT, box=(100, 60, 200, 160), p=0.9, number=1):
        return Track(number, Face(*box), p, verdict)

    return make


@pytest.fixture(scope="session")
def door_at():
    """Makes a door's stream without its loop, in a folder."""
    return Door


@pytest.fixture
def door(door_at, tmp_path):
    with door_at(tmp_path) as door:
        yield door


@pytest.fixture
def pins():
    return MockFactory()


def _of_size(verdict):
    return lambda number=1, size=100.0: Track(number, Face(0.0, 0.0, size, size), 0.9, verdict)


@pytest.fixture(scope="session")
def bare():
    return _of_size(Verdict.NOT_COMPLIANT)


@pytest.fixture(scope="session")
def masked():
    return _of_size(Verdict.COMPLIANT)


@pytest.fixture(scope="session")
def undecided():
    return _of_size(Verdict.UNDECIDED)


@pytest.fixture
def frame_result():
    """Makes a frame_result by hand, before a gray wall."""

    def make(seconds=0.0, *tracks, size=(240, 320), alarm=None, events=()):
        image = np.full((*size, 3), 120, np.uint8)
        return FrameResult(
            Frame(image, seconds), tracks, alarm or AlarmState(), events, {"locate": 0.1, "classify": 2.0}
        )

    return make
