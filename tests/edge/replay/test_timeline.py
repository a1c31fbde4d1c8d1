import sys
from dataclasses import replace

import cv2
import pytest

from edge.alarm.pattern import AlarmState
from edge.errors import UserError
from edge.events.types import AlertBegan, AlertEnded
from edge.replay.timeline import Stretch, Timeline, stretches
from edge.runtime.pipeline import make_test
from edge.settings.schema import VerdictSettings
from edge.tracking.track import Verdict

TEST = make_test(VerdictSettings(), threshold=0.5)


def test_a_picture_is_drawn(tmp_path, frame_result, person):
    timeline = Timeline(TEST)
    for number in range(30):
        alert = 10 <= number < 20
        events = {10: [AlertBegan(at=1.0, track=1, p_not_compliant=0.9)], 20: [AlertEnded(at=2.0, track=1)]}.get(
            number, []
        )
        verdict = Verdict.NOT_COMPLIANT if alert else Verdict.COMPLIANT
        state = AlarmState(led=alert, buzzer=alert)
        timeline.publish(frame_result(number / 10, person(verdict, p=0.9 * alert), alarm=state, events=events))
    timeline.save(tmp_path / "timeline.png")
    image = cv2.imread(str(tmp_path / "timeline.png"))
    assert image.shape[1] > 1000
    assert image.std() > 10
    assert [path.name for path in tmp_path.iterdir()] == ["timeline.png"]


@pytest.mark.parametrize("people", [0, 1, 5, 30])
def test_any_number_of_people_can_be_drawn(people, tmp_path, frame_result, person):
    timeline = Timeline(TEST)
    for number in range(3):
        timeline.publish(frame_result(number / 10, *[person(number=n) for n in range(people)]))
    timeline.save(tmp_path / "timeline.png")
    assert cv2.imread(str(tmp_path / "timeline.png")) is not None


def test_the_evidence_is_drawn_between_the_bounds(frame_result, person):
    timeline = Timeline(TEST)
    for evidence in (TEST.lower, 0.0, TEST.upper):
        timeline.publish(frame_result(0.0, replace(person(), evidence=evidence)))
    assert timeline.tracks[1].evidence == pytest.approx([0.0, timeline.even, 1.0])


def test_a_static_face_is_drawn_as_muted(tmp_path, frame_result, person):
    timeline = Timeline(TEST)
    timeline.publish(frame_result(0.0, person()))
    timeline.publish(frame_result(0.1, replace(person(), muted=True)))
    assert [look.word for look in timeline.tracks[1].looks] == ["NOT COMPLIANT", "MUTED"]
    timeline.save(tmp_path / "timeline.png")


@pytest.mark.parametrize("count", [0, 1])
def test_almost_nothing_can_be_drawn(count, tmp_path, frame_result, person):
    timeline = Timeline(TEST)
    for _ in range(count):
        timeline.publish(frame_result(0.0, person()))
    timeline.save(tmp_path / "timeline.png")


def test_outputs_that_are_fitted_have_a_lane(tmp_path, frame_result):
    heights = []
    for state in (AlarmState(), AlarmState(clear_led=True), AlarmState(clear_led=False, relay=True)):
        timeline = Timeline(TEST)
        timeline.publish(frame_result(0.0, alarm=state))
        timeline.save(tmp_path / "timeline.png")
        heights.append(cv2.imread(str(tmp_path / "timeline.png")).shape[0])
    assert heights[0] < heights[1] < heights[2]


def test_stretches_join_equal_neighbors_and_break_at_gaps():
    found = stretches([0, 1, 2, 3, 7, 8], ["a", "a", "b", "b", "b", "a"], 1)
    assert found == [Stretch(0, 2, "a"), Stretch(2, 4, "b"), Stretch(7, 8, "b"), Stretch(8, 9, "a")]


def test_without_matplotlib_one_sentence_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(UserError, match=r"maskwatch\[demo\]"):
        Timeline(TEST).save(tmp_path / "timeline.png")
