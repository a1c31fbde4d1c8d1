import json

import pytest
from card import with_figures
from saved import PAGE
from service import COMMITTED, service_table


@pytest.fixture(scope="module")
def committed():
    return json.loads(COMMITTED.read_text())


def test_the_page_shows_the_committed_costs_of_the_service(committed):
    page = PAGE.read_text(encoding="utf-8")
    assert page == with_figures(page, [service_table(committed).markdown()], by="service.py")


def test_the_service_starts_and_stays_as_small_as_it_must(committed):
    assert all(door["ready_s"] <= 1.5 for door in committed.values())
    assert committed["a folder of pictures"]["resident_mb"] <= 86
