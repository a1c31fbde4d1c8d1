import json

import pytest

from edge.alarm.state import AlarmState
from edge.camera.frame import Frame
from edge.errors import UserError
from edge.events.moment import Moment
from edge.replay.evaluation import Annotation, Record, Segment, evaluate, read_annotations

BARE, FINE, CHANGING = {"without_mask": 1}, {"with_mask": 2}, {"transition": 1, "with_mask": 1}


@pytest.fixture
def judged(tmp_path, grey_frame):
    """What is made of segments (begin, end, people) when the LED is on within `lit` stretches."""

    def judged(segments, *lit):
        record = Record()
        for tick in range(round(segments[-1][1] * 10)):
            led = any(begin <= tick / 10 < end for begin, end in lit)
            record.publish(Moment(Frame(grey_frame, tick / 10), [], AlarmState(led=led), [], {}))
        annotation = Annotation(tmp_path / "clip.mp4", tuple(Segment(*segment) for segment in segments), 2)
        return evaluate(annotation, record)

    return judged


def test_the_delay_runs_from_the_beginning_of_a_bare_stretch(judged):
    (stretch,) = judged([(0, 2, FINE), (2, 5, BARE)], (2.7, 5)).stretches
    assert stretch.delay == pytest.approx(0.7)


def test_a_stretch_that_raised_nothing_has_no_delay(judged):
    (stretch,) = judged([(0, 3, {"incorrect": 1})]).stretches
    assert stretch.delay is None


def test_bare_segments_that_follow_one_another_are_one_stretch(judged):
    assert len(judged([(0, 2, BARE), (2, 4, BARE | FINE)], (1, 4)).stretches) == 1


def test_an_alert_may_stand_half_a_second_into_a_masked_stretch(judged):
    assert judged([(0, 2, BARE), (2, 5, FINE)], (0, 2.4)).false_alerts == ()


def test_later_than_that_it_is_false(judged):
    (at,) = judged([(0, 2, BARE), (2, 5, FINE)], (0, 3)).false_alerts
    assert at == pytest.approx(2.6)


def test_each_new_alert_counts(judged):
    assert len(judged([(0, 6, FINE)], (1, 2), (4, 5)).false_alerts) == 2


def test_an_alert_with_nobody_in_view_is_false(judged):
    assert len(judged([(0, 3, {})], (1, 2)).false_alerts) == 1


def test_changes_are_not_judged(judged):
    evaluation = judged([(0, 2, FINE), (2, 4, CHANGING), (4, 6, FINE)], (2, 4))
    assert evaluation.false_alerts == ()
    assert evaluation.right_share == 1.0


def test_the_led_is_right_for_as_long_as_it_tells_the_truth(judged):
    assert judged([(0, 5, BARE), (5, 10, FINE)], (0, 7.5)).right_share == pytest.approx(0.75)


def test_annotations_are_read_from_beside_the_videos(tmp_path):
    segment = {"from_s": 0, "to_s": 2, "people": {"with_mask": 1}}
    record = {"file": "clip.mp4", "segments": [segment], "max_people": 1}
    (tmp_path / "clip.json").write_text(json.dumps(record))
    (annotation,) = read_annotations(tmp_path)
    assert annotation == Annotation(tmp_path / "clip.mp4", (Segment(0, 2, {"with_mask": 1}),), 1)


@pytest.mark.parametrize("content", ["", "[]", '{"file": "clip.mp4"}'])
def test_a_description_that_says_nothing_is_refused(tmp_path, content):
    (tmp_path / "clip.json").write_text(content)
    with pytest.raises(UserError, match="does not describe a clip"):
        read_annotations(tmp_path)


def test_a_folder_without_descriptions_is_refused(tmp_path):
    with pytest.raises(UserError, match="holds no annotated clips"):
        read_annotations(tmp_path)
