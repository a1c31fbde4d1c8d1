import asyncio
import http.client
import json
import socket
import threading

import pytest

from edge.page.app import Page
from edge.page.feed import Feed
from edge.page.password import Digest
from edge.page.server import web_server
from edge.page.sessions import Sessions, SignInLimiter

PASSWORD = "correct horse"


class Browser:
    """Speaks to a page as a browser does, with one cookie jar."""

    def __init__(self, port):
        self.port, self.cookie, self.token = port, "", ""

    def ask(self, method, path, content=None, **headers):
        """The answer's status, headers and text."""
        given = {"Host": f"localhost:{self.port}", "Cookie": self.cookie, "X-Maskwatch-Token": self.token}
        if method == "POST":
            given["Origin"] = f"http://localhost:{self.port}"
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            body = content if content is None or isinstance(content, bytes) else json.dumps(content)
            connection.request(method, path, body, {key: value for key, value in given.items() if value})
            answer = connection.getresponse()
            if cookie := answer.headers.get("Set-Cookie"):
                self.cookie = cookie.partition(";")[0]
            return answer.status, answer.headers, answer.read().decode()
        finally:
            connection.close()

    def open(self):
        """Load the page and take its token."""
        status, headers, text = self.ask("GET", "/")
        if 'name="token" content="' in text:
            self.token = text.partition('name="token" content="')[2].partition('"')[0]
        return status, headers, text

    def stream(self):
        """The connection to the stream, and its first lines."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        connection.request("GET", "/stream", headers={"Host": f"localhost:{self.port}", "Cookie": self.cookie})
        return connection.getresponse()


class Clock:
    """Turned by hand."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def serve(door, clock):
    """Serves a page, with a password or without; gives a way to open browsers, each with cookies of its own."""
    servers = []

    def serve(password=None):
        sessions, limiter = Sessions(3600.0, clock), SignInLimiter(clock)
        digest = Digest.of(password) if password else None
        page = Page(door=door.address, feed=Feed(door.address), sessions=sessions, limiter=limiter, digest=digest)
        server, listener = web_server(page.app(frozenset({"localhost"}))), socket.create_server(("127.0.0.1", 0))
        thread = threading.Thread(target=lambda: asyncio.run(server.serve([listener])), daemon=True)
        thread.start()
        servers.append((server, thread))
        while not server.started:
            thread.join(0.01)
            assert thread.is_alive()
        return lambda: Browser(listener.getsockname()[1])

    yield serve
    for server, thread in servers:
        server.should_exit = True
        thread.join(20)


@pytest.fixture
def browser(serve):
    """A browser before a page that needs no password, with the page loaded."""
    browser = serve()()
    browser.open()
    return browser


@pytest.fixture
def locked(serve):
    """Browsers before a page with a password."""
    return serve(PASSWORD)


@pytest.fixture
def signed_in(locked):
    browser = locked()
    assert browser.ask("POST", "/sign-in", {"password": PASSWORD})[0] == 204
    browser.open()
    return browser
