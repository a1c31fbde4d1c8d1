from dataclasses import replace

import numpy as np
import pytest

from edge.alarm.pattern import AlarmState
from edge.replay.annotate import clock, draw
from edge.replay.palette import LOOKS, MUTED
from edge.tracking.track import Verdict


def pixels_like(image, color, tolerance=12):
    return int((np.abs(image.astype(int) - color).max(axis=2) <= tolerance).sum())


def test_draw_leaves_the_frame_as_it_was_and_gives_the_same_twice(frame_result, person):
    seen = frame_result(1.0, person())
    first, second = draw(seen), draw(seen)
    assert (seen.frame.image == 120).all()
    assert np.array_equal(first, second)


@pytest.mark.parametrize("verdict", list(Verdict))
def test_a_box_has_its_verdicts_color_and_no_other(verdict, frame_result, person):
    image = draw(frame_result(1.0, person(verdict)))
    found = {other for other in Verdict if pixels_like(image, LOOKS[other].color) > 100}
    assert found == {verdict}


def test_verdicts_differ_in_shape_too(frame_result, person):
    # The middle of the box's lower side: only who is not compliant has a line there.
    drawn = {v: draw(frame_result(1.0, person(v)))[160, 150] for v in Verdict}
    assert [v for v in Verdict if (drawn[v] != 120).any()] == [Verdict.NOT_COMPLIANT]


def test_an_empty_frame_gets_the_bar_alone(frame_result):
    image = draw(frame_result())
    assert image.shape[0] > 240
    assert (image[:240] == 120).all()


def test_a_place_without_a_face_gets_no_label(frame_result, person):
    gone = replace(person(Verdict.NOT_COMPLIANT), unseen_seconds=0.2)
    assert np.array_equal(draw(frame_result(1.0, gone)), draw(frame_result(1.0)))


def test_led_and_buzzer_light_up_in_the_bar(frame_result):
    dark = draw(frame_result()).astype(int)
    led = draw(frame_result(alarm=AlarmState(led=True))).astype(int)
    both = draw(frame_result(alarm=AlarmState(led=True, buzzer=True))).astype(int)
    assert dark.sum() < led.sum() < both.sum()
    assert (led[:240] == dark[:240]).all()


def test_the_clear_led_is_drawn_where_it_is_fitted(frame_result):
    without, dark, lit = (
        draw(frame_result(alarm=AlarmState(clear_led=state))).astype(int) for state in (None, False, True)
    )
    assert without.sum() < dark.sum() < lit.sum()


@pytest.mark.parametrize("size", [(240, 320), (480, 640), (1080, 1920), (33, 41), (720, 405)])
@pytest.mark.parametrize("box", [(-50, -50, 20, 20), (0, 0, 9, 9), (-100, -100, 5000, 5000), (9000, 9000, 9050, 9050)])
def test_any_frame_and_any_box_can_be_drawn(size, box, frame_result, person):
    image = draw(frame_result(0.0, person(box=box), size=size))
    assert image.shape[0] % 2 == image.shape[1] % 2 == 0
    assert image.dtype == np.uint8


def test_the_clock_shows_minutes():
    assert [clock(s) for s in (0, 3.44, 59.96, 61.0, 3600)] == ["0:00.0", "0:03.4", "1:00.0", "1:01.0", "60:00.0"]


def test_a_static_face_is_drawn_as_muted(frame_result, person):
    undecided = person()
    muted = replace(undecided, muted=True)
    assert pixels_like(draw(frame_result(1.0, muted)), MUTED.color) > pixels_like(
        draw(frame_result(1.0, undecided)), MUTED.color
    )
