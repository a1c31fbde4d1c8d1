import io
from pathlib import Path

import pytest
from rich.console import Console

from edge.alarm.pattern import AlarmState
from edge.demo.measure import Score, Timings
from edge.demo.terminal import Terminal, print_summary
from edge.events.types import AlertBegan, AlertEnded
from edge.tracking.track import Verdict


@pytest.fixture
def course(frame_result, person):
    """Two seconds with a mask, two without; the verdict follows half a second late."""
    frame_results = []
    for number in range(40):
        seconds = number / 10
        bare = seconds >= 2.5
        events = [AlertBegan(at=2.5, track=1, p_not_compliant=0.9)] if seconds == 2.5 else []
        verdict = Verdict.NOT_COMPLIANT if bare else Verdict.COMPLIANT
        frame_results.append(frame_result(seconds, person(verdict), alarm=AlarmState(led=bare), events=events))
    return frame_results


def shown(course, **options):
    console = Console(file=(screen := io.StringIO()), width=80, **options)
    timings, score = Timings(), Score(lambda seconds: "without_mask" if seconds >= 2 else "with_mask")
    with Terminal(console, timings) as terminal:
        for frame_result in course:
            for publisher in (timings, score, terminal):
                publisher.publish(frame_result)
    print_summary(console, score, timings, [Path("out/annotated.webm")])
    return screen.getvalue()


def test_without_a_terminal_there_are_plain_lines(course):
    text = shown(course)
    assert "\x1b" not in text
    assert "\r" not in text
    assert [line.strip() for line in text.splitlines() if "alert:" in line] == ["0:02.5  alert: no mask"]


def test_a_terminal_gets_a_panel(course):
    text = shown(course, force_terminal=True)
    assert "\x1b[" in text
    assert "NOT COMPLIANT" in text
    assert "LED" in text


def test_a_terminal_without_unicode_gets_one_too(course):
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii", write_through=True)
    with Terminal(Console(file=stream, width=80, force_terminal=True, legacy_windows=False), Timings()) as terminal:
        terminal.publish(course[0])
    assert b"COMPLIANT" in raw.getvalue()


@pytest.mark.parametrize(("state", "shown"), [(None, False), (False, True), (True, True)])
def test_a_clear_led_is_shown_where_it_is_fitted(state, shown, frame_result):
    console = Console(file=(screen := io.StringIO()), width=80, force_terminal=True)
    with Terminal(console, Timings()) as terminal:
        terminal.publish(frame_result(1.0, alarm=AlarmState(clear_led=state)))
    assert ("CLEAR" in screen.getvalue()) == shown


def test_the_summary_says_what_was_right_and_when(course):
    text = shown(course)
    assert "Verdicts   2 of 2 right" in text
    assert "Alerts     0:02.5" in text
    assert "0.5 s" in text
    assert "out/annotated.webm" in text


def test_a_wrong_verdict_counts_as_wrong(course, person, frame_result):
    score = Score(lambda seconds: "with_mask")
    for number in range(10):
        score.publish(frame_result(number / 10, person(Verdict.NOT_COMPLIANT)))
    (stand,) = score.stands()
    assert not stand.right
    assert stand.delay is None


def test_an_alert_s_end_is_told(frame_result):
    console = Console(file=(screen := io.StringIO()), width=80)
    with Terminal(console, Timings()) as terminal:
        terminal.publish(frame_result(1.0, events=[AlertEnded(at=1.0, track=1)]))
    assert "alert over" in screen.getvalue()
