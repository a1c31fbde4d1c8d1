import json
import re

import numpy as np
import pytest

from edge.alarm.pattern import AlarmState
from edge.camera.frame import Frame
from edge.errors import UserError
from edge.events.types import AlertBegan, AlertEnded, Muted
from edge.replay.annotation import FORM, Annotation, Segment, Sighting, read_annotations
from edge.replay.evaluation import Shown, evaluate
from edge.replay.record import Record
from edge.runtime.frame_result import FrameResult
from edge.tracking.track import Track, Verdict
from edge.vision.face import Face

BARE, FINE, CHANGING = {"without_mask": 1}, {"with_mask": 2}, {"transition": 1, "with_mask": 1}

IMAGE = np.zeros((4, 4, 3), np.uint8)


def annotation(*segments):
    """Of segments (begin, end, people)."""
    return Annotation("clip.mp4", tuple(Segment(*segment) for segment in segments), 2)


def record(seconds, *alerts, people=(), muted=()):
    """Ten frames a second, with alerts (begin, end), each of a person of their own, and people of these verdicts."""
    record = Record()
    tracks = [Track(number, Face(0, 0, 40, 40), 0.5, verdict) for number, verdict in enumerate(people, 1)]
    for tick in range(round(seconds * 10)):
        at = tick / 10
        began = [AlertBegan(at=at, track=n, p_not_compliant=0.9) for n, alert in enumerate(alerts) if alert[0] == at]
        ended = [AlertEnded(at=at, track=n) for n, alert in enumerate(alerts) if alert[1] == at]
        events = began + ended + [Muted(at=at, track=number) for number in muted if at == 0]
        record.publish(FrameResult(Frame(IMAGE, at), tracks, AlarmState(), events, {}))
    return record


def judged(segments, *alerts, **others):
    """What is made of segments (begin, end, people), when alerts (begin, end) stand."""
    seconds = segments[-1][1]
    return evaluate(annotation(*segments), record(seconds, *alerts, **others), Shown(seconds))


def delays(segments, *alerts):
    return [stretch.delay for stretch in judged(segments, *alerts).stretches]


def test_the_delay_runs_from_the_beginning_of_a_bare_stretch():
    assert delays([(0, 2, FINE), (2, 5, BARE)], (2.7, 5)) == [pytest.approx(0.7)]


def test_a_stretch_that_raised_nothing_has_no_delay():
    assert delays([(0, 3, {"incorrect": 1})]) == [None]


def test_bare_segments_that_follow_one_another_are_one_stretch():
    assert len(delays([(0, 2, BARE), (2, 4, BARE | FINE)], (1, 4))) == 1


def test_an_alert_that_came_while_the_mask_came_off_is_in_time():
    assert delays([(0, 2, FINE), (2, 4, CHANGING), (4, 6, BARE)], (3, 6)) == [0.0]


def test_an_alert_that_came_and_went_meanwhile_is_not():
    assert delays([(0, 2, FINE), (2, 4, CHANGING), (4, 6, BARE)], (2.5, 3)) == [None]


def test_a_false_alert_that_still_stands_earns_nothing():
    assert delays([(0, 2, FINE), (2, 5, BARE)], (1, 5)) == [None]
    assert delays([(0, 2, FINE), (2, 5, BARE)], (1, 5), (2.6, 5)) == [pytest.approx(0.6)]


def test_times_are_taken_to_be_right_to_a_third_of_a_second():
    evaluation = judged([(0, 2, FINE), (2, 5, BARE)], (1.8, 5))
    assert evaluation.stretches[0].delay == 0.0
    assert evaluation.false_alerts == ()


def test_an_alert_may_stand_half_a_second_into_a_masked_stretch():
    assert judged([(0, 2, BARE), (2, 5, FINE)], (0, 2.6)).false_alerts == ()


def test_later_than_that_it_is_false():
    assert judged([(0, 2, BARE), (2, 5, FINE)], (0, 3)).false_alerts == (2.5,)


def test_each_new_alert_counts():
    assert judged([(0, 6, FINE)], (1, 2), (4, 5)).false_alerts == (1, 4)


def test_an_alert_that_begins_with_nobody_in_view_is_false():
    assert judged([(0, 3, {})], (1, 2)).false_alerts == (1,)


def test_an_alert_for_a_person_who_has_just_left_may_fade():
    assert judged([(0, 2, BARE), (2, 5, {})], (1, 3)).false_alerts == ()


def test_changes_are_not_judged():
    evaluation = judged([(0, 2, FINE), (2, 4, CHANGING), (4, 6, FINE)], (2, 4))
    assert evaluation.false_alerts == ()
    assert evaluation.alert_right == 1.0


def test_the_alert_is_right_for_as_long_as_it_tells_the_truth():
    assert judged([(0, 5, BARE), (5, 10, FINE)], (0, 7.5)).alert_right == pytest.approx(0.75)


def test_verdicts_are_counted_against_people():
    found = [Verdict.NOT_COMPLIANT, Verdict.COMPLIANT, Verdict.UNDECIDED, Verdict.COMPLIANT]
    evaluation = judged([(0, 2, {"without_mask": 1, "with_mask": 2})], people=found)
    assert evaluation.verdicts_right == pytest.approx(3 / 4)  # four are held to be there


def test_a_person_who_was_not_found_is_not_judged_right():
    assert judged([(0, 2, FINE)], people=[Verdict.COMPLIANT]).verdicts_right == pytest.approx(1 / 2)


def test_a_static_face_is_counted_apart():
    evaluation = judged([(0, 2, FINE)], people=[Verdict.COMPLIANT] * 3, muted=[3])
    assert (evaluation.tracks, evaluation.muted) == (2, 1)


def test_alerts_that_are_right_after_a_time_are_counted():
    evaluation = judged([(0, 3, BARE), (3, 6, FINE)], (0.7, 4.2))
    assert evaluation.right_after == {0.5: (0, 2), 1.0: (1, 2), 2.0: (2, 2)}


@pytest.mark.parametrize(
    ("segments", "alerts", "passed"),
    [
        ([(0, 2, BARE)], [(0.9, 2)], True),
        ([(0, 2, BARE)], [(1.2, 2)], False),
        ([(0, 0.9, BARE), (0.9, 3, CHANGING)], [], True),  # too short to demand one
        ([(0, 2, FINE)], [(1, 1.5)], False),
    ],
)
def test_a_clip_passes_with_every_alert_in_time_and_no_other(segments, alerts, passed):
    assert judged(segments, *alerts).passed == passed


def test_annotations_are_read_from_beside_the_videos(tmp_path):
    segment = {"from_s": 0, "to_s": 2, "people": {"with_mask": 1}}
    sighting = {"at_s": 1, "person": "A", "x": 0.4, "y": 0.5}
    content = {"file": "clip.mp4", "segments": [segment], "max_people": 1, "sightings": [sighting]}
    (tmp_path / "clip.json").write_text(json.dumps(content))
    (tmp_path / "clip.mp4").touch()
    (annotation,) = read_annotations(tmp_path)
    expected = (Segment(0, 2, {"with_mask": 1}),), 1, (Sighting(1, "A", 0.4, 0.5),)
    assert annotation == Annotation(tmp_path / "clip.mp4", *expected)


def test_a_description_without_its_clip_is_refused_before_the_work(tmp_path):
    content = {"file": "clip.mp4", "segments": [{"from_s": 0, "to_s": 2, "people": {}}], "max_people": 1}
    (tmp_path / "clip.json").write_text(json.dumps(content))
    with pytest.raises(UserError, match=r"clip\.mp4, which is not beside it"):
        read_annotations(tmp_path)


SEGMENT = '{"file": "c.mp4", "max_people": 1, "segments": [%s]}'

WHOLE = '{"file": "c.mp4", "max_people": 1, "segments": [{"from_s": 0, "to_s": 2, "people": {}}], "sightings": [%s]}'


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("", "line 1, column 1 is not JSON"),
        ('{"file": "c.mp4",\n "max_people": one}', "line 2, column 16 is not JSON"),
        ("[" * 100_000, "it is not JSON"),
        ("[]", "it is not an object in braces"),
        ('{"max_people": 1}', 'it needs the name of the video beside it, without a folder, as "file"'),
        ('{"file": "in/c.mp4"}', 'it needs the name of the video beside it, without a folder, as "file"'),
        ('{"file": "clip.mp4"}', 'it needs a list as "segments"'),
        ('{"file": "clip.mp4", "segments": 3}', 'it needs a list as "segments"'),
        ('{"file": "c.mp4", "max_people": "one", "segments": []}', 'a whole number, 0 or more, as "max_people"'),
        ('{"file": "c.mp4", "max_people": 1.5, "segments": []}', 'a whole number, 0 or more, as "max_people"'),
        ('{"file": "c.mp4", "max_people": Infinity, "segments": []}', 'a whole number, 0 or more, as "max_people"'),
        (SEGMENT % "", "it has no segments"),
        (SEGMENT % "2", "segment 1 is not an object in braces"),
        (SEGMENT % '{"from_s": 0, "to_s": "x", "people": {}}', 'segment 1 needs a number as "to_s"'),
        (SEGMENT % '{"from_s": true, "to_s": 2, "people": {}}', 'segment 1 needs a number as "from_s"'),
        (SEGMENT % '{"from_s": 0, "to_s": 2}', 'segment 1 needs an object as "people"'),
        (SEGMENT % '{"from_s": 2, "to_s": 1, "people": {}}', "segment 1 goes from 2.0 to 1.0 s"),
        (
            SEGMENT % '{"from_s": -1, "to_s": 1, "people": {}}',
            "segment 1 begins at -1.0 s, and the clip begins only at",
        ),
        (SEGMENT % '{"from_s": 0, "to_s": NaN, "people": {}}', 'segment 1 needs a finite number as "to_s"'),
        (SEGMENT % '{"from_s": 0, "to_s": Infinity, "people": {}}', 'segment 1 needs a finite number as "to_s"'),
        (
            SEGMENT % f'{{"from_s": 0, "to_s": {"9" * 400}, "people": {{}}}}',
            'segment 1 needs a finite number as "to_s"',
        ),
        (SEGMENT % '{"from_s": 0, "to_s": 2, "people": {"without_msk": 1}}', '"without_msk" in segment 1 is none of'),
        (
            SEGMENT % '{"from_s": 0, "to_s": 2, "people": {"with_mask": -1}}',
            'segment 1 needs a whole number, 0 or more, as "with_mask"',
        ),
        (
            SEGMENT % '{"from_s": 0, "to_s": 3, "people": {}}, {"from_s": 2, "to_s": 4, "people": {}}',
            "segment 2 begins at 2.0 s, and segment 1 ends only at 3.0 s",
        ),
        (WHOLE % '{"at_s": 1, "person": "A", "x": 0.4}', 'sighting 1 needs a number as "y"'),
        (WHOLE % '{"at_s": 1, "x": 0.4, "y": 0.5}', 'sighting 1 needs a name as "person"'),
    ],
)
def test_a_description_that_says_nothing_is_refused_and_its_form_shown(tmp_path, content, why):
    (tmp_path / "clip.json").write_text(content)
    with pytest.raises(UserError, match=rf"does not describe a clip \(.*{re.escape(why)}") as refused:
        read_annotations(tmp_path)
    assert '"segments": [{"from_s": 0, ' in refused.value.remedy


def test_the_form_that_is_shown_can_be_used(tmp_path):
    (tmp_path / "NAME.mp4").touch()
    (tmp_path / "NAME.json").write_text(FORM[: FORM.rindex("}") + 1])
    assert read_annotations(tmp_path)[0].segments == (Segment(0, 2.5, {"with_mask": 1}),)


def test_a_description_that_is_a_folder_is_refused(tmp_path):
    (tmp_path / "clip.json").mkdir()
    with pytest.raises(UserError, match=r"clip\.json cannot be read \(Is a directory\)"):
        read_annotations(tmp_path)


def test_a_folder_without_descriptions_is_refused_and_their_form_shown(tmp_path):
    with pytest.raises(UserError, match=r'holds no annotated clips: put NAME\.json .* \{"file": "NAME\.mp4"'):
        read_annotations(tmp_path)


def test_a_folder_that_is_not_there_is_said_to_be_missing(tmp_path):
    with pytest.raises(UserError, match=r"There is no folder .*none: name the folder"):
        read_annotations(tmp_path / "none")


def test_a_clip_is_no_folder_of_clips(tmp_path):
    (tmp_path / "clip.mp4").touch()
    with pytest.raises(UserError, match=r"clip\.mp4 is no folder: name the folder"):
        read_annotations(tmp_path / "clip.mp4")


def covered(shown, *segments):
    return evaluate(annotation(*segments), record(segments[-1][1]), shown)


def test_what_is_annotated_and_not_shown_is_a_failure():
    evaluation = covered(Shown(3.0), (0, 2, FINE), (2, 5, FINE))
    assert evaluation.uncovered == ((3.0, 5),)
    assert not evaluation.passed


def test_a_hole_in_a_damaged_clip_is_a_failure():
    evaluation = covered(Shown(5.0, [(1.5, 2.5)]), (0, 2, FINE), (3, 5, FINE))
    assert evaluation.uncovered == ((1.5, 2),)
    assert not evaluation.passed


def test_a_clip_may_end_a_little_sooner_than_was_noted_by_eye():
    assert covered(Shown(4.8), (0, 5, FINE)).passed


def followed(*boxes):
    """A second at ten frames a second for each entry: the tracks in view, by number, and the left of their boxes."""
    record = Record()
    for number, tracks in enumerate(boxes):
        seen = [Track(track, Face(left, 0, left + 1, 1), 0.5, Verdict.UNDECIDED) for track, left in tracks.items()]
        for tick in range(10):
            record.publish(FrameResult(Frame(IMAGE, number + tick / 10), seen, AlarmState(), [], {}))
    return record


def switches(record, *sightings):
    """Of sightings (seconds, person, x in pixels of a picture of four)."""
    seen = tuple(Sighting(seconds, person, x / 4, 0.1) for seconds, person, x in sightings)
    clip = Annotation("clip.mp4", (Segment(0, 2, FINE),), 2, seen)
    return evaluate(clip, record, Shown(2.0)).switches


def test_a_track_that_goes_on_with_another_person_is_an_identity_switch():
    record = followed({1: 0, 2: 2}, {1: 2, 2: 0})
    assert switches(record, (0.5, "A", 0.5), (0.5, "B", 2.5), (1.5, "A", 0.5), (1.5, "B", 2.5)) == 2


def test_people_who_keep_their_tracks_or_get_new_ones_switch_nothing():
    record = followed({1: 0}, {2: 0})
    assert switches(record, (0.5, "A", 0.5), (1.5, "B", 0.5), (1.6, "B", 3.5)) == 0


def test_without_sightings_no_switches_are_known():
    assert switches(followed({1: 0})) is None
