"""The figures in the sentences of the pages; those in tables are compared beside the benchmark of each."""

import json
import re
from pathlib import Path

import crowd_costs
import frame
import operator_costs
from frame_tables import A_INSTRUCTION
from saved import PAGE

from edge.doctor.camera import MONOCHROME
from edge.settings.schema import MODELS, ModelSettings

CPU = "cortex-a72"

README = Path(__file__).parents[2] / "README.md"


def figures(page: Path, sentence: str) -> list[str]:
    """The figures that stand in a page in the places of a pattern's groups."""
    found = re.search(sentence, " ".join(page.read_text(encoding="utf-8").split()))
    assert found, f"{page} no longer says {sentence}"
    return list(found.groups())


def test_the_instructions_of_a_frame():
    whole = json.loads(frame.COMMITTED.read_text())["cpus"][CPU]["frame"]
    assert figures(PAGE, r"before the first of them and takes ([\d.]+) now") == [f"{whole / 1e6:.1f}"]


def test_the_instructions_of_the_first_convolutions():
    networks = json.loads(operator_costs.COMMITTED.read_text())
    steps = [networks[Path(path).stem] for path in (ModelSettings().locator, ModelSettings().classifier)]
    first = [next(one for one in of if one["kind"].startswith("conv")) for of in steps]
    times = [one["instructions"] / (one["multiply_adds"] / A_INSTRUCTION[CPU]) for one in first]
    assert figures(PAGE, r"takes (\d+) and (\d+) times the least") == [f"{one:.0f}" for one in times]


def test_the_cheapest_operator():
    steps = [one for of in json.loads(operator_costs.COMMITTED.read_text()).values() for one in of]
    times = [one["instructions"] / (one["multiply_adds"] / A_INSTRUCTION[CPU]) for one in steps if one["multiply_adds"]]
    assert figures(PAGE, r"takes less than ([\d.]+) times the least") == [f"{min(times):.1f}"]


def test_the_extra_instructions_of_a_size_that_cannot_be_halved():
    sizes = {size: sum(of.values()) for size, of in json.loads(crowd_costs.COMMITTED.read_text())["sizes"].items()}
    more = [(sizes[size] - sizes["640x480"]) / 1e6 for size in ("800x600", "1024x768", "1920x1080")]
    said = figures(PAGE, r"800x600, 1024x768 and 1920x1080 take (\d+) to (\d+) million more")
    assert said == [f"{min(more):.0f}", f"{max(more):.0f}"]


def test_how_large_the_shipped_networks_are():
    size = sum(Path(path).stat().st_size for path in (ModelSettings().locator, ModelSettings().classifier))
    assert figures(README, r"\| maskwatch \|.*?\| ([\d.]+) \| \| AIZOO") == [f"{size / 1e6:.2f}"]


def test_how_many_faces_are_found_without_color():
    card = MODELS / "README.md"
    shares = [
        float(figures(card, rf"\| {light}: faces found, from 32 px on \| ([\d.]+)")[0])
        for light in ("gray", "as it is")
    ]
    said = re.search(r"about (\d+) of 100 faces are found, not (\d+)", MONOCHROME)
    assert said
    assert list(said.groups()) == [f"{100 * share:.0f}" for share in shares]
