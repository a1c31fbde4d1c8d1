import re
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from pages import MANUAL, pages

from edge.doctor.doctor import CHECKS
from edge.events import types

REPOSITORY = MANUAL.parent
DOCUMENTS = sorted([*MANUAL.glob("*.md"), *REPOSITORY.glob("*.md"), REPOSITORY / "systemd/README.md"])


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_a_page_says_what_the_code_says(page):
    assert page.read_text(encoding="utf-8") == pages()[page], "run: PYTHONPATH=. python tests/docs/pages.py"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_every_link_leads_to_a_file(document):
    links = re.findall(r"\]\(([^)#\s]+)", document.read_text(encoding="utf-8"))
    files = [link for link in links if not re.match(r"\w+:", link)]
    assert [link for link in files if not (document.parent / link).exists()] == []


def test_the_symptoms_explain_each_line_of_the_doctor():
    page = (MANUAL / "symptoms.md").read_text(encoding="utf-8")
    explained = {name for row in re.findall(r"^\| ([\w, ]+) \|", page, re.MULTILINE) for name in row.split(", ")}
    assert {"settings", *CHECKS} <= explained


def test_the_symptoms_name_the_events_that_ask_for_a_person():
    page = (MANUAL / "symptoms.md").read_text(encoding="utf-8")
    assert all(f"`{event.event}`" in page for event in (types.FellBehind, types.Throttled, types.UnderVoltage))
