import pytest
from gpiozero.pins.mock import MockFactory

from edge.tracking.track import Track, Verdict
from edge.vision.face import Face


@pytest.fixture
def pins():
    return MockFactory()


@pytest.fixture(scope="session")
def person():
    """Makes a track by hand."""

    def make(verdict=Verdict.NOT_COMPLIANT, number=1, size=100.0):
        return Track(number, Face(0.0, 0.0, size, size), 0.9, verdict)

    return make


@pytest.fixture(scope="session")
def bare(person):
    return lambda number=1, size=100.0: person(Verdict.NOT_COMPLIANT, number, size)


@pytest.fixture(scope="session")
def masked(person):
    return lambda number=1, size=100.0: person(Verdict.COMPLIANT, number, size)


@pytest.fixture(scope="session")
def undecided(person):
    return lambda number=1, size=100.0: person(Verdict.UNDECIDED, number, size)
