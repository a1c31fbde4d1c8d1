from hypothesis import given
from hypothesis import strategies as st

from edge.stream.visits import BlindTime, Visit, Visits


def completed(*events):
    visits = Visits()
    return [item for at, (kind, more) in enumerate(events) for item in visits.take({"event": kind, "at": at, **more})]


def turned(verdict, track=1):
    return "verdict_turned", {"track": track, "verdict": verdict}


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
    assert completed(("blind", {}), ("sighted", {})) == [BlindTime(0, 1)]
    assert completed(("blind", {}), ("stopped", {})) == [BlindTime(0, 0)]


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
    st.tuples(st.sampled_from(["blind", "sighted", "started", "stopped", "alert_began"]), st.just({})),
)


@given(st.lists(EVENTS, max_size=60))
def test_nobody_is_counted_twice(events):
    began = sum(kind == "track_began" for kind, _ in events)
    assert sum(isinstance(item, Visit) for item in completed(*events)) <= began
