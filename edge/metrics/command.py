"""`maskwatch metrics`: serves the metrics over HTTP, or writes them to a file for node_exporter."""

import time
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path

from edge.errors import UserError
from edge.metrics.metrics import Metrics
from edge.settings.connections import MetricsSettings
from edge.settings.schema import Settings
from edge.stream.client import Received, StreamClient
from edge.stream.messages import Position
from edge.stream.waiting import announced

FILE_SECONDS = 5.0
"""How often the file is written."""


def serve_metrics(settings: Settings) -> int:
    """Read the door's stream and offer its metrics until stopped; returns the exit status.

    Raises:
        UserError: The address cannot be listened on, or the file cannot be written.
    """
    metrics = Metrics()
    if settings.metrics.file:
        offer = _file_writer(Path(settings.metrics.file), metrics)
    else:
        _listen(settings.metrics, metrics)
        offer = _nothing
    door = Path(settings.stream.socket)
    # Ask for all events of this run: the door may be blind already, and people in view.
    with closing(StreamClient(door, states=True, after=Position(), tick_seconds=FILE_SECONDS)) as client:
        follow(announced(client, door), metrics, offer)
    return 0


def follow(messages: Iterable[Received], metrics: Metrics, offer: Callable[[], None]) -> None:
    """Take every message and offer the metrics after each, until the messages end."""
    offer()
    for message in messages:
        metrics.take(message)
        offer()


def _listen(settings: MetricsSettings, metrics: Metrics) -> None:
    from prometheus_client import start_http_server

    try:
        start_http_server(settings.listen.port, settings.listen.host, registry=metrics.registry)
    except OSError as error:
        problem = f"The metrics cannot be offered at {settings.listen} ({error.strerror or error})"
        raise UserError(problem, 'name another address with "listen" in [metrics]') from error


def _nothing() -> None:
    """Do nothing, because the HTTP server reads the registry itself."""


def _file_writer(path: Path, metrics: Metrics, clock: Callable[[], float] = time.monotonic) -> Callable[[], None]:
    from prometheus_client import write_to_textfile

    due = clock()

    def write() -> None:
        nonlocal due
        if clock() >= due:
            due = clock() + FILE_SECONDS
            try:
                write_to_textfile(str(path), metrics.registry)
            except OSError as error:
                problem = f"{path} cannot be written ({error.strerror})"
                raise UserError(problem, 'name another place with "file" in [metrics]') from error

    return write
