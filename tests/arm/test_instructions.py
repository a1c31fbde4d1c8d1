"""Arm instructions for one inference: repeatable, so that a change of model or runtime shows without a Pi."""

import json
import operator
import re

import pytest

from .conftest import COUNTS
from .debian import TRIXIE
from .emulated_pi import CPUS

pytestmark = pytest.mark.arm

SAME = 1e-3
"""Python calls the runtime, and its few thousand instructions are not quite the same in every process."""


def instructions(asked):
    """The fewest for each network: at first Python and the runtime still warm up."""
    marks = [int(number) for number in re.findall(r"^instructions (\d+)$", asked.stderr, re.MULTILINE)]
    spent = [after - before for before, after in zip(marks[::2], marks[1::2], strict=True)]
    networks = json.loads(asked.stdout)
    each = len(spent) // len(networks)
    return {name: min(spent[number * each : (number + 1) * each]) for number, name in enumerate(networks)}


@pytest.mark.parametrize("cpu", CPUS, ids=operator.attrgetter("name"))
def test_an_inference_takes_the_same_number_of_instructions_each_time(cpu, counter, answers_of, ask, request):
    if not counter:
        pytest.skip("not run, because gcc is missing or this QEMU takes no plugins of version 1")
    first, second = instructions(answers_of(cpu, TRIXIE)), instructions(ask(cpu, TRIXIE))
    request.config.stash[COUNTS][cpu.name] = first
    assert first == pytest.approx(second, rel=SAME)
