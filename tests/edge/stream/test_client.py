"""What a reader gets while the door says nothing, says half a line, or does not answer."""

import socket
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from fake_door import FakeDoor

from edge.errors import UserError
from edge.stream.client import Away, StreamClient, Tick, send_command
from edge.stream.messages import Hello, NumberedEvent, Position, encode

HELLO = encode({"type": "hello", "protocol": 1, "version": "0.1.0", "run": "ab", "newest": 0})
EVENT = encode({"type": "event", "number": 1, "event": {"at": 1.0, "event": "blind", "reason": "x" * 5000}})


def without_ticks(messages):
    return (message for message in messages if not isinstance(message, Tick))


@pytest.fixture
def listener(tmp_path):
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "stream.sock"))
        listener.listen()
        yield listener


def test_a_reader_that_wants_ticks_gets_them_while_the_door_says_nothing(tmp_path):
    with FakeDoor(tmp_path) as door, closing(StreamClient(door.address, tick_seconds=0.01)) as client:
        messages = iter(client)
        assert isinstance(next(without_ticks(messages)), Hello)
        assert [next(messages) for _ in range(2)] == [Tick(), Tick()]
        door.event("blind")
        assert isinstance(next(without_ticks(messages)), NumberedEvent)


def test_a_reader_that_wants_ticks_gets_them_while_the_door_is_away(tmp_path):
    client = StreamClient(tmp_path / "stream.sock", tick_seconds=60.0, sleep=lambda _: None)
    messages = iter(client)
    assert [type(next(messages)) for _ in range(3)] == [Away, Tick, Tick]


def test_a_line_that_comes_in_parts_is_one_message_whatever_ticks_come_between(tmp_path, listener):
    messages = iter(StreamClient(tmp_path / "stream.sock", after=Position(), tick_seconds=0.01))
    with ThreadPoolExecutor(1) as other:
        first = other.submit(next, without_ticks(messages))
        door, _ = listener.accept()
        with door:
            door.sendall(HELLO + EVENT[:2000])
            assert isinstance(first.result(), Hello)
            assert isinstance(next(messages), Tick)
            door.sendall(EVENT[2000:] + EVENT)
            events = [next(messages) for _ in range(2)]
    assert [message.event["reason"] for message in events] == ["x" * 5000] * 2


def test_a_door_that_does_not_answer_a_command_is_said_to(tmp_path, listener):
    with pytest.raises(UserError, match="does not answer"):
        send_command(tmp_path / "stream.sock", {"do": "unmute"}, seconds=0.05)
