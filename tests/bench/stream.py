"""What the stream's readers cost the loop: the time a frame takes with all of them, against that with none, in one run.

    PYTHONPATH=. .venv/bin/python tests/bench/stream.py [--pairs N]

The door watches the demo's doorway at ten frames a second. Blocks of frames with the readers alternate with blocks in
which nothing is published to them, so that whatever else the machine does falls on both alike. The readers are the page
with a browser that takes everything, one reader of states and one of events, each a process, and one that asks for
pictures and never reads.
"""

import argparse
import http.client
import multiprocessing
import os
import socket
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

from edge.alarm.pins import open_pins
from edge.arguments import above_zero
from edge.camera.frame import Frame
from edge.demo.scene import DoorwayScene
from edge.events.journal import Journal
from edge.page.server import serve_page
from edge.runtime.frame_result import FrameResult, PublisherGroup
from edge.runtime.pipeline import build_pipeline, load_models, make_alarm
from edge.runtime.stream import Stream
from edge.settings.connections import PageSettings, StreamSettings
from edge.settings.schema import Settings
from edge.settings.values import Address
from edge.stream.client import StreamClient
from edge.stream.messages import Position, subscription

RATE, FRAMES = 10.0, 40
"""Frames a second, and in a block."""

AS_UNITS = 10
"""The readers' units have this niceness."""

SETTLING = 5
"""Frames at the beginning of a block that do not count."""


class Switch:
    """A publisher that passes on to another while it is on."""

    def __init__(self, publisher: Stream) -> None:
        self.on = False
        self.seconds: list[float] = []
        """What each publication took."""
        self._publisher = publisher

    def publish(self, result: FrameResult) -> None:
        """Pass it on, or not."""
        if self.on:
            began = time.perf_counter()
            self._publisher.publish(result)
            self.seconds.append(time.perf_counter() - began)


class Course:
    """The demo's frames, paced, with the readers and without them by turns, and what each took in the loop."""

    def __init__(self, pairs: int, switch: Switch) -> None:
        self._pairs, self._switch = pairs, switch
        self._pictures = [frame.image for frame in DoorwayScene()]
        self.seconds: dict[bool, dict[int, list[float]]] = {on: defaultdict(list) for on in (False, True)}
        """With the readers or without, by picture: from a frame to the loop's asking for the next one."""
        self.processor_seconds: dict[bool, dict[int, list[float]]] = {on: defaultdict(list) for on in (False, True)}

    def __iter__(self) -> Iterator[Frame]:
        """Each picture as often with the readers as without: a frame's time depends on how many people it shows."""
        began = time.monotonic()
        for number in range(2 * self._pairs * len(self._pictures)):
            turn, picture = divmod(number, len(self._pictures))
            self._switch.on = (turn + picture // FRAMES) % 2 == 1
            time.sleep(max(0.0, began + number / RATE - time.monotonic()))
            asked, worked = time.perf_counter(), time.thread_time()
            yield Frame(self._pictures[picture], number / RATE)
            if picture % FRAMES >= SETTLING:
                self.seconds[self._switch.on][picture].append(time.perf_counter() - asked)
                self.processor_seconds[self._switch.on][picture].append(time.thread_time() - worked)


def compared(taken: dict[bool, dict[int, list[float]]]) -> str:
    """Milliseconds without readers and with them, means over the pictures of each one's median, and the usual ratio."""
    pairs = [(statistics.median(taken[False][at]), statistics.median(taken[True][at])) for at in taken[False]]
    none, every = (statistics.mean(column) * 1000 for column in zip(*pairs, strict=True))
    ratio = statistics.median(with_all / without for without, with_all in pairs)
    return f"{none:.2f} and {every:.2f} ms, median ratio {ratio:.3f}"


def read_stream(address: Path, wants: dict[str, bool]) -> None:
    """Take everything, for ever."""
    os.nice(AS_UNITS)
    for _ in StreamClient(address, after=Position(), **wants):
        pass


def serve(settings: Settings) -> None:
    """Serve the page, for ever."""
    os.nice(AS_UNITS)
    serve_page(settings, str)


def watch_page(port: int) -> None:
    """Watch the page as a browser does, for ever."""
    while True:
        try:
            with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
                connection.request("GET", "/")
                answer = connection.getresponse()
                answer.read()
                connection.request("GET", "/stream", headers={"Cookie": answer.headers["Set-Cookie"].partition(";")[0]})
                while connection.getresponse().read(65_536):
                    pass
        except (OSError, http.client.HTTPException):
            time.sleep(0.5)


def start_readers(settings: Settings, opened: ExitStack) -> None:
    """All that can be attached."""
    address = Path(settings.stream.socket)
    for target, arguments in (
        (serve, (settings,)),
        (watch_page, (settings.page.listen.port,)),
        (read_stream, (address, {"states": True})),
        (read_stream, (address, {})),
    ):
        process = multiprocessing.get_context("spawn").Process(target=target, args=arguments, daemon=True)
        process.start()
        opened.callback(process.kill)
    dead = opened.enter_context(socket.socket(socket.AF_UNIX))
    dead.connect(str(address))
    dead.sendall(subscription(states=True, pictures=True, after=None))


def main() -> None:
    """Print the ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--pairs", type=above_zero(int), default=4, metavar="N", help="of the demo's 16 seconds twice [%(default)s]"
    )
    pairs = parser.parse_args().pairs
    with tempfile.TemporaryDirectory() as folder, ExitStack() as opened:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        settings = Settings(
            stream=StreamSettings(socket=f"{folder}/stream.sock"), page=PageSettings(listen=Address("127.0.0.1", port))
        )
        alarm = opened.enter_context(make_alarm(settings.alarm, open_pins(mock=True), live=True))
        pipeline = build_pipeline(settings, load_models(settings), alarm)
        log = opened.enter_context(Path(folder, "log").open("w"))
        journal = Journal(log, epoch=time.time)
        stream = Stream(settings.stream, journal, alarm)
        stream.evidence_bounds = lambda: pipeline.tracker.evidence_bounds
        opened.enter_context(stream)
        start_readers(settings, opened)
        time.sleep(8)
        switch = Switch(stream)
        course = Course(pairs, switch)
        pipeline.watch(course, PublisherGroup(journal, switch))
    own = statistics.median(switch.seconds) * 1000
    sys.stdout.write(
        f"Without readers and with all of them, a frame takes {compared(course.seconds)}; of the loop's processor time "
        f"{compared(course.processor_seconds)}. The stream itself takes {own:.3f} ms of it.\n"
    )


if __name__ == "__main__":
    main()
