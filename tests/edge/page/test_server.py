"""How the page is started and how it ends."""

import asyncio
import http.client
import os
import signal
import socket
import subprocess
import sys

import pytest

from edge.page import server
from edge.page.app import Page
from edge.page.feed import Feed
from edge.page.sessions import Sessions, SignInLimiter


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


def get(listener, path="/"):
    connection = http.client.HTTPConnection("127.0.0.1", listener.getsockname()[1], timeout=60)
    connection.request("GET", path)
    return connection.getresponse()


@pytest.fixture
def started_by_systemd(tmp_path, listener):
    """The real program, with the socket where systemd would have put it; systemd listens before it starts anything."""
    config = tmp_path / "maskwatch.toml"
    config.write_text(
        f'[stream]\nsocket = "{tmp_path}/stream.sock"\n[page]\npassword_file = "password"\n'
        f'listen = "127.0.0.1:{listener.getsockname()[1]}"\n'
    )
    program = [sys.executable, "-m", "edge", "page", "--config", str(config)]
    command = ["sh", "-c", 'LISTEN_PID=$$ LISTEN_FDS=1 exec "$@"', "sh", *program]
    number = listener.fileno()
    with subprocess.Popen(
        command,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: os.dup2(number, server.FIRST_DESCRIPTOR),
        pass_fds=[server.FIRST_DESCRIPTOR],
    ) as process:
        yield process
        process.kill()


def test_a_socket_of_systemd_is_served_and_no_other(started_by_systemd, listener):
    assert get(listener).status == 200  # it waits in the socket until the program is there
    started_by_systemd.send_signal(signal.SIGTERM)
    _, errors = started_by_systemd.communicate(timeout=60)
    assert errors == ""  # neither an address of its own nor a complaint


def test_sockets_for_another_process_are_not_taken():
    assert server.inherited_sockets({"LISTEN_PID": "1", "LISTEN_FDS": "3"}) == []


@pytest.fixture
def page(tmp_path, monkeypatch):
    monkeypatch.setattr(server, "UNWATCHED_SECONDS", 0.1)
    feed = Feed(tmp_path / "stream.sock")
    door = tmp_path / "stream.sock"
    page = Page(door=door, feed=feed, sessions=Sessions(60.0), limiter=SignInLimiter(), digest=None)
    return server.web_server(page.app(frozenset({"localhost"}))), feed


def test_a_page_that_nobody_watches_ends_by_itself(page, listener):
    web_server, feed = page
    asyncio.run(asyncio.wait_for(server._serve(web_server, feed, [listener.dup()], on_demand=True), 60))


def test_a_page_that_someone_watches_goes_on(page, listener):
    web_server, feed = page

    async def watched():
        serving = asyncio.create_task(server._serve(web_server, feed, [listener.dup()], on_demand=True))
        watching = feed.watch()
        await anext(watching)
        await asyncio.sleep(2.5)
        assert not serving.done()
        await watching.aclose()
        await asyncio.wait_for(serving, 60)

    asyncio.run(watched())


@pytest.mark.parametrize("module", ["edge.page.server", "edge.stream.client"])
def test_a_reader_loads_nothing_heavy(module):
    """It has to be small on a board of 512 MB: no pictures are decoded in it, and no pins driven."""
    code = f"import sys, {module}; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert module in loaded
    assert {"numpy", "cv2", "gpiozero", "ai_edge_litert"}.isdisjoint(loaded)
