"""The reports of a training in Debian's Chromium, 400 pixels wide."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "edge" / "page"))

from chromium import chromium

from training.cli import main

pytestmark = pytest.mark.browser

PHONE = (400, 800)

CUT_OFF = """return [...document.querySelectorAll('body, main, section, table, th, td, p, img, .scroll')]
    .filter(box => box.scrollWidth > box.clientWidth + 1 && box.clientWidth
        || box.getBoundingClientRect().right > innerWidth)
    .map(box => box.outerHTML.slice(0, 80))"""


@pytest.fixture(scope="module")
def browser():
    with chromium(PHONE) as browser:
        yield browser


@pytest.fixture(scope="module")
def scenes(tmp_path_factory, draw_scenes):
    folder = tmp_path_factory.mktemp("scenes")
    for first, (split, count) in enumerate((("train", 24), ("val", 4), ("test", 4))):
        draw_scenes(folder, split, count, first=100 * first)
    return folder


def shown(browser, run):
    browser.get((run / "report.html").as_uri())
    return browser.execute_script(CUT_OFF)


def test_a_classifiers_report_is_read_without_scrolling_sideways(browser, drawn_faces, tmp_path):
    run = tmp_path / "run"
    assert main(["classifier", str(drawn_faces), "--network", "seed_cnn", "--epochs", "1", "--out", str(run)]) == 0
    assert shown(browser, run) == []


def test_a_locators_report_is_read_without_scrolling_sideways(browser, scenes, tmp_path):
    run = tmp_path / "run"
    assert main(["locator", str(scenes), "--height", "112", "--epochs", "1", "--out", str(run)]) == 0
    assert shown(browser, run) == []
