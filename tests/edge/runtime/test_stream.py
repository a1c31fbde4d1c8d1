import os
import socket
import threading

import cv2
import numpy as np
import pytest

from edge.alarm.pattern import BLIND, FAULT, AlarmState
from edge.errors import UserError
from edge.events.types import Blind, Fault, Sighted
from edge.runtime.stream_server import EVENTS_KEPT, StreamServer
from edge.settings.schema import AlarmSettings
from edge.stream.client import Away, StreamClient, send_command
from edge.stream.messages import Hello, LostEvents, NumberedEvent, Position, State


@pytest.fixture
def client(door):
    """Makes clients, which are closed in the end."""
    made = []

    def client(**wants):
        made.append(StreamClient(door.address, **wants))
        return made[-1]

    yield client
    for one in made:
        one.close()


def received(client, kind, count=1):
    """The next messages of a kind."""
    found = (message for message in client if isinstance(message, kind))
    return [next(found) for _ in range(count)]


def test_a_reader_is_told_of_every_event_in_order(door, client):
    messages = iter(client(after=Position()))
    assert isinstance(next(messages), Hello)
    for number in range(1, 4):
        door.track(number)
    events = [next(messages) for _ in range(3)]
    assert [message.event["track"] for message in events] == [1, 2, 3]
    assert [message.position.number for message in events] == [1, 2, 3]
    assert events[0].event == {"at": 1001.0, "event": "track_began", "track": 1}


def test_a_reader_that_asks_for_what_is_to_come_is_spared_the_past(door, client):
    door.track(1)
    messages = iter(client())
    next(messages)
    door.track(2)
    assert next(messages).event["track"] == 2


def test_a_reader_that_comes_back_goes_on_after_its_last_event(door, client):
    for number in range(1, 6):
        door.track(number)
    (third,) = received(client(after=Position()), NumberedEvent, 3)[2:]
    later = received(client(after=third.position), NumberedEvent, 2)
    assert [message.event["track"] for message in later] == [4, 5]


def test_another_run_is_told_from_its_beginning(door_at, tmp_path):
    with door_at(tmp_path) as door:
        door.track(1)
        door.track(2)
        (last,) = received(StreamClient(door.address, after=Position()), NumberedEvent, 2)[1:]
    with door_at(tmp_path) as door:
        door.track(7)
        (event,) = received(StreamClient(door.address, after=last.position), NumberedEvent)
    assert (event.event["track"], event.position.number) == (7, 1)
    assert event.position.run != last.position.run


def test_a_client_goes_on_by_itself_when_the_door_is_back(door_at, tmp_path):
    with door_at(tmp_path) as door:
        client = StreamClient(door.address, after=Position(), sleep=lambda _: None)
        messages = iter(client)
        door.track(1)
        assert [type(next(messages)) for _ in range(2)] == [Hello, NumberedEvent]
    assert isinstance(next(messages), Away)
    with door_at(tmp_path) as door:
        door.track(2)
        assert isinstance(next(messages), Hello)
        assert next(messages).event["track"] == 2
        client.close()


def test_what_is_no_longer_kept_is_said_to_be_lost(door, client):
    for number in range(EVENTS_KEPT + 5):
        door.track(number)
    lost, first = received(client(after=Position()), LostEvents | NumberedEvent, 2)
    assert lost == LostEvents(5)
    assert first.event["track"] == 5


def test_a_state_says_what_the_frame_led_to(door, client, frame_result, person):
    door.stream.publish(frame_result(2.0, person(p=0.9, number=4)))
    (state,) = received(client(states=True), State)
    assert (state.at, state.width, state.height, state.jpeg) == (1002.0, 320, 240, None)
    assert state.people[0].verdict == "not compliant"
    assert state.people[0].face_px == 100
    assert state.min_face_px == AlarmSettings().min_face_px
    assert state.outputs == {"led": False, "buzzer": False, "clear_led": None, "relay": None}
    assert state.milliseconds == {"locate": 0.1, "classify": 2.0}


def test_a_picture_comes_to_those_who_ask_alone(door, client, frame_result):
    door.stream.publish(frame_result(2.0))
    (state,) = received(client(pictures=True), State)
    picture = cv2.imdecode(np.frombuffer(state.jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert picture.shape == (240, 320, 3)
    assert abs(int(picture.mean()) - 120) <= 2
    assert received(client(states=True), State)[0].jpeg is None


def test_a_reader_may_ask_for_pictures_later(door, client, frame_result):
    one = client(states=True)
    messages = iter(one)
    door.stream.publish(frame_result(1.0))
    next(messages)
    assert next(messages).jpeg is None
    one.wants(states=True, pictures=True)
    assert next(messages).jpeg


def test_a_reader_that_connects_while_the_door_is_blind_is_told(door, client, frame_result):
    door.stream.publish(frame_result(1.0))
    door.journal.write(Blind(at=4.0, reason="see to the cable"))
    assert received(client(states=True), State)[0].blind == "see to the cable"
    door.journal.write(Sighted(at=9.0, unseen_seconds=5.0))
    assert received(client(states=True), State)[0].blind is None


def test_a_blind_doors_state_has_the_outputs_as_they_are_and_nobody_in_view(door, client, frame_result, masked):
    door.stream.publish(frame_result(1.0, masked(), alarm=AlarmState(clear_led=True, relay=True)))
    door.alarm.play(BLIND)
    door.journal.write(Blind(at=4.0, reason="see to the cable"))
    (state,) = received(client(states=True), State)
    assert state.people == ()
    assert state.outputs == {"led": True, "buzzer": False, "clear_led": None, "relay": None}


def test_the_state_of_a_program_that_ends_with_an_error_has_the_outputs_as_they_are(door, client, frame_result):
    door.stream.publish(frame_result(1.0, alarm=AlarmState(clear_led=True)))
    door.alarm.play(FAULT)
    door.journal.write(Fault(at=4.0, reason="no memory"))
    (state,) = received(client(states=True), State)
    assert (state.outputs["led"], state.outputs["clear_led"], state.blind) == (True, None, None)


def test_a_mute_while_the_door_is_blind_is_told_at_once(door, client, frame_result):
    door.stream.publish(frame_result(1.0))
    door.journal.write(Blind(at=4.0, reason=""))
    assert send_command(door.address, {"do": "mute", "minutes": 10}).ok
    (state,) = received(client(states=True), State)
    assert (state.blind, state.buzzer_muted_seconds) == ("", 600.0)


def test_a_slow_reader_misses_states_and_no_event(door, frame_result):
    with socket.socket(socket.AF_UNIX) as slow:
        slow.connect(str(door.address))
        slow.sendall(b'{"do":"subscribe","pictures":true,"after":{"run":"","number":0}}\n')
        slow.recv(10)
        for number in range(1, 500):
            door.stream.publish(frame_result(float(number), size=(480, 640)))
            door.track(number)
        stream, numbers, states = slow.makefile("rb"), [], 0
        stream.readline()
        while len(numbers) < 499:
            line = stream.readline()
            if line.startswith(b'{"type":"state"'):
                states += 1
            else:
                numbers.append(int(line.partition(b'"number":')[2].partition(b",")[0]))
    assert numbers == list(range(1, 500))
    assert states < 250


def test_a_reader_that_takes_nothing_is_dropped_and_the_log_says_so(
    door_at, tmp_path, eventually, frame_result, monkeypatch
):
    monkeypatch.setattr("edge.runtime.stream.StreamServer", lambda *a, **k: StreamServer(*a, stuck_seconds=0.2, **k))
    with door_at(tmp_path) as door, socket.socket(socket.AF_UNIX) as dead:
        dead.connect(str(door.address))
        dead.sendall(b'{"do":"subscribe","states":true}\n')

        def said():
            door.stream.publish(frame_result(1.0))
            return any("reader_dropped" in line for line in door.log.lines)

        eventually(said)
        assert f"process {os.getpid()} of user" in door.log.lines[-1]
        assert "it took nothing for 0.2 s" in door.log.lines[-1]
        assert sum("reader_dropped" in line for line in door.log.lines) == 1


def test_the_stream_is_the_groups_alone(door):
    assert door.address.stat().st_mode & 0o777 == 0o660


def test_a_reader_outside_the_group_is_refused(door, monkeypatch):
    monkeypatch.setattr("edge.runtime.stream_server.peer", lambda connection: (1, 12345, {12345}))
    with pytest.raises(UserError):
        send_command(door.address, {"do": "unmute"})


def test_the_socket_of_a_killed_door_is_replaced(door_at, tmp_path):
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(tmp_path / "stream.sock"))
    with door_at(tmp_path) as door:
        assert not send_command(door.address, {"do": "unmute"}).ok


def test_two_doors_do_not_share_a_socket(door_at, door, client, tmp_path):
    with door_at(tmp_path) as other:
        assert "another maskwatch" in other.log.lines[0]
    door.track(1)
    assert received(client(after=Position()), NumberedEvent)


def test_the_last_events_are_sent_when_the_door_stops(door_at, tmp_path):
    with door_at(tmp_path) as door:
        messages = iter(StreamClient(door.address, after=Position()))
        next(messages)
        for number in range(1, 100):
            door.track(number)
    assert [next(messages).event["track"] for _ in range(99)] == list(range(1, 100))


def test_readers_killed_at_any_moment_change_no_event(door, client, frame_result):
    stop = threading.Event()

    def come_and_go():
        while not stop.is_set():
            with socket.socket(socket.AF_UNIX) as reader:
                reader.connect(str(door.address))
                reader.sendall(b'{"do":"subscribe","pictures":true,"after":{"run":"","number":0}}\n')
                reader.recv(np.random.randint(1, 5000))

    visitors = [threading.Thread(target=come_and_go) for _ in range(3)]
    for visitor in visitors:
        visitor.start()
    for number in range(1, 300):
        door.track(number)
        door.stream.publish(frame_result(float(number)))
    stop.set()
    for visitor in visitors:
        visitor.join()
    events = received(client(after=Position()), NumberedEvent, 299)
    assert [event.event["track"] for event in events] == list(range(1, 300))
