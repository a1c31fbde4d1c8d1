"""The door's local socket: many readers, none of which the door ever waits for.

A thread of its own serves them all. It keeps the newest state and the last events; each reader has a position in these
and no queue that could grow.

The loop leaves a frame's state and goes on. It does not wake the thread, which would compete with it for the
interpreter: the thread wakes by itself, twenty times a second while there are readers.
"""

import os
import secrets
import selectors
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Protocol, Self

from edge.runtime.stream_reader import Command, StreamReader, peer
from edge.stream.messages import PROTOCOL, encode

EVENTS_KEPT = 2000
"""For readers that come back: hours of a busy door, in half a megabyte."""

MOST_READERS = 32

STUCK_SECONDS = 30.0
"""A reader that takes nothing for this long is dropped."""

ROUND_SECONDS = 0.05
"""How often readers are given what is new, which is as late as it can come."""

FAREWELL_SECONDS = 0.5
"""How long the last events may take to be read when the door stops."""


class Snapshot(Protocol):
    """A state that becomes a line only if a reader wants it."""

    def line(self, *, picture: bool) -> bytes:
        """The state as a line; the same for every reader."""
        ...


class StreamServer:
    """A context manager, within which readers are served. Any thread may give it events and states."""

    def __init__(
        self,
        address: Path,
        *,
        command: Command,
        dropped: Callable[[str, str], None],
        stuck_seconds: float = STUCK_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Nothing is offered yet.

        Args:
            address: Where the socket is made; its group is the folder's and the process's own.
            command: Carries out what a reader asks for; returns the answer's line. Called in the server's thread.
            dropped: Told of a reader that was dropped, such as "process 812 of user 990", and why.
            stuck_seconds: How long a reader may take nothing.
            clock: Tells the time on a clock that never runs back, in seconds.
        """
        self.run, self.newest = secrets.token_hex(8), 0
        self._address, self._command, self._dropped = address, command, dropped
        self._stuck_seconds, self._clock = stuck_seconds, clock
        self._events: deque[bytes] = deque(maxlen=EVENTS_KEPT)
        self._snapshot: tuple[int, Snapshot] | None = None
        self._snapshots = 0
        self._lock = threading.Lock()
        self._readers: dict[StreamReader, str] = {}
        self._selector = selectors.DefaultSelector()
        self._bell, self._ringer = socket.socketpair()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="stream", daemon=True)

    def tell(self, line: str) -> None:
        """Give every reader an event, as the line of the log."""
        with self._lock:
            self.newest += 1
            self._events.append(b'{"type":"event","number":%d,"event":%b}\n' % (self.newest, line.encode()))

    def offer(self, snapshot: Snapshot) -> None:
        """Give the readers that are ready for it a state, in place of the last one."""
        with self._lock:
            self._snapshots += 1
            self._snapshot = self._snapshots, snapshot

    def event(self, number: int) -> tuple[int, bytes]:
        """An event's line, or how many are lost from there on, and the number after it; no line if it is to come."""
        with self._lock:
            oldest = self.newest - len(self._events) + 1
            if number < oldest:
                return oldest, encode({"type": "lost", "count": oldest - number})
            if number > self.newest:
                return number, b""
            return number + 1, self._events[number - oldest]

    def state(self, after: int, *, pictures: bool) -> tuple[int, bytes]:
        """The newest state's number and line; the line is empty if it is no newer than `after`."""
        with self._lock:
            newest = self._snapshot
        if newest is None or newest[0] == after:
            return after, b""
        return newest[0], newest[1].line(picture=pictures)

    def __enter__(self) -> Self:
        """Make the socket.

        Raises:
            OSError: It cannot be made there.
        """
        self._listener = _listen(self._address)
        self._selector.register(self._listener, selectors.EVENT_READ, self._accept)
        self._selector.register(self._bell, selectors.EVENT_READ, self._hear)
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        """Send the readers the last events, and close."""
        self._stopping.set()
        self._ringer.send(b".")
        self._thread.join(2 * FAREWELL_SECONDS + 1)
        with suppress(OSError):
            self._address.unlink()

    def _hear(self) -> None:
        self._bell.recv(1)

    def _serve(self) -> None:
        while not self._stopping.is_set():
            self._turn(ROUND_SECONDS if self._readers else None)
        self._turn(0.0)
        late = self._clock() + FAREWELL_SECONDS
        while any(reader.waits for reader in self._readers) and self._clock() < late:
            self._turn(0.05)
        for reader in list(self._readers):
            self._close(reader)
        self._listener.close()
        self._selector.close()

    def _turn(self, seconds: float | None) -> None:
        for key, mask in self._selector.select(seconds):
            if isinstance(key.data, StreamReader):
                if mask & selectors.EVENT_READ:
                    self._attempt(key.data, key.data.receive)
            else:
                key.data()
        now = self._clock()
        for reader in list(self._readers):
            self._attempt(reader, partial(self._feed, reader, now))

    def _feed(self, reader: StreamReader, now: float) -> None:
        reader.send(now)
        wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if reader.waits else 0)
        self._selector.modify(reader.connection, wanted, reader)
        if reader.stuck_since is not None and now - reader.stuck_since >= self._stuck_seconds:
            self._drop(reader, f"it took nothing for {self._stuck_seconds:g} s")

    def _attempt(self, reader: StreamReader, action: Callable[[], None]) -> None:
        if reader in self._readers:
            try:
                action()
            except OSError:  # it has gone
                self._close(reader)
            except Exception as error:  # noqa: BLE001  a defect in serving one reader must not end the others' stream
                self._drop(reader, repr(error))

    def _drop(self, reader: StreamReader, reason: str) -> None:
        name = self._readers[reader]
        self._close(reader)
        with suppress(OSError):  # the log's reader has gone
            self._dropped(name, reason)

    def _accept(self) -> None:
        try:
            connection, _ = self._listener.accept()
        except OSError:
            # Without a free file descriptor the connection keeps waiting, and select returns at once.
            self._stopping.wait(ROUND_SECONDS)
            return
        try:
            self._welcome(connection)
        except OSError:  # it has gone
            connection.close()

    def _welcome(self, connection: socket.socket) -> None:
        process, user, groups = peer(connection)
        allowed = user in (0, os.geteuid()) or os.getegid() in groups
        if not allowed or len(self._readers) >= MOST_READERS:
            connection.close()
            return
        with self._lock:
            newest = self.newest
        hello = {"type": "hello", "protocol": PROTOCOL, "version": version("maskwatch"), "run": self.run}
        reader = StreamReader(connection, self, encode({**hello, "newest": newest}), newest, self._command)
        self._selector.register(connection, selectors.EVENT_READ, reader)
        self._readers[reader] = f"process {process} of user {user}"

    def _close(self, reader: StreamReader) -> None:
        del self._readers[reader]
        self._selector.unregister(reader.connection)
        reader.connection.close()


def _listen(address: Path) -> socket.socket:
    _remove_stale(address)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        before = os.umask(0o177)  # until its mode is set no other user may connect
        try:
            listener.bind(str(address))
        finally:
            os.umask(before)
        address.chmod(0o660)
        listener.listen(MOST_READERS)
        listener.setblocking(False)
    except BaseException:
        listener.close()
        raise
    return listener


def _remove_stale(address: Path) -> None:
    """Remove a socket that a killed door left; another door that still listens there keeps it."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.setblocking(False)  # a door that hangs accepts nothing, and its socket is full
        try:
            probe.connect(str(address))
        except FileNotFoundError:
            return
        except ConnectionRefusedError:
            address.unlink()
            return
        except BlockingIOError:
            pass
    raise OSError(f"another maskwatch offers its stream at {address}")
