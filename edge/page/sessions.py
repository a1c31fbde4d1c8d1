"""The signed-in browsers, and the limit on wrong passwords."""

import hmac
import math
import secrets
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

MOST_SESSIONS = 100
"""Largest number of sessions; the oldest one ends when there are more."""

WINDOW_SECONDS = 300.0
"""Time over which wrong passwords are counted."""

MOST_WRONG, MOST_WRONG_IN_ALL = 5, 30
"""Wrong passwords allowed within that time: from one address, and from all addresses together."""


@dataclass(frozen=True, slots=True)
class Session:
    """A browser that is signed in."""

    cookie: str
    token: str
    """Each request that changes something has this in a header that no other site's page can send."""
    ends: float
    """On the sessions' clock, in seconds."""


class Sessions:
    """The signed-in browsers, in memory only: all sessions end with the process."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        """Let each session last `seconds` from its sign-in."""
        self._seconds, self._clock = seconds, clock
        self._sessions: dict[str, Session] = {}

    def open(self) -> Session:
        """Sign a browser in."""
        if len(self._sessions) >= MOST_SESSIONS:
            del self._sessions[next(iter(self._sessions))]
        session = Session(secrets.token_urlsafe(32), secrets.token_urlsafe(32), self._clock() + self._seconds)
        self._sessions[session.cookie] = session
        return session

    def find(self, cookie: str) -> Session | None:
        """The session that belongs to a cookie; None if there is none, or it has ended."""
        session = self._sessions.get(cookie)
        if session and session.ends <= self._clock():
            self.close(session)
            return None
        return session

    def close(self, session: Session) -> None:
        """Sign a browser out."""
        self._sessions.pop(session.cookie, None)


def is_token_of(session: Session, token: str) -> bool:
    """Whether a request's token is the session's."""
    return hmac.compare_digest(session.token.encode(), token.encode())


class SignInLimiter:
    """Counts wrong passwords, and says how long the next try has to wait."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Start with no wrong passwords."""
        self._clock = clock
        self._wrong: deque[tuple[float, str]] = deque()

    def wait_seconds(self, address: str) -> int:
        """How long this address has to wait before its next try, in seconds; 0 if it may try now."""
        now = self._clock()
        while self._wrong and now - self._wrong[0][0] >= WINDOW_SECONDS:
            self._wrong.popleft()
        own = [when for when, who in self._wrong if who == address]
        since = [own[-MOST_WRONG]] if len(own) >= MOST_WRONG else []
        if len(self._wrong) >= MOST_WRONG_IN_ALL:
            since.append(self._wrong[-MOST_WRONG_IN_ALL][0])
        return max((math.ceil(WINDOW_SECONDS - (now - when)) for when in since), default=0)

    def note_wrong(self, address: str) -> None:
        """Count a wrong password from an address."""
        self._wrong.append((self._clock(), address))
