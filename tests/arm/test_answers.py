"""The shipped networks answer on every Pi what they answer on this machine, to the byte."""

import json
import operator

import pytest

from .debian import BOOKWORM, TRIXIE
from .emulated_pi import CPUS, HERE

pytestmark = pytest.mark.arm

each_cpu = pytest.mark.parametrize("cpu", CPUS, ids=operator.attrgetter("name"))
each_debian = pytest.mark.parametrize("debian", [BOOKWORM, TRIXIE], ids=operator.attrgetter("suite"))


@pytest.fixture(scope="module")
def answers_here(here, photograph):
    return json.loads(here(HERE / "guest" / "answers.py", photograph))


@each_debian
@each_cpu
def test_a_pi_answers_as_this_machine_does(cpu, debian, answers_of, answers_here):
    asked = answers_of(cpu, debian)
    assert asked.returncode == 0, asked.stderr
    assert json.loads(asked.stdout) == answers_here


@each_debian
@each_cpu
def test_xnnpack_is_at_work_on_a_pi(cpu, debian, answers_of):
    networks = json.loads(answers_of(cpu, debian).stdout)
    assert [network["xnnpack"] for network in networks.values()] == [True, True]
