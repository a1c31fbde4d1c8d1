"""The events. Each becomes one JSON object a line; none ever holds a picture."""

import json
from dataclasses import asdict, dataclass
from typing import ClassVar


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened."""

    event: ClassVar[str]
    """Its name in the log."""
    at: float
    """When, in seconds on the source's clock."""

    def to_json(self, epoch: float = 0.0) -> str:
        """The event as one line.

        Args:
            epoch: Added to `at`; the Unix time at which the source's clock showed 0.
        """
        return json.dumps({**asdict(self), "at": round(epoch + self.at, 3), "event": self.event}, sort_keys=True)


@dataclass(frozen=True, kw_only=True)
class Started(Event):
    """The device begins to watch."""

    event = "started"
    source: str
    network: str
    """The classifier's architecture."""
    locator: str
    """The locator's architecture, or "centre"."""
    runtime: str
    golden: bool
    """Whether the classifier answers here, to the byte, what it answered where it was exported.

    LiteRT does on every processor; tflite-runtime computes a little differently and does not.
    """
    locator_golden: bool
    """Whether the locator does; a fixed place always does."""


@dataclass(frozen=True, kw_only=True)
class TrackBegan(Event):
    """Somebody came into view: two frames have shown a face."""

    event = "track_began"
    track: int


@dataclass(frozen=True, kw_only=True)
class VerdictTurned(Event):
    """The device thinks otherwise of somebody."""

    event = "verdict_turned"
    track: int
    verdict: str
    """"undecided", "compliant" or "not compliant"."""
    p_not_compliant: float
    """The last look's calibrated probability of not being compliant; the verdict rests on all looks so far."""


@dataclass(frozen=True, kw_only=True)
class AlertBegan(Event):
    """Somebody not compliant is near enough to count, and lights the LED."""

    event = "alert_began"
    track: int
    p_not_compliant: float


@dataclass(frozen=True, kw_only=True)
class AlertEnded(Event):
    """They put a mask on, are not seen any more, or turned out to be a picture on the wall.

    When nobody else's alert stands the LED goes out, once it has been lit for the hold time.
    """

    event = "alert_ended"
    track: int


@dataclass(frozen=True, kw_only=True)
class TrackEnded(Event):
    """Somebody left the view."""

    event = "track_ended"
    track: int


@dataclass(frozen=True, kw_only=True)
class Muted(Event):
    """A face that never moves counts for nothing from now on; or the place shows it again."""

    event = "muted"
    track: int


@dataclass(frozen=True, kw_only=True)
class Unmuted(Event):
    """Where such a face was, there is something else: it moved, or somebody stands before it."""

    event = "unmuted"
    track: int


@dataclass(frozen=True, kw_only=True)
class FellBehind(Event):
    """The device is too slow for what happens before it."""

    event = "fell_behind"
    frames_per_second: float
    waiting: int
    """Undecided people whose turn to be looked at is overdue."""


@dataclass(frozen=True, kw_only=True)
class CaughtUp(Event):
    """It keeps up again."""

    event = "caught_up"
    frames_per_second: float


@dataclass(frozen=True, kw_only=True)
class Blind(Event):
    """No frame has come for too long; the LED says so, and no alert shows until there is sight again."""

    event = "blind"
    reason: str
    """What ails the camera; "" if nobody knows."""


@dataclass(frozen=True, kw_only=True)
class Sighted(Event):
    """Frames come again."""

    event = "sighted"
    unseen_seconds: float
    """How long none had come."""


@dataclass(frozen=True, kw_only=True)
class Reloaded(Event):
    """Changed settings are in force."""

    event = "reloaded"
    changed: str
    """Which, such as "alarm.hold_seconds, verdict.miss_rate"."""


@dataclass(frozen=True, kw_only=True)
class ReloadRefused(Event):
    """The settings file was read again and nothing of it is in force."""

    event = "reload_refused"
    reason: str


@dataclass(frozen=True, kw_only=True)
class Throttled(Event):
    """The board is hot: fewer frames are looked at. At the full rate it has cooled down."""

    event = "throttled"
    celsius: float
    frames_per_second: float


@dataclass(frozen=True, kw_only=True)
class UnderVoltage(Event):
    """The board's supply is too weak, which makes it slow and its card unsafe; or it is well again."""

    event = "under_voltage"
    now: bool


@dataclass(frozen=True, kw_only=True)
class OutputTested(Event):
    """Someone had an output come on for a moment, to see whether it does."""

    event = "output_tested"
    output: str
    """"led", "buzzer" or "clear_led"."""


@dataclass(frozen=True, kw_only=True)
class BuzzerMuted(Event):
    """Someone had the buzzer muted for a while; the LED goes on to show alerts."""

    event = "buzzer_muted"
    minutes: float


@dataclass(frozen=True, kw_only=True)
class BuzzerUnmuted(Event):
    """The buzzer sounds again: the time is up, or someone ended it."""

    event = "buzzer_unmuted"


@dataclass(frozen=True, kw_only=True)
class ReaderDropped(Event):
    """A program that reads the local stream took nothing for half a minute, and its connection was closed."""

    event = "reader_dropped"
    reader: str
    """Such as "process 812 of user 990"."""


@dataclass(frozen=True, kw_only=True)
class LogLost(Event):
    """Events could not be written for a while: the disk was full, or nobody took them."""

    event = "log_lost"
    events: int


@dataclass(frozen=True, kw_only=True)
class Fault(Event):
    """Something must be mended: an error that ends the program, or a model file in whose place an older copy is used.

    The LED shows it for a while.
    """

    event = "fault"
    reason: str


@dataclass(frozen=True, kw_only=True)
class Stopped(Event):
    """The device no longer watches; its outputs are off."""

    event = "stopped"
    frames: int
    """Read since the start."""
