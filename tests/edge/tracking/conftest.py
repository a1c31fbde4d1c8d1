import numpy as np
import pytest

from edge.alarm.policy import Policy
from edge.camera.frame import Frame
from edge.runtime.pipeline import tracking_rules
from edge.settings.schema import AlarmSettings, Settings, TrackingSettings, VerdictSettings
from edge.tracking.evidence import SequentialTest
from edge.tracking.tracker import Tracker
from edge.vision.face import Face

GRAIN = np.random.default_rng(7).integers(100, 140, (240, 320, 3), np.uint8)
"""Too faint to tell people by: those who are followed over it are told apart by their places alone."""


@pytest.fixture
def sequential_test():
    """Makes the test with the default settings, or with others."""

    def make(**others):
        rates = {name: getattr(VerdictSettings(), name) for name in ("false_alert_rate", "miss_rate")}
        rules = {**rates, "correlation_seconds": VerdictSettings().correlation_seconds, "threshold": 0.5, **others}
        return SequentialTest(**rules)

    return make


@pytest.fixture
def new_tracker():
    """Makes a tracker with the default settings, or with others under [tracking]."""
    return lambda **tracking: Tracker(tracking_rules(Settings(tracking=TrackingSettings(**tracking)), threshold=0.5))


@pytest.fixture
def living():
    """Makes a frame in which everything moves."""
    return lambda seconds: Frame(np.roll(GRAIN, round(seconds * 70), axis=1), seconds)


@pytest.fixture
def play(living):
    """Feeds a tracker with faces, ten frames a second, and its verdicts to rules that alert for faces of any size.

    Every frame is a list of (x, y, size, p) or (x, y, size, p, p_clear): the middle and size of a face in pixels, and
    what the classifier says of it. Gives all events.
    """

    policies = {}

    def play(tracker, frames, *, start=0.0, step=0.1, picture=living):
        events, policy = [], policies.setdefault(tracker, Policy(AlarmSettings(min_face_px=0), None))
        for number, people in enumerate(frames):
            faces = {face_at(x, y, size): said_of(*said) for x, y, size, *said in people}
            asked, followed = tracker.follow(picture(start + number * step), list(faces))
            events += followed + tracker.judge(asked, np.array([faces[person.face] for person in asked]).reshape(-1, 2))
            events += policy.decide(tracker.seconds, tracker.tracks).events
        return events

    return play


def said_of(p, p_clear=1.0):
    return p, p_clear


def face_at(x, y, size):
    return Face(x - size / 2, y - size / 2, x + size / 2, y + size / 2)
