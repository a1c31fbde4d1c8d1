"""One reader of the stream, as the door sees it: what it has been sent, and what it is to be sent next."""

import socket
import struct
from collections import deque
from collections.abc import Callable
from typing import Any, Protocol

from edge.records import parse_json
from edge.stream.messages import encode

LONGEST_REQUEST = 4096
"""Bytes of a line that a reader may send."""

MOST_ANSWERS = 16
"""Answers that a reader may leave unread."""

SEND_BUFFER = 65_536
"""Bytes that the kernel keeps for a reader: a few pictures, so that a slow one does not get old states."""

SO_PEERGROUPS = 59
"""Linux's, which Python has no name for."""

MOST_GROUP_BYTES = 1024
"""As much as Python asks for at once: 256 groups."""


Command = Callable[[dict[str, Any]], bytes]
"""Carries a command out, and returns the answer's line."""


class Feed(Protocol):
    """Where a reader's messages come from."""

    newest: int
    """Number of the newest event."""
    run: str

    def event(self, number: int) -> tuple[int, bytes]:
        """An event's line, or how many are lost from there on, and the number after it; no line if it is to come."""
        ...

    def state(self, after: int, *, pictures: bool) -> tuple[int, bytes]:
        """The newest state's frame and line; the line is empty if there is none after that frame."""
        ...


class StreamReader:
    """Holds at most one message that is partly sent; the next is chosen when that is gone, so a slow reader skips."""

    def __init__(self, connection: socket.socket, feed: Feed, hello: bytes, newest: int, command: Command) -> None:
        """Greet it.

        Args:
            connection: Accepted; it never blocks from now on.
            feed: Gives the messages.
            hello: The first line.
            newest: The number of the newest event, as it says there.
            command: Carries a command out; returns the answer's line.
        """
        connection.setblocking(False)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        self.connection = connection
        self._feed, self._command = feed, command
        self._out, self._in = memoryview(hello), bytearray()
        self._answers: deque[bytes] = deque()
        self._subscribed = self._states = self._pictures = False
        self._next, self._frame = newest + 1, 0
        self.stuck_since: float | None = None
        """Since when it has taken nothing of what waits for it."""

    @property
    def waits(self) -> bool:
        """Whether there is something to send that the kernel did not take."""
        return bool(self._out)

    def send(self, now: float) -> None:
        """Send what it takes without waiting.

        Raises:
            OSError: It has gone.
        """
        while self._out or self._choose():
            try:
                sent = self.connection.send(self._out)
            except BlockingIOError:
                self.stuck_since = now if self.stuck_since is None else self.stuck_since
                return
            self._out, self.stuck_since = self._out[sent:], None

    def receive(self) -> None:
        """Take in what it asks for.

        Raises:
            OSError: It has gone, or sends what nobody could read.
        """
        try:
            got = self.connection.recv(LONGEST_REQUEST)
        except BlockingIOError:
            return
        if not got:
            raise ConnectionResetError("the reader has closed the connection")
        self._in += got
        while (end := self._in.find(b"\n")) >= 0:
            line = bytes(self._in[:end])
            del self._in[: end + 1]
            self._obey(line)
        if len(self._in) > LONGEST_REQUEST or len(self._answers) > MOST_ANSWERS:
            raise ConnectionAbortedError("the reader sends more than it reads")

    def _choose(self) -> bool:
        """Take up the next message; whether there is one."""
        self._out = memoryview(self._next_message())
        return bool(self._out)

    def _next_message(self) -> bytes:
        if self._answers:
            return self._answers.popleft()
        if not self._subscribed:
            return b""
        self._next, line = self._feed.event(self._next)
        if not line and self._states:
            self._frame, line = self._feed.state(self._frame, pictures=self._pictures)
        return line

    def _obey(self, line: bytes) -> None:
        try:
            request = parse_json(line)
            if request["do"] == "subscribe":
                self._subscribe(request)
                return
            answer = self._command(request)
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
            answer = encode({"type": "answer", "ok": False, "reason": f"This is no request: {line[:80]!r}."})
        self._answers.append(answer)

    def _subscribe(self, request: dict[str, Any]) -> None:
        after = request.get("after")
        if after:
            run, number = str(after["run"]), int(after["number"])
            self._next = min(max(number, 0), self._feed.newest) + 1 if run == self._feed.run else 1
        pictures = bool(request.get("pictures"))
        if pictures and not self._pictures:
            self._frame = 0  # it gets the newest frame at once, even if it already has its state
        self._states, self._pictures = bool(request.get("states")) or pictures, pictures
        self._subscribed = True


def peer(connection: socket.socket) -> tuple[int, int, set[int]]:
    """Who is at the other end of a Unix socket: process, user, and all of the user's groups."""
    size = struct.calcsize("3i")
    process, user, group = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size))
    groups = connection.getsockopt(socket.SOL_SOCKET, SO_PEERGROUPS, MOST_GROUP_BYTES)
    return process, user, {group, *struct.unpack(f"{len(groups) // 4}I", groups)}
