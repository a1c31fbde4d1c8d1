"""What holds for any faces at all."""

import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.alarm.policy import Policy
from edge.camera.frame import Frame
from edge.events.types import AlertBegan, AlertEnded, TrackBegan, TrackEnded
from edge.runtime.pipeline import tracking_rules
from edge.settings.schema import AlarmSettings, Settings, TrackingSettings
from edge.tracking.tracker import Tracker
from edge.vision.face import Face

IMAGE = np.random.default_rng(11).integers(0, 256, (60, 80, 3), np.uint8)

FACES = st.builds(
    lambda x, y, size: Face(x, y, x + size, y + size), st.floats(-20, 90), st.floats(-20, 70), st.floats(0, 60)
)
unhurried = settings(deadline=None, max_examples=30)

FRAMES = st.lists(st.lists(FACES, max_size=5), max_size=12)
STEPS = st.lists(st.floats(-0.5, 3), min_size=12, max_size=12)


def said_of(face):
    """What the classifier would say of a face: it depends on nothing else."""
    p, p_clear = np.abs(np.sin([face.left + 3 * face.top + 7 * face.right, face.left + face.bottom]))
    return 0.01 + 0.98 * p, 1 - 0.5 * p_clear


def events_of(frames, steps=(0.1,) * 12, tracker=None, policy=None, **tracking):
    tracker = tracker or Tracker(tracking_rules(Settings(tracking=TrackingSettings(**tracking)), threshold=0.5))
    policy = policy or Policy(AlarmSettings(), None)
    events, seconds = [], 0.0
    for number, (faces, step) in enumerate(zip(frames, steps, strict=False)):
        seconds += step
        asked, followed = tracker.follow(Frame(np.roll(IMAGE, 5 * number, axis=0), seconds), faces)
        events += followed + tracker.judge(asked, np.array([said_of(person.face) for person in asked]).reshape(-1, 2))
        events += policy.decide(tracker.seconds, tracker.tracks).events
    return events


@unhurried
@given(FRAMES, st.randoms())
def test_the_order_of_the_faces_changes_nothing(frames, random):
    shuffled = [random.sample(faces, len(faces)) for faces in frames]
    assert events_of(shuffled) == events_of(frames)


@unhurried
@given(FRAMES, STEPS)
def test_time_never_runs_back(frames, steps):
    times = [event.at for event in events_of(frames, steps)]
    assert times == sorted(times)


@unhurried
@given(FRAMES, STEPS)
def test_every_track_begins_once_and_ends_at_most_once(frames, steps):
    events = events_of(frames, steps)
    began = [event.track for event in events if isinstance(event, TrackBegan)]
    ended = [event.track for event in events if isinstance(event, TrackEnded)]
    assert began == list(range(1, len(began) + 1))
    assert len(set(ended)) == len(ended)
    assert set(ended) <= set(began)


@unhurried
@given(FRAMES, STEPS)
def test_a_persons_alerts_begin_and_end_in_turn(frames, steps):
    alerts: dict[int, list[type]] = {}
    for event in events_of(frames, steps):
        if isinstance(event, AlertBegan | AlertEnded):
            alerts.setdefault(event.track, []).append(type(event))
    for kinds in alerts.values():
        assert kinds == [AlertBegan, AlertEnded] * (len(kinds) // 2) + [AlertBegan] * (len(kinds) % 2)


@unhurried
@given(FRAMES)
def test_no_more_people_are_classified_than_set(frames):
    tracker = Tracker(tracking_rules(Settings(tracking=TrackingSettings(looks_per_frame=2)), threshold=0.5))
    for number, faces in enumerate(frames):
        asked, _ = tracker.follow(Frame(IMAGE, number / 10), faces)
        assert len(asked) <= 2
        tracker.judge(asked, np.full((len(asked), 2), (0.5, 1.0)))


@unhurried
@given(FRAMES, st.integers(1, 50))
def test_empty_frames_are_fine_and_end_everything(frames, empty):
    tracker = Tracker(tracking_rules(Settings(), threshold=0.5))
    policy = Policy(AlarmSettings(), None)
    events_of(frames, tracker=tracker, policy=policy)
    events = events_of([[]] * empty, [0.1] * empty, tracker, policy)
    assert all(event.event.endswith(("ended", "turned")) for event in events)
    events_of([[], []], [5.0, 5.0], tracker, policy)
    assert tracker.people == []


def strangers(number):
    """Somebody new every second, and a flicker of the locator now and then."""
    person = Face(20, 10 + number % 10, 50, 40 + number % 10)
    return [] if number % 10 > 7 else [person, Face(60, 0, 80, 20)] if number % 50 == 0 else [person]


def grown(frames):
    """By how many bytes the tracker grows over so many frames, after a warm-up."""
    tracker = Tracker(tracking_rules(Settings(tracking=TrackingSettings(gap_seconds=0.2)), threshold=0.5))

    def run(begin, end):
        for number in range(begin, end + 10):
            frame = Frame(IMAGE if number % 2 else IMAGE[::-1], number / 10)
            asked, _ = tracker.follow(frame, strangers(number) if number < end else [])
            tracker.judge(asked, np.full((len(asked), 2), (0.9, 1.0)))
        return len(pickle.dumps(tracker))

    before = run(0, 1000)
    return run(1000, 1000 + frames) - before


def test_memory_stays_flat_over_thousands_of_frames():
    assert grown(3000) < 200


@pytest.mark.slow
def test_memory_stays_flat_over_a_million_frames():
    assert grown(1_000_000) < 200
