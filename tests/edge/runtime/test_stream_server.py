"""The server goes on whatever one reader, the log or the machine does to it."""

import errno
import socket
import time
from contextlib import contextmanager

import pytest

from edge.runtime.stream_server import StreamServer
from edge.stream.client import connected

LARGE = b"x" * 2**20 + b"\n"


class Snapshot:
    """A state that is too large to be sent at once, or that cannot be made."""

    def __init__(self, line):
        self._line = line

    def line(self, *, picture):
        return self._line()


@pytest.fixture
def address(tmp_path):
    return tmp_path / "stream.sock"


@contextmanager
def reader(address, *lines):
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(60)
        connection.connect(str(address))
        connection.sendall(b"".join(lines))
        yield connection.makefile("rb")


def greeted(address):
    """Whether the server still serves a new reader."""
    with reader(address) as stream:
        return stream.readline().startswith(b'{"type":"hello"')


def test_a_reader_that_cannot_be_served_is_dropped_and_no_other(address):
    def fail():
        raise ZeroDivisionError("no thermometer")

    told = []
    with StreamServer(address, command=lambda _: b"", dropped=lambda *why: told.append(why)) as server:
        server.offer(Snapshot(fail))
        with reader(address) as other, reader(address, b'{"do":"subscribe","states":true}\n') as failing:
            assert len(failing.readlines()) == 1  # the hello, then the connection's end
            assert other.readline()
        assert greeted(address)
    assert [reason for _, reason in told] == ["ZeroDivisionError('no thermometer')"]


def test_a_log_that_takes_no_word_of_a_dropped_reader_ends_nothing(address, eventually):
    told = []

    def dropped(*why):
        told.append(why)
        raise BrokenPipeError

    with StreamServer(address, command=lambda _: b"", dropped=dropped, stuck_seconds=0.1) as server:
        server.offer(Snapshot(lambda: LARGE))
        with reader(address, b'{"do":"subscribe","states":true}\n'):
            eventually(lambda: told)
            assert greeted(address)


def test_without_a_free_file_descriptor_the_server_waits_and_serves_again(address, monkeypatch, eventually):
    tried = []

    def full(_):
        tried.append(True)
        raise OSError(errno.EMFILE, "Too many open files")

    accept = socket.socket.accept
    monkeypatch.setattr(socket.socket, "accept", full)
    with StreamServer(address, command=lambda _: b"", dropped=lambda *_: None), reader(address) as waiting:
        eventually(lambda: tried)
        time.sleep(0.5)
        assert len(tried) < 100  # a thread that does not wait tries it ten thousand times
        monkeypatch.setattr(socket.socket, "accept", accept)
        assert waiting.readline()


@contextmanager
def hung_door(address):
    """A socket at which nobody accepts, with as many connections waiting as it takes."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(address))
        listener.listen(0)
        waiting = []
        try:
            while True:
                waiting.append(socket.socket(socket.AF_UNIX))
                waiting[-1].setblocking(False)
                waiting[-1].connect(str(address))
        except BlockingIOError:
            yield
        finally:
            for connection in waiting:
                connection.close()


def test_a_door_that_hangs_keeps_its_socket_and_stops_no_other(address):
    with hung_door(address):
        server = StreamServer(address, command=lambda _: b"", dropped=lambda *_: None)
        with pytest.raises(OSError, match="another maskwatch"):
            server.__enter__()


def test_a_door_that_hangs_is_not_waited_for(address):
    with hung_door(address), pytest.raises(BlockingIOError):
        connected(address)
