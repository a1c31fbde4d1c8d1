import json
from pathlib import Path

import pytest
from card import with_figures
from frame import COMMITTED, whole_frames
from frame_tables import floor, frame_tables
from multiply_adds import multiply_adds
from saved import PAGE

from edge.bench.estimate import INSTRUCTIONS
from edge.settings.schema import ModelSettings


@pytest.fixture(scope="module")
def committed():
    return json.loads(COMMITTED.read_text())


def test_the_page_shows_the_committed_figures(committed):
    page = PAGE.read_text(encoding="utf-8")
    tables = [table.markdown() for table in frame_tables(committed)]
    assert page == with_figures(page, tables, by="frame.py"), "run tests/bench/frame.py --json tests/bench/frame.json"


def test_the_device_estimates_from_the_committed_figures(committed):
    assert json.loads(INSTRUCTIONS.read_text()) == whole_frames(committed), "run tests/bench/frame.py --json, too"


def test_the_committed_figures_are_of_the_shipped_networks(committed):
    for path in (ModelSettings().locator, ModelSettings().classifier):
        assert committed["multiply_adds"][Path(path).stem] == multiply_adds(Path(path))


def test_no_processor_is_said_to_do_better_than_it_can(committed):
    for cpu, costs in committed["cpus"].items():
        assert sum(costs["networks"].values()) > floor(committed, cpu)


def test_a_frame_is_the_sum_of_its_stages(committed):
    for costs in committed["cpus"].values():
        assert sum(costs["stages"].values()) == pytest.approx(costs["frame"], rel=0.01)
