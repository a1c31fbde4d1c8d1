"""The whole program on a clip comes to the same events on every Pi as on this machine."""

import json

import pytest

from .debian import BOOKWORM, TRIXIE
from .emulated_pi import CPUS

pytestmark = pytest.mark.arm

A53, A72, A76 = CPUS

CONFIG = '[model]\nruntime = "tflite_runtime"\n'


@pytest.fixture(scope="module")
def events_here(here, clip):
    return here("-m", "edge", "replay", clip)


FRAME_SECONDS = 0.2
"""Between two pictures of the clip."""


def decided(events):
    """What is decided, without when and how surely."""
    return [{**json.loads(line), "at": ..., "p_not_compliant": ...} for line in events.splitlines()]


def times(events):
    return [json.loads(line)["at"] for line in events.splitlines()]


def test_the_clip_raises_an_alert_and_ends_it(events_here):
    names = [json.loads(line)["event"] for line in events_here.splitlines()]
    assert names.index("alert_began") < names.index("alert_ended")


@pytest.mark.parametrize(
    ("cpu", "debian"), [(A53, BOOKWORM), (A72, TRIXIE), (A76, TRIXIE)], ids=["3-bookworm", "4-trixie", "5-trixie"]
)
def test_a_pi_logs_the_same_events(cpu, debian, make_pi, clip, events_here):
    replayed = make_pi(cpu, debian).python("-m", "edge", "replay", "/mnt/desk/clip.avi")
    assert replayed.returncode == 0, replayed.stderr
    assert replayed.stdout == events_here


def test_the_older_runtime_decides_alike_at_most_a_frame_apart(make_pi, work, clip, events_here):
    # It computes with other roundings: a probability differs by a count or so, and evidence may cross its bound in the
    # next frame.
    (work / "older.toml").write_text(CONFIG)
    pi = make_pi(A72, BOOKWORM, tflite=True)
    replayed = pi.python("-m", "edge", "replay", "/mnt/desk/clip.avi", "--config", "/mnt/desk/older.toml")
    assert replayed.returncode == 0, replayed.stderr
    assert decided(replayed.stdout) == decided(events_here)
    assert times(replayed.stdout) == pytest.approx(times(events_here), abs=FRAME_SECONDS + 0.001)
