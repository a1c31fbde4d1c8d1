import json

import pytest
from card import with_figures
from crowd_costs import COMMITTED, bound, crowd_tables
from saved import PAGE


@pytest.fixture(scope="module")
def committed():
    return json.loads(COMMITTED.read_text())


def test_the_page_shows_the_committed_crowds(committed):
    page = PAGE.read_text(encoding="utf-8")
    tables = [table.markdown() for table in crowd_tables(committed)]
    assert page == with_figures(page, tables, by="crowd_costs.py")


def test_no_frame_costs_more_than_its_bound(committed):
    for number, stages in committed["faces"].items():
        # Crops of faces of other sizes differ by less than a hundredth from that of the first.
        assert sum(stages.values()) <= 1.01 * bound(committed, number)
