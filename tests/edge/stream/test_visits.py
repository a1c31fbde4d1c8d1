import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.stream.visits import BlindTime, Visit, Visits


def completed(*events):
    visits = Visits()
    return [item for at, (kind, more) in enumerate(events) for item in visits.take({"event": kind, "at": at, **more})]


def turned(verdict, track=1):
    return "verdict_turned", {"track": track, "verdict": verdict}


THREE_DAYS = 3 * 86_400.0

BEGAN, ENDED = ("track_began", {"track": 1}), ("track_ended", {"track": 1})


def test_a_person_counts_when_they_leave():
    assert completed(BEGAN, turned("compliant")) == []
    assert completed(BEGAN, turned("compliant"), ENDED) == [Visit(0, "compliant", 1)]


def test_a_person_who_was_ever_without_a_mask_counts_as_not_compliant():
    for order in (("compliant", "not compliant"), ("not compliant", "compliant")):
        assert completed(BEGAN, *map(turned, order), ENDED) == [Visit(0, "not compliant", 1)]


def test_a_person_who_leaves_before_a_verdict_is_undecided():
    assert completed(BEGAN, ENDED) == [Visit(0, "undecided", None)]


def test_a_picture_on_the_wall_is_no_visitor():
    assert completed(BEGAN, turned("not compliant"), ("muted", {"track": 1}), ENDED) == []


def test_a_door_that_starts_again_ends_the_visits_it_knew_of():
    assert completed(BEGAN, ("started", {}), BEGAN) == [Visit(0, "undecided", None)]


def test_blind_time_ends_when_the_door_sees_again_or_stops():
    assert completed(("blind", {}), ("sighted", {"unseen_seconds": 4.0})) == [BlindTime(-3.0, 4.0)]
    assert completed(("blind", {}), ("stopped", {})) == [BlindTime(0, 1)]
    assert completed(("blind", {}), ("output_tested", {}), ("started", {})) == [BlindTime(0, 1)]


def test_a_blind_time_is_as_long_as_the_door_says_though_its_clock_was_set():
    visits = Visits()
    assert list(visits.take({"event": "blind", "at": 1000.0})) == []
    (blind,) = visits.take({"event": "sighted", "at": 1010.0 + THREE_DAYS, "unseen_seconds": 13.0})
    assert blind == BlindTime(997.0 + THREE_DAYS, 13.0)


def test_a_clock_that_was_set_makes_no_more_than_a_day_of_a_blind_time_that_a_stop_ends():
    visits = Visits()
    assert list(visits.take({"event": "blind", "at": 1000.0})) == []
    (blind,) = visits.take({"event": "stopped", "at": 1010.0 + THREE_DAYS})
    assert blind == BlindTime(1010.0 + THREE_DAYS - 86_400.0, 86_400.0)


@pytest.mark.parametrize("step", [THREE_DAYS, -THREE_DAYS])
def test_a_clock_that_was_set_gives_no_time_to_a_verdict(step):
    visits = Visits()
    for at, (kind, more) in enumerate((BEGAN, turned("compliant"), ENDED)):
        visit = list(visits.take({"event": kind, "at": at + step * (kind != "track_began"), **more}))
    assert visit == [Visit(0, "compliant", None)]


EVENTS = st.one_of(
    st.tuples(
        st.sampled_from(["track_began", "track_ended", "muted"]),
        st.fixed_dictionaries({"track": st.integers(1, 4)}),
    ),
    st.tuples(
        st.just("verdict_turned"),
        st.fixed_dictionaries(
            {"track": st.integers(1, 4), "verdict": st.sampled_from(["compliant", "not compliant", "undecided"])}
        ),
    ),
    st.tuples(st.sampled_from(["blind", "started", "stopped", "alert_began"]), st.just({})),
    st.just(("sighted", {"unseen_seconds": 4.0})),
)


@given(st.lists(EVENTS, max_size=60))
def test_nobody_is_counted_twice(events):
    began = sum(kind == "track_began" for kind, _ in events)
    assert sum(isinstance(item, Visit) for item in completed(*events)) <= began
