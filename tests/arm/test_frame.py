"""A frame costs no more instructions on a Pi than the committed figures say."""

import operator
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "bench"))

from frame import regressions

from .cache import NotReachedError
from .emulated_pi import CPUS

pytestmark = pytest.mark.arm


@pytest.mark.parametrize("cpu", CPUS, ids=operator.attrgetter("name"))
def test_no_figure_has_grown_by_more_than_three_percent(cpu, counter, tmp_path):
    if not counter:
        pytest.skip("not run, because gcc is missing or this QEMU takes no plugins of version 1")
    try:
        assert list(regressions(tmp_path, cpu)) == []
    except NotReachedError as reason:
        pytest.skip(f"not run, because {reason}")
