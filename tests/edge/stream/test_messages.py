import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.runtime.state_line import StateLine
from edge.stream.messages import Hello, State, decode, encode

HELLO = {"type": "hello", "protocol": 1, "version": "0.1.0", "run": "ab", "newest": 3}

TYPES = st.sampled_from(["hello", "event", "lost", "state", "answer"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=8,
)


@pytest.fixture
def state_line(frame_result, person):
    result = frame_result(2.0, person())
    return StateLine(
        result=result,
        frame=7,
        epoch=1000.0,
        frames_per_second=9.5,
        buzzer_muted_seconds=0.0,
        min_face_px=32,
        evidence_bounds=(-3.0, 3.5),
        celsius=lambda: None,
    )


@pytest.mark.parametrize("picture", [False, True])
def test_a_state_is_read_as_it_was_written(state_line, picture):
    state = decode(state_line.line(picture=picture))
    assert isinstance(state, State)
    assert (state.frame, state.at, state.celsius, state.evidence_bounds) == (7, 1002.0, None, (-3.0, 3.5))
    assert state.people[0].box == (100.0, 60.0, 200.0, 160.0)
    assert (state.jpeg is not None) == picture


def test_what_a_newer_door_says_besides_is_left_out(state_line):
    state = json.loads(state_line.line(picture=False))
    state["people"][0]["shoe_size"] = 42
    assert isinstance(decode(encode({**state, "mood": "good"})), State)
    assert decode(encode({**HELLO, "mood": "good"})) == Hello(1, "0.1.0", "ab", 3)
    assert decode(b'{"type":"weather"}\n') is None


def test_another_protocol_is_refused():
    with pytest.raises(ValueError, match="speaks protocol 2"):
        decode(encode({**HELLO, "protocol": 2}))


@given(st.binary(max_size=50) | st.dictionaries(st.text(max_size=5), VALUES, max_size=3).map(encode))
def test_what_is_no_message_is_refused_and_nothing_worse(line):
    with contextlib.suppress(ValueError):
        decode(line)


def test_a_message_that_is_nested_too_deep_is_refused():
    with pytest.raises(ValueError, match="not a message"):
        decode(b"[" * 100_000)


@given(TYPES, st.sampled_from(["people", "jpeg", "evidence_bounds", "number", "event", "ok", "protocol"]), VALUES)
def test_a_damaged_message_is_refused_and_nothing_worse(kind, key, value):
    with contextlib.suppress(ValueError):
        decode(encode({"type": kind, key: value}))
