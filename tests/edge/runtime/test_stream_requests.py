import socket

import pytest

from edge.events.types import AlertBegan
from edge.stream.client import send_command


@pytest.mark.parametrize(
    "line",
    [
        b"no json\n",
        b"[]\n",
        b"{}\n",
        b'{"do":"dance"}\n',
        b'{"do":"subscribe","after":3}\n',
        b'{"do":"subscribe","after":{"run":"x","number":1e999}}\n',
        b"[" * 3000 + b"\n",
    ],
)
def test_what_is_no_request_is_answered(door, line):
    with socket.socket(socket.AF_UNIX) as reader:
        reader.connect(str(door.address))
        reader.sendall(line)
        stream = reader.makefile("rb")
        stream.readline()
        assert b'"ok":false' in stream.readline()


def test_a_line_without_an_end_closes_the_connection(door):
    with socket.socket(socket.AF_UNIX) as reader:
        reader.connect(str(door.address))
        reader.sendall(b"x" * 10_000)
        stream = reader.makefile("rb")
        stream.readline()
        try:
            left = stream.readline()
        except ConnectionResetError:  # so it reads if not all that was sent has been read
            left = b""
        assert left == b""


def test_the_led_is_tested(door, frame_result, eventually):
    answer = send_command(door.address, {"do": "test", "output": "led"})
    assert answer.ok
    eventually(lambda: door.pins.pin(17).state)
    assert '"output_tested"' in door.log.lines[-1]
    assert send_command(door.address, {"do": "test", "output": "led"}).reason == "The led is being tested already."


@pytest.mark.parametrize(
    ("request_", "reason"),
    [
        ({"do": "test", "output": "relay"}, "can be tested"),
        ({"do": "test", "output": "clear_led"}, "clear_led_pin under [alarm] is not set"),
        ({"do": "mute", "minutes": 0}, '"minutes" must be'),
        ({"do": "mute", "minutes": True}, '"minutes" must be'),
        ({"do": "unmute"}, "not muted"),
        ({"do": "format"}, "nothing else"),
    ],
)
def test_a_command_that_cannot_be_carried_out_says_why(door, request_, reason):
    answer = send_command(door.address, request_)
    assert not answer.ok
    assert reason in answer.reason
    assert door.log.lines == []


def test_a_muted_buzzer_is_silent_and_sounds_again(door, person):
    assert send_command(door.address, {"do": "mute", "minutes": 1}).ok
    door.alarm.show(0.0, [])
    assert any(isinstance(event, AlertBegan) for event in door.alarm.show(1.0, [person()]))
    assert door.pins.pin(17).state
    assert not door.alarm.state.buzzer
    assert send_command(door.address, {"do": "unmute"}).ok
    door.alarm.show(2.0, [person(number=2)])
    assert door.alarm.state.buzzer
