import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.tracking.debounced import DebouncedTracker
from edge.tracking.track import Verdict
from edge.vision.face import Face

FACE = Face(0, 0, 100, 100)


@pytest.fixture
def tracker():
    return DebouncedTracker(threshold=0.5, hold_seconds=0.4, gap_seconds=1.0)


def feed(tracker, *scores, start=0.0, step=0.1):
    """Feed one face with these scores (None for no face); gives (name, time) of each event."""
    events = []
    for number, score in enumerate(scores):
        faces, p = ([], []) if score is None else ([FACE], [score])
        events += tracker.update(start + number * step, faces, np.array(p))
    return [(event.event, round(event.at, 3)) for event in events]


def test_an_alert_begins_once_the_frames_have_agreed_for_the_hold_time(tracker):
    assert feed(tracker, *[0.9] * 6) == [("track_began", 0.0), ("alert_began", 0.4)]


def test_a_single_frame_changes_nothing(tracker):
    feed(tracker, *[0.1] * 6)
    assert feed(tracker, 0.9, 0.1, 0.1, 0.1, 0.1, 0.1, start=0.6) == []
    assert tracker.verdicts == [Verdict.COMPLIANT]


def test_the_alert_ends_when_the_mask_goes_on(tracker):
    feed(tracker, *[0.9] * 6)
    assert feed(tracker, *[0.1] * 6, start=0.6) == [("alert_ended", 1.0)]


def test_a_masked_person_raises_nothing(tracker):
    assert feed(tracker, *[0.2] * 20) == [("track_began", 0.0)]
    assert tracker.verdicts == [Verdict.COMPLIANT]


def test_a_face_that_stays_away_ends_its_track_and_its_alert(tracker):
    feed(tracker, *[0.9] * 6)
    events = feed(tracker, *[None] * 16, start=0.6)
    assert events == [("alert_ended", 1.5), ("track_ended", 1.5)]
    assert tracker.tracks == []


def test_a_short_gap_keeps_the_track(tracker):
    assert feed(tracker, 0.9, 0.9, None, None, 0.9, 0.9)[1:] == [("alert_began", 0.4)]


def test_the_next_person_is_another_track(tracker):
    feed(tracker, *[0.1] * 3, *[None] * 15)
    feed(tracker, 0.1, start=5.0)
    assert tracker.track.number == 2


@given(st.lists(st.one_of(st.none(), st.floats(0, 1)), max_size=60))
def test_alerts_begin_and_end_in_turn(scores):
    tracker = DebouncedTracker(threshold=0.5, hold_seconds=0.2, gap_seconds=0.5)
    names = [name for name, _ in feed(tracker, *scores) if name.startswith("alert")]
    assert names == ["alert_began", "alert_ended"] * (len(names) // 2) + ["alert_began"] * (len(names) % 2)


def test_an_empty_doorway_is_fine(tracker):
    assert feed(tracker, None, None, None) == []
