"""`maskwatch page`: serves the page, on the socket that systemd passes or on an address of its own."""

import asyncio
import os
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

from edge.errors import UserError
from edge.page.app import Page
from edge.page.feed import Feed
from edge.page.guard import own_names
from edge.page.password import read_digest
from edge.page.sessions import Sessions, SignInLimiter
from edge.settings.schema import Settings
from edge.settings.values import Address
from edge.stream.waiting import say_if_away

UNWATCHED_SECONDS = 300.0
"""A page that systemd started ends after this time without a watcher."""

MOST_CONNECTIONS = 64

OTHER_PORTS = (8080, 8081)
"""Proposed where a port is in use: the first of them that is another."""

FIRST_DESCRIPTOR = 3
"""First file descriptor of the sockets that systemd passes."""


def serve_page(
    settings: Settings, say: Callable[[str], object], *, environment: Mapping[str, str] = os.environ
) -> None:
    """Serve until SIGTERM or Ctrl-C; a page that systemd started also ends when nobody has watched for a while.

    Args:
        settings: The device's.
        say: Gets a line that says where the page is.
        environment: Its LISTEN_FDS and LISTEN_PID describe the sockets that systemd passes.

    Raises:
        UserError: There is no password where one is needed, or the address cannot be used.
    """
    page = settings.page
    digest = read_digest(Path(page.password_file))
    if not page.listen.is_loopback and digest is None:
        raise UserError(
            f'"listen" in [page] opens the page to the network ({page.listen}), and there is no password',
            "set one with `sudo maskwatch page --set-password`",
        )
    sockets = inherited_sockets(environment)
    on_demand = (page.listen.host, page.listen.port) in [listener.getsockname()[:2] for listener in sockets]
    if not on_demand:
        sockets.append(_listen(page.listen))
        say(f"The page is at http://{page.listen}/")
    door = Path(settings.stream.socket)
    if not on_demand:
        say_if_away(door, say)
    feed = Feed(door)
    sessions = Sessions(60 * page.session_minutes)
    app = Page(door=door, feed=feed, sessions=sessions, limiter=SignInLimiter(), digest=digest)
    server = web_server(app.app(own_names(page.host_name)))
    asyncio.run(_serve(server, feed, sockets, on_demand=on_demand))


def inherited_sockets(environment: Mapping[str, str]) -> list[socket.socket]:
    """The listening sockets that systemd passes, as sd_listen_fds(3) describes."""
    if environment.get("LISTEN_PID") != str(os.getpid()):
        return []
    count = int(environment.get("LISTEN_FDS", "0"))
    return [socket.socket(fileno=FIRST_DESCRIPTOR + number) for number in range(count)]


def _listen(address: Address) -> socket.socket:
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((address.host, address.port))
    except OSError as error:
        listener.close()
        other = Address(address.host, next(port for port in OTHER_PORTS if port != address.port))
        raise UserError(
            f"The page cannot listen on {address} ({error.strerror})",
            f'set another "listen" under [page], such as "{other}"',
        ) from error
    return listener


def web_server(app: ASGIApp) -> uvicorn.Server:
    """The page's server: plain HTTP, no access log, no `Server` header."""
    return uvicorn.Server(
        uvicorn.Config(
            app,
            loop="asyncio",
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            limit_concurrency=MOST_CONNECTIONS,
            timeout_graceful_shutdown=1,
        )
    )


async def _serve(server: uvicorn.Server, feed: Feed, sockets: list[socket.socket], *, on_demand: bool) -> None:
    ending = asyncio.create_task(_end_unwatched(server, feed)) if on_demand else None
    await server.serve(sockets=sockets)
    if ending:
        ending.cancel()
        with suppress(asyncio.CancelledError):
            await ending


async def _end_unwatched(server: uvicorn.Server, feed: Feed) -> None:
    while feed.unwatched_seconds < UNWATCHED_SECONDS:
        await asyncio.sleep(1.0)
    server.should_exit = True
