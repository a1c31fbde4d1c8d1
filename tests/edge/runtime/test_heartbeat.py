import socket
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.camera.frame import Frame
from edge.errors import UserError
from edge.runtime.frame_result import FrameResult
from edge.runtime.heartbeat import Heartbeat, notify


class Systemd:
    """The socket that systemd listens on."""

    def __init__(self, address):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(address)
        self.socket.setblocking(False)

    def heard(self):
        """The messages since it was last asked, each a list of lines."""
        messages = []
        while True:
            try:
                messages.append(self.socket.recv(4096).decode().split("\n"))
            except BlockingIOError:
                return messages


@pytest.fixture
def systemd(tmp_path):
    systemd = Systemd(str(tmp_path / "notify"))
    yield systemd
    systemd.socket.close()


class Device:
    """Frames by hand, on a clock that is turned by hand."""

    def __init__(self, environment, frame_result, **options):
        self.now, self._frame_result = 100.0, frame_result
        self.heartbeat = Heartbeat(environment=environment, clock=lambda: self.now, **options)

    def frame(self, *tracks, after=0.0):
        self.now += after
        self.heartbeat.publish(self._frame_result(self.now, *tracks))

    def beat(self, trouble, after=0.0):
        self.now += after
        self.heartbeat.beat(UserError(trouble))


@pytest.fixture
def environment(tmp_path):
    return {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "30000000"}


@pytest.fixture
def device(systemd, environment, frame_result):
    return Device(environment, frame_result)


def test_systemd_is_told_in_one_message(systemd, environment):
    assert notify("READY=1", "STATUS=well", environment=environment)
    assert systemd.heard() == [["READY=1", "STATUS=well"]]


def test_an_abstract_name_is_a_socket_too(tmp_path):
    systemd = Systemd(f"\0{tmp_path}")
    assert notify("READY=1", environment={"NOTIFY_SOCKET": f"@{tmp_path}"})
    assert systemd.heard() == [["READY=1"]]
    systemd.socket.close()


@pytest.mark.parametrize("address", ["", "relative", "vsock:2:1", "/nowhere/notify", "@nobody", "/" + 200 * "long"])
def test_a_systemd_that_cannot_be_reached_does_no_harm(address):
    assert not notify("READY=1", environment={"NOTIFY_SOCKET": address})


def test_without_systemd_nobody_is_told():
    assert not notify("READY=1", environment={})


def test_a_systemd_that_does_not_listen_holds_nothing_up(systemd, environment):
    while notify("WATCHDOG=1", environment=environment):
        pass  # until its queue is full
    assert not notify("WATCHDOG=1", environment=environment)


def test_the_device_is_ready_with_the_first_frame_and_not_before(systemd, device):
    device.beat("blind, attempt 1", after=5.0)
    assert not any("READY=1" in message for message in systemd.heard())
    device.frame()
    assert systemd.heard() == [["READY=1"]]


def test_it_is_ready_once(systemd, device):
    for _ in range(50):
        device.frame(after=0.1)
    assert [message for message in systemd.heard() if "READY=1" in message] == [["READY=1"]]


def test_readiness_is_told_again_until_systemd_takes_it(systemd, environment, device):
    while notify("WATCHDOG=1", environment=environment):
        pass
    device.frame()
    systemd.heard()
    device.frame()
    assert systemd.heard() == [["READY=1"]]


def test_later_frames_feed_the_watchdog(systemd, device):
    device.frame()
    device.frame(after=2.0)
    assert "WATCHDOG=1" in systemd.heard()[-1]


@given(st.lists(st.floats(0.01, 3.0), max_size=100), st.sampled_from(["400000", "2000000", "30000000", ""]))
def test_frames_in_time_keep_the_watchdog_fed_and_the_status_rare(tmp_path_factory, gaps, watchdog):
    path = str(tmp_path_factory.mktemp("run") / "notify")
    systemd, told, waits = Systemd(path), [], float(watchdog or 30e6) / 1e6
    device = Device({"NOTIFY_SOCKET": path, "WATCHDOG_USEC": watchdog}, still_frame)
    device.frame()
    for gap in gaps:
        device.frame(after=min(gap, waits / 2))
        told += [(device.now, line) for message in systemd.heard() for line in message]
    systemd.socket.close()
    fed = [100.0, *(at for at, line in told if line in ("READY=1", "WATCHDOG=1")), device.now]
    assert all(later - earlier < waits for earlier, later in pairwise(fed))
    said = [at for at, line in told if line.startswith("STATUS=")]
    assert all(later - earlier >= 1.0 for earlier, later in pairwise(said))


def still_frame(seconds):
    return FrameResult(Frame(None, seconds), (), None, (), {"locate": 1.0})


def test_the_status_says_what_the_device_does(systemd, environment, frame_result, person):
    device = Device(environment, frame_result, temperature=lambda: 54.4)
    device.frame()
    for _ in range(4):
        device.frame(person(), person(number=2), after=0.25)
    assert systemd.heard()[-1][-1] == "STATUS=4.0 frames a second, 2 ms each, 2 people in view, 54 °C"


def test_a_temperature_that_is_not_known_is_left_out(systemd, device, person):
    device.frame()
    device.frame(person(), after=1.0)
    assert systemd.heard()[-1][-1] == "STATUS=1.0 frames a second, 2 ms each, 1 person in view"


def test_a_muted_face_is_nobody(systemd, device, person):
    device.frame()
    device.frame(replace(person(), muted=True), after=1.0)
    assert systemd.heard()[-1][-1].endswith("nobody in view")


def test_a_blind_device_that_says_so_is_not_hung(systemd, device):
    device.frame()
    systemd.heard()
    device.beat("blind, attempt 7", after=0.2)
    assert systemd.heard() == [["WATCHDOG=1", "STATUS=blind, attempt 7."]]


def test_the_same_words_are_said_once_a_second_at_most(systemd, device):
    device.frame()
    for _ in range(30):
        device.beat("blind, attempt 7", after=0.1)
    assert sum("STATUS=blind, attempt 7." in message for message in systemd.heard()) in (3, 4)


def test_a_camera_missing_from_the_start_makes_systemd_wait(systemd, device):
    device.beat("blind, attempt 1")
    assert systemd.heard() == [["EXTEND_TIMEOUT_USEC=60000000", "STATUS=blind, attempt 1."]]


def test_a_status_is_one_line(systemd, device):
    device.beat("blind:\nREADY=1")
    assert systemd.heard()[-1][-1] == "STATUS=blind: READY=1."


def test_a_reload_is_begun_and_ended_even_if_it_fails(systemd, device):
    device.frame()
    systemd.heard()
    with pytest.raises(ValueError, match="broken"), device.heartbeat.reloading():
        raise ValueError("broken")
    assert systemd.heard() == [["RELOADING=1"], ["READY=1"]]


def test_a_reload_before_the_first_frame_makes_nothing_ready(systemd, device):
    with device.heartbeat.reloading():
        pass
    assert systemd.heard() == []


def test_the_end_is_told(systemd, device):
    with device.heartbeat:
        device.frame()
        systemd.heard()
    assert systemd.heard() == [["STOPPING=1"]]


def test_a_device_that_systemd_has_not_started_tells_nobody(frame_result):
    device = Device({}, frame_result)
    with device.heartbeat:
        for _ in range(3):
            device.frame(after=1.0)
        device.beat("blind, attempt 1")
