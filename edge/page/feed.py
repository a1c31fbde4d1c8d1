"""A thread reads the door's states while someone watches, and every browser that is ready gets the newest one."""

import asyncio
import json
import threading
import time
from base64 import b64encode
from collections.abc import AsyncIterator, Callable
from dataclasses import asdict
from pathlib import Path

from edge.stream.client import Away, StreamClient
from edge.stream.messages import State

BEAT_SECONDS = 5.0
"""A browser gets something at least this often, so that the page notices a lost browser."""


class Feed:
    """Connects to the door when the first watcher comes, and disconnects when the last one leaves."""

    def __init__(self, address: Path, clock: Callable[[], float] = time.monotonic) -> None:
        """Keep the address; connect when someone watches.

        Args:
            address: The door's socket.
            clock: Tells the time on a clock that never runs back, in seconds.
        """
        self._address, self._clock = address, clock
        self._watchers: set[asyncio.Event] = set()
        self._client: StreamClient | None = None
        self._newest: bytes = b""
        self._unwatched_since = clock()

    @property
    def unwatched_seconds(self) -> float:
        """How long nobody has watched, in seconds."""
        return 0.0 if self._watchers else self._clock() - self._unwatched_since

    async def watch(self) -> AsyncIterator[bytes]:
        """Yield each new state of the door as a server-sent event, and a comment when there is none for a while."""
        changed = asyncio.Event()
        self._enter(changed)
        try:
            while True:
                try:
                    async with asyncio.timeout(BEAT_SECONDS):
                        await changed.wait()
                    changed.clear()
                    yield self._newest
                except TimeoutError:
                    yield b":\n\n"
        finally:
            self._leave(changed)

    def _enter(self, changed: asyncio.Event) -> None:
        self._watchers.add(changed)
        if self._newest:
            changed.set()
        if self._client is None:
            self._client = StreamClient(self._address, states=True, pictures=True)
            loop = asyncio.get_running_loop()
            threading.Thread(target=self._read, args=(self._client, loop), name="feed", daemon=True).start()

    def _leave(self, changed: asyncio.Event) -> None:
        self._watchers.discard(changed)
        if not self._watchers and self._client:
            self._client.close()
            self._client, self._newest = None, b""
            self._unwatched_since = self._clock()

    def _read(self, client: StreamClient, loop: asyncio.AbstractEventLoop) -> None:
        for message in client:
            if isinstance(message, State):
                loop.call_soon_threadsafe(self._take, client, state_event(message))
            elif isinstance(message, Away):
                loop.call_soon_threadsafe(self._take, client, server_sent("away", json.dumps(message.reason)))

    def _take(self, client: StreamClient, event: bytes) -> None:
        if client is self._client:  # otherwise the last watcher has left meanwhile
            self._newest = event
            for changed in self._watchers:
                changed.set()


def state_event(state: State) -> bytes:
    """A state as a server-sent event, its picture in Base64."""
    values = asdict(state)
    values["jpeg"] = b64encode(state.jpeg or b"").decode()
    for person, value in zip(state.people, values["people"], strict=True):
        value["face_px"] = round(person.face_px)
    return server_sent("state", json.dumps(values, separators=(",", ":")))


def server_sent(name: str, data: str) -> bytes:
    """A server-sent event of one line."""
    return f"event: {name}\ndata: {data}\n\n".encode()
