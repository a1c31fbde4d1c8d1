"""The checks that every request has to pass, and the headers of every answer."""

import socket
from collections.abc import MutableMapping
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",  # answers hold pictures of people, so no browser and no proxy may store them
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def own_names(further: str = "") -> frozenset[str]:
    """The names by which browsers may reach this machine, in lower case."""
    name = socket.gethostname().lower()
    return frozenset({"localhost", name, f"{name.partition('.')[0]}.local", further.lower()} - {""})


class Guard:
    """Refuses requests that may come from another site's page, and puts HEADERS on every answer.

    An attacker can make a name that they own resolve to this machine (DNS rebinding), and the browser then takes the
    attacker's page for ours. So the guard accepts only our own names, and IP addresses, which nobody can register.
    """

    def __init__(self, app: ASGIApp, names: frozenset[str]) -> None:
        """Guard `app`, which browsers reach by `names`."""
        self._app, self._names = app, names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        headers = Headers(scope=scope)

        async def guarded(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        app: ASGIApp = self._app
        if not self._is_ours(headers.get("host", "")):
            app = PlainTextResponse(
                "This name does not belong to the door: use its IP address, or set [page] host_name.\n", 421
            )
        elif scope["method"] not in ("GET", "HEAD") and not is_same_origin(headers):
            app = PlainTextResponse("This request comes from another site.\n", 403)
        await app(scope, receive, guarded)

    def _is_ours(self, host: str) -> bool:
        name = host_name(host)
        return name in self._names or _is_address(name)


def is_same_origin(headers: Headers) -> bool:
    """Whether a request comes from a page of the server that it is sent to."""
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc.lower() == headers.get("host", "").lower()


def host_name(host: str) -> str:
    """The name in a Host header, without its port; empty if there is none."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
