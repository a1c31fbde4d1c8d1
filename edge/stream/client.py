"""Reads the door's stream, and connects again after the door process has ended."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edge.errors import UserError
from edge.stream.messages import Answer, Hello, Message, NumberedEvent, Position, decode, encode, subscription

FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 0.2, 5.0
"""Between two tries to reach the door; the wait doubles from try to try."""

ANSWER_SECONDS = 5.0
"""How long a command waits for its answer."""

LONGEST_LINE = 16 * 2**20
"""Longest message, in bytes; a picture of 12 megapixels has a third of it."""

CHUNK_BYTES = 65_536
"""Read at once."""


@dataclass(frozen=True, slots=True)
class Away:
    """The door does not answer: it is stopped, or about to start. The client tries again."""

    reason: str


@dataclass(frozen=True, slots=True)
class Tick:
    """No message has come for a while: a blind door or one that is away says nothing."""


Received = Message | Away | Tick
"""What a client yields."""


class StreamClient:
    """The door's messages, one after the other, without end.

        with suppress(KeyboardInterrupt), closing(StreamClient(address, states=True)) as client:
            for message in client:
                ...

    After a reconnection the events continue after the last one that the reader got, so that a reader of one run misses
    no event and gets none twice. `wants` and `close` may be called from other threads.
    """

    def __init__(
        self,
        address: Path,
        *,
        states: bool = False,
        pictures: bool = False,
        after: Position | None = None,
        tick_seconds: float | None = None,
        sleep: Callable[[float], object] | None = None,
    ) -> None:
        """Keep the arguments; the iteration opens the connection.

        Args:
            address: The door's socket.
            states: Whether states are wanted.
            pictures: Whether pictures are wanted with them.
            after: The last event that the reader has processed; None to get only new events.
            tick_seconds: How long no message comes before a `Tick` does, and from one to the next; None for no ticks.
                While the door is away there is one after each try.
            sleep: Waits for a number of seconds between two tries; by default until `close`, if that is sooner.
        """
        self.address, self.position = address, after
        self._states, self._pictures, self._tick_seconds = states, pictures, tick_seconds
        self._closed = threading.Event()
        self._sleep = sleep or self._closed.wait
        self._lock = threading.RLock()  # `close` may be called from a signal's handler
        self._socket: socket.socket | None = None

    def __iter__(self) -> Iterator[Received]:
        """The messages, until `close`; `Away` each time the door ends, and once if it does not answer at first."""
        wait, away = FIRST_WAIT_SECONDS, False
        while not self._closed.is_set():
            reason = "the door process has ended"
            try:
                for message in self._connection():
                    wait, away = FIRST_WAIT_SECONDS, False
                    yield message
            except OSError as error:
                reason = error.strerror or str(error)
            except ValueError as error:
                reason = str(error)
            if not away and not self._closed.is_set():
                yield Away(reason)
            away = True
            self._sleep(wait)
            if self._tick_seconds is not None:
                yield Tick()
            wait = min(2 * wait, LONGEST_WAIT_SECONDS)

    def wants(self, *, states: bool, pictures: bool) -> None:
        """Start or stop asking for states and pictures."""
        with self._lock:
            self._states, self._pictures = states, pictures
            if self._socket:
                with suppress(OSError):  # a door that has ended gets the request when it is back
                    self._socket.sendall(encode({"do": "subscribe", "states": states, "pictures": pictures}))

    def close(self) -> None:
        """End the iteration, from any thread."""
        self._closed.set()
        with self._lock:
            if self._socket:
                with suppress(OSError):
                    self._socket.shutdown(socket.SHUT_RDWR)

    def _connection(self) -> Iterator[Message | Tick]:
        with connected(self.address) as door:
            door.settimeout(self._tick_seconds)
            try:
                with self._lock:
                    if self._closed.is_set():
                        return
                    self._socket = door
                    door.sendall(subscription(states=self._states, pictures=self._pictures, after=self.position))
                yield from self._received(door)
            finally:
                with self._lock:
                    self._socket = None

    def _received(self, door: socket.socket) -> Iterator[Message | Tick]:
        run = ""
        for line in _lines(door):
            if line is None:
                yield Tick()
                continue
            message = decode(line, run)
            if isinstance(message, Hello):
                run = message.run
                # A reader that asked only for new events must miss none from the first connection on.
                self.position = self.position or Position(run, message.newest)
            if isinstance(message, NumberedEvent):
                self.position = message.position
            if message is not None:
                yield message


def send_command(address: Path, request: dict[str, Any], *, seconds: float = ANSWER_SECONDS) -> Answer:
    """Send a command to the door, such as {"do": "mute", "minutes": 10}.

    Args:
        address: The door's socket.
        request: A command, as `edge.stream.messages` describes it.
        seconds: How long to wait for the answer.

    Raises:
        UserError: The door does not answer.
    """
    try:
        with connected(address) as door:
            door.settimeout(seconds)
            door.sendall(encode(request))
            late = time.monotonic() + seconds
            for line in _lines(door):
                if line is None:
                    break
                answer = decode(line)
                if isinstance(answer, Answer):
                    return answer
                if time.monotonic() > late:
                    break
    except (OSError, ValueError) as error:
        raise UserError(unreachable(address, error)) from error
    raise UserError(f"The door process at {address} does not answer", "see `maskwatch doctor`")


def connected(address: Path) -> socket.socket:
    """A connection to the door.

    Raises:
        OSError: There is none; a door that hangs and has too many connections waiting is not waited for.
    """
    door = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        door.setblocking(False)
        door.connect(str(address))
        door.setblocking(True)
    except BaseException:
        door.close()
        raise
    return door


def unreachable(address: Path, error: Exception) -> str:
    """Why the door cannot be reached, in a sentence."""
    if isinstance(error, PermissionError):
        return (
            f"Only the group maskwatch may use {address}: use sudo, or join it with `sudo usermod -aG maskwatch $USER`."
        )
    reason = getattr(error, "strerror", None) or error
    return f"No door process answers at {address} ({reason}): start it with `sudo systemctl start maskwatch`."


def _lines(door: socket.socket) -> Iterator[bytes | None]:
    """The door's lines, until it closes the connection; None whenever nothing comes until the socket's timeout.

    Raises:
        ValueError: A line is too long for a message.
    """
    begun = bytearray()
    while True:
        try:
            chunk = door.recv(CHUNK_BYTES)
        except TimeoutError:
            yield None
            continue
        if not chunk:
            return
        *ends, rest = chunk.split(b"\n")
        for end in ends:
            yield bytes(begun + end)
            begun.clear()
        begun += rest
        if len(begun) > LONGEST_LINE:
            raise ValueError("the door sends a line without an end")
