"""A stream that never blocks its writer: the writer may wait for what it does not take at once, or drop it."""

import os
import select
import socket
import stat
import weakref
from collections.abc import Callable
from typing import TextIO

WRITABLE_MS = 100
"""How long `wait` waits."""


class Output:
    """Writes to what lies below a text stream, past its buffers.

    A pipe or a terminal whose reader has stopped blocks every program that writes to it. So the program opens it a
    second time, without blocking; the stream's own file description is shared with other programs.
    """

    def __init__(self, stream: TextIO) -> None:
        """Write where `stream` does; one without a file descriptor, such as a `StringIO`, takes everything."""
        self._stream = stream
        try:
            self._descriptor = stream.fileno()
            stream.flush()
        except (AttributeError, OSError, ValueError):
            self._descriptor = -1
        self._send = self._sender()

    def write(self, data: bytes) -> int:
        """Write what is taken at once; returns how many bytes.

        Raises:
            BrokenPipeError: The reader has gone.
            OSError: It cannot be written, for the disk is full or the terminal has gone.
        """
        if self._descriptor < 0:
            self._stream.write(data.decode())
            self._stream.flush()
            return len(data)
        try:
            return self._send(data)
        except BlockingIOError:
            return 0

    def wait(self) -> None:
        """Wait until more may be taken, for a tenth of a second at most."""
        poll = select.poll()
        poll.register(self._descriptor, select.POLLOUT)
        poll.poll(WRITABLE_MS)

    def _sender(self) -> Callable[[bytes], int]:
        descriptor = self._descriptor
        mode = os.fstat(descriptor).st_mode if descriptor >= 0 else 0
        if stat.S_ISSOCK(mode):
            connection = socket.socket(fileno=os.dup(descriptor))
            weakref.finalize(self, connection.close)
            return lambda data: connection.send(data, socket.MSG_DONTWAIT | socket.MSG_NOSIGNAL)
        if stat.S_ISFIFO(mode) or stat.S_ISCHR(mode):
            try:
                descriptor = os.open(f"/proc/self/fd/{descriptor}", os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY)
            except OSError:  # another user's terminal
                pass
            else:
                # Left open, it would keep the reader from the end of what it reads.
                weakref.finalize(self, os.close, descriptor)
        return lambda data: os.write(descriptor, data)
