import numpy as np
import pytest

from edge.camera.frame import Frame
from edge.tracking.track import Verdict
from edge.vision.face import Face

POSTER = (160, 100, 60, 0.99)
WALL = np.kron(np.random.default_rng(3).integers(40, 200, (30, 40, 3), np.uint8), np.ones((8, 8, 1), np.uint8))
NOISE = np.random.default_rng(4)
NOISES = NOISE.normal(0, 4.0, (8, *WALL.shape)).astype(np.int16)


def wall(seconds, *, light=1.0, moved=0):
    """A wall with a poster, as a camera sees it: with noise, in this light, moved so many pixels to the right."""
    lit = (np.roll(WALL, moved, axis=1) * np.float32(light)).astype(np.int16)
    return Frame(np.clip(lit + NOISES[NOISE.integers(8)], 0, 255).astype(np.uint8), seconds)


def jittering(frames, amount=1.5):
    """The poster's box, as a locator finds it."""
    x, y, size, p = POSTER
    return [[(x + dx, y + dy, size + ds, p)] for dx, dy, ds in NOISE.normal(0, amount, (frames, 3))]


def names(events):
    return [event.event for event in events if event.event in ("muted", "unmuted", "alert_began", "alert_ended")]


@pytest.fixture
def muted(new_tracker, play):
    """A tracker that has learned a poster, at 6.0 s."""
    tracker = new_tracker()
    play(tracker, jittering(60), picture=wall)
    return tracker


def test_a_poster_is_muted_and_its_alert_ends(new_tracker, play):
    tracker = new_tracker()
    events = play(tracker, jittering(60), picture=wall)
    assert names(events) == ["alert_began", "muted", "alert_ended"]
    assert next(event.at for event in events if event.event == "muted") == pytest.approx(5.0, abs=0.11)
    assert tracker.verdicts == []


def test_a_muted_poster_stays_muted(muted, play):
    assert play(muted, jittering(300), start=6.0, picture=wall) == []


def test_it_is_still_shown_as_muted(muted):
    assert [track.muted for track in muted.tracks] == [True]


def test_it_is_muted_at_once_after_an_absence(muted, play):
    play(muted, [[]] * 50, start=6.0, picture=wall)
    assert play(muted, jittering(20), start=11.0, picture=wall) == []


def test_a_lamp_does_not_unmute_it(muted, play):
    assert play(muted, jittering(50), start=6.0, picture=lambda s: wall(s, light=0.6)) == []


def test_a_tremble_of_the_shelf_does_not_unmute_it(muted, play):
    assert play(muted, jittering(50), start=6.0, picture=lambda s: wall(s, moved=round(s * 10) % 2)) == []


def test_it_is_unmuted_when_it_moves(muted, play):
    moved = [[(POSTER[0] + 20, *POSTER[1:])]] * 20
    assert names(play(muted, moved, start=6.0, picture=lambda s: wall(s, moved=20))) == ["unmuted", "alert_began"]


def test_somebody_who_stands_before_it_is_judged(muted, play, living):
    events = play(muted, [[(165, 105, 70, 0.98)]] * 10, start=6.0, picture=living)
    assert names(events) == ["unmuted", "alert_began"]


def test_their_alert_ends_when_they_step_aside(muted, play, living):
    play(muted, [[(165, 105, 70, 0.98)]] * 10, start=6.0, picture=living)
    assert names(play(muted, jittering(3), start=7.0, picture=wall)) == ["muted", "alert_ended"]


def test_a_face_that_lives_is_never_muted(new_tracker, play):
    """The box stays, but the mouth moves."""

    def talking(seconds):
        frame = wall(seconds)
        height = 10 + round(8 * abs(np.sin(3 * seconds)))
        frame.image[112 : 112 + height, 145:175] = 20
        return frame

    tracker = new_tracker()
    assert "muted" not in names(play(tracker, jittering(300), picture=talking))
    assert tracker.verdicts == [Verdict.NOT_COMPLIANT]


def test_a_place_that_is_always_read_tells_an_empty_kiosk_from_a_person(new_tracker, play, living):
    """The locator of kind "centre" names one place, with or without a person in it."""
    tracker = new_tracker()
    place = [[POSTER]]
    play(tracker, place * 60, picture=wall)
    assert names(play(tracker, place * 10, start=6.0, picture=living)) == ["unmuted", "alert_began"]
    assert names(play(tracker, place * 10, start=7.0, picture=wall)) == ["muted", "alert_ended"]
    assert names(play(tracker, place * 10, start=8.0, picture=living)) == ["unmuted", "alert_began"]


def test_no_more_places_are_kept_than_fit(new_tracker, play):
    tracker = new_tracker(still_seconds=1.0)
    for number in range(20):
        play(tracker, [[POSTER]] * 12, start=2 * number, picture=lambda s, n=number: wall(s, moved=9 * n))
    assert len(tracker.static_faces.known) == 16


def test_a_box_over_the_edge_is_no_trouble(new_tracker, play):
    tracker = new_tracker()
    play(tracker, [[(-30, 250, 60, 0.9)]] * 60, picture=wall)
    assert [track.face for track in tracker.tracks] == [Face(-60, 220, 0, 280)]
