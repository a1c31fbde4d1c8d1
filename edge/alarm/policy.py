"""When to alert and when to stay quiet. Only rules: no pins and no clock."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from edge.alarm.buzzer_limiter import BuzzerLimiter, BuzzerRules
from edge.alarm.pattern import ALERT, CLEAR, OFF, WATCHING, Pattern, Rhythm
from edge.events.types import AlertBegan, AlertEnded, BuzzerUnmuted, Event
from edge.settings.schema import AlarmSettings
from edge.tracking.motion import COASTING_SECONDS
from edge.tracking.track import Track, Verdict

WallClock = Callable[[], datetime]
"""Tells the local time."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What the outputs should do."""

    pattern: Pattern
    buzz: bool = False
    """Whether the pattern's buzzer begins now."""
    events: tuple[Event, ...] = ()
    """Whose alert has begun or ended."""


class Policy:
    """Turns the people in view into a pattern."""

    def __init__(self, settings: AlarmSettings, wall_clock: WallClock | None) -> None:
        """Set the rules; without a wall clock there are no quiet hours."""
        self._settings, self._wall_clock = settings, wall_clock
        self._buzzer = BuzzerLimiter(_buzzer_rules(settings))
        self._offenders: frozenset[int] = frozenset()
        self._alerts: frozenset[int] = frozenset()
        self._lit_since: float | None = None
        self._muted_until = -math.inf

    @property
    def settings(self) -> AlarmSettings:
        """The rules. They may be replaced at any time; alerts that have begun and earlier buzzes still count."""
        return self._settings

    @settings.setter
    def settings(self, settings: AlarmSettings) -> None:
        self._settings = settings
        self._buzzer.rules = _buzzer_rules(settings)

    def decide(self, seconds: float, tracks: Sequence[Track]) -> Decision:
        """Judge a frame.

        Args:
            seconds: When it was taken; never runs back.
            tracks: Everyone in view; static faces do not count.
        """
        tracks = [track for track in tracks if not track.muted]
        before, self._offenders = self._offenders, self._offending(tracks)
        events = (*self._end_of_mute(seconds), *self._turn(seconds, tracks))
        if not self._lit(seconds):
            self.interrupt()
            everyone_complies = bool(tracks) and all(track.verdict is Verdict.COMPLIANT for track in tracks)
            return Decision(CLEAR if everyone_complies else WATCHING, events=events)
        if self._quiet() or seconds < self._muted_until:
            self.interrupt()
            return Decision(replace(ALERT, buzzer=OFF), events=events)
        buzz = self._buzzer.begin(seconds, self._offenders - before)
        return Decision(replace(ALERT, buzzer=Rhythm(self._settings.buzzer_seconds, times=1)), buzz, events)

    def mute_until(self, seconds: float) -> None:
        """No buzz begins before this time on the frames' clock."""
        self._muted_until = seconds

    def muted_seconds(self, seconds: float) -> float:
        """How much longer the buzzer is muted; 0 if it is not."""
        return max(0.0, self._muted_until - seconds)

    def interrupt(self) -> None:
        """The buzzer is silent from now on, even in the middle of a buzz."""
        self._buzzer.cut()

    def _end_of_mute(self, seconds: float) -> Iterator[Event]:
        if -math.inf < self._muted_until <= seconds:
            self._muted_until = -math.inf
            yield BuzzerUnmuted(at=seconds)

    def _turn(self, seconds: float, tracks: Sequence[Track]) -> Iterator[Event]:
        """The alerts of this frame, and which of the last frame's have ended."""
        seen = {track.number: track for track in tracks if track.unseen_seconds <= COASTING_SECONDS}
        before, self._alerts = self._alerts, self._offenders & seen.keys()
        for number in sorted(before - self._alerts):
            yield AlertEnded(at=seconds, track=number)
        for number in sorted(self._alerts - before):
            yield AlertBegan(at=seconds, track=number, p_not_compliant=round(seen[number].p_not_compliant, 3))

    def _offending(self, tracks: Sequence[Track]) -> frozenset[int]:
        """The people who count. One who was near enough before still counts, or the LED would flicker at the limit."""
        return frozenset(
            track.number
            for track in tracks
            if track.verdict is Verdict.NOT_COMPLIANT
            and (track.face.size >= self._settings.min_face_px or track.number in self._offenders)
        )

    def _lit(self, seconds: float) -> bool:
        held = self._lit_since is not None and seconds - self._lit_since < self._settings.hold_seconds
        if not self._alerts and not held:
            self._lit_since = None
        elif self._lit_since is None:
            self._lit_since = seconds
        return self._lit_since is not None

    def _quiet(self) -> bool:
        """Whether it is quiet hours, or will be before a buzz begun now ends."""
        hours = self._settings.quiet_hours
        if hours is None or self._wall_clock is None:
            return False
        now = self._wall_clock()
        return now.time() in hours or (now + timedelta(seconds=self._settings.buzzer_seconds)).time() in hours


def _buzzer_rules(settings: AlarmSettings) -> BuzzerRules:
    return BuzzerRules(
        seconds=settings.buzzer_seconds,
        refractory_seconds=settings.buzzer_refractory_seconds,
        duty_limit=settings.buzzer_duty_limit,
    )
