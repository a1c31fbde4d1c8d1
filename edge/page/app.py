"""The page's requests and answers."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from edge.errors import UserError
from edge.page.feed import Feed, server_sent
from edge.page.guard import Guard
from edge.page.password import Digest
from edge.page.sessions import Session, Sessions, SignInLimiter, is_token_of
from edge.records import parse_json
from edge.stream.client import send_command

STATIC = Path(__file__).parent / "static"

FILES = {"page.js": "text/javascript", "sign_in.js": "text/javascript", "page.css": "text/css"}

LONGEST_BODY = 4096
"""Largest size of a request's body, in bytes."""

COMMANDS = ("test", "mute", "unmute")
"""The commands that a browser may send to the door."""

TOKEN_HEADER = "x-maskwatch-token"


class Page:
    """One door's page.

    Without a password, everyone who reaches the page is signed in, so it listens only on the board itself. Each
    browser still gets a session, so that no other site's page can read or change anything.
    """

    def __init__(
        self, *, door: Path, feed: Feed, sessions: Sessions, limiter: SignInLimiter, digest: Digest | None
    ) -> None:
        """Keep the parts; nothing happens yet.

        Args:
            door: The door's socket, for commands.
            feed: The door's states.
            sessions: Who is signed in.
            limiter: Slows guessing down.
            digest: The password's digest; None if there is no password.
        """
        self._door, self._feed, self._sessions, self._limiter, self._digest = door, feed, sessions, limiter, digest
        self._one_guess = asyncio.Lock()

    def app(self, names: frozenset[str]) -> Guard:
        """The page as an ASGI application that browsers reach by `names`."""
        routes = [
            Route("/", self.show),
            Route("/stream", self.stream),
            Route("/session", self.session),
            Route("/sign-in", self.sign_in, methods=["POST"]),
            Route("/sign-out", self.sign_out, methods=["POST"]),
            Route("/command", self.command, methods=["POST"]),
            *(Route(f"/{name}", partial(_file, name)) for name in FILES),
        ]
        return Guard(Starlette(routes=routes), names)

    async def show(self, request: Request) -> Response:
        """The page, or the form to sign in."""
        session = self._session(request)
        if session is None and self._digest is not None:
            return HTMLResponse((STATIC / "sign_in.html").read_text())
        session = session or self._sessions.open()
        text = (STATIC / "page.html").read_text().replace("{{token}}", session.token)
        response = HTMLResponse(text.replace("{{password}}", "true" if self._digest else "false"))
        _set_cookie(request, response, session)
        return response

    async def sign_in(self, request: Request) -> Response:
        """Check a password and sign the browser in."""
        address = request.client.host if request.client else ""
        given = (await _body(request)).get("password")
        async with self._one_guess:  # each check uses memory and a core for a while
            if wait := self._limiter.wait_seconds(address):
                return _refusal(
                    f"Too many wrong passwords: try again in {_spoken(wait)}.", 429, {"Retry-After": str(wait)}
                )
            if not await self._is_password(given):
                self._limiter.note_wrong(address)
                return _refusal("This is not the password.", 401)
        response = Response(status_code=204)
        _set_cookie(request, response, self._sessions.open())
        return response

    async def sign_out(self, request: Request) -> Response:
        """End a session."""
        session = self._signed(request)
        if session is None:
            return _refusal("You are not signed in.", 401)
        self._sessions.close(session)
        return Response(status_code=204)

    async def stream(self, request: Request) -> Response:
        """The door's states, for as long as the browser takes them and the session lasts."""
        session = self._session(request)
        if session is None:
            return _refusal("You are not signed in.", 401)
        return StreamingResponse(self._events(session), media_type="text/event-stream")

    async def session(self, request: Request) -> Response:
        """Whether the browser has a session; a browser whose stream was refused cannot tell why by itself."""
        return Response(status_code=204 if self._session(request) else 401)

    async def command(self, request: Request) -> Response:
        """Send a command to the door and return the door's answer."""
        if self._signed(request) is None:
            return _refusal("You are not signed in.", 401)
        asked = await _body(request)
        if asked.get("do") not in COMMANDS:
            return _refusal("The page can test, mute and unmute, and nothing else.", 400)
        try:
            answer = await asyncio.to_thread(send_command, self._door, asked)
        except UserError as error:
            return _refusal(str(error), 503)
        return JSONResponse(asdict(answer))

    async def _events(self, session: Session) -> AsyncIterator[bytes]:
        async for event in self._feed.watch():
            if self._sessions.find(session.cookie) is None:
                yield server_sent("expired", "{}")
                return
            yield event

    async def _is_password(self, given: object) -> bool:
        if self._digest is None or not isinstance(given, str):
            return False
        return await asyncio.to_thread(self._digest.matches, given)

    def _session(self, request: Request) -> Session | None:
        return self._sessions.find(request.cookies.get(_cookie_name(request), ""))

    def _signed(self, request: Request) -> Session | None:
        """The session that a request must have to change something."""
        session = self._session(request)
        return session if session and is_token_of(session, request.headers.get(TOKEN_HEADER, "")) else None


async def _file(name: str, _: Request) -> Response:
    return Response((STATIC / name).read_bytes(), media_type=FILES[name])


async def _body(request: Request) -> dict[str, Any]:
    """A request's JSON object; an empty one if the body is missing, too long or no JSON object."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > LONGEST_BODY:
            return {}
    try:
        content = parse_json(body)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def _cookie_name(request: Request) -> str:
    # Browsers tell cookies apart by host name only, and two doors behind two tunnels are both "localhost".
    return f"maskwatch-{request.url.port or 80}"


def _set_cookie(request: Request, response: Response, session: Session) -> None:
    response.set_cookie(_cookie_name(request), session.cookie, httponly=True, samesite="strict")


def _refusal(reason: str, status: int, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse({"ok": False, "reason": reason}, status, headers)


def _spoken(seconds: int) -> str:
    return f"{seconds} seconds" if seconds < 120 else f"{round(seconds / 60)} minutes"
