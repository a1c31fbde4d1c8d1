import pytest

from edge.bench.people import DrawnPerson


@pytest.fixture(scope="session")
def drawn_person():
    return DrawnPerson(3)
