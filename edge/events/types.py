"""The events. Each becomes one JSON object a line; no event contains a picture."""

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
    """Whether the classifier gives the same bytes here as where it was exported.

    LiteRT does on every processor; tflite-runtime computes a little differently and does not.
    """
    locator_golden: bool
    """Whether the locator does; a fixed place always does."""


@dataclass(frozen=True, kw_only=True)
class TrackBegan(Event):
    """Someone came into view: two frames have shown a face."""

    event = "track_began"
    track: int


@dataclass(frozen=True, kw_only=True)
class VerdictTurned(Event):
    """The verdict on a person changed."""

    event = "verdict_turned"
    track: int
    verdict: str
    """"undecided", "compliant" or "not compliant"."""
    p_not_compliant: float
    """The last frame's calibrated probability of not being compliant; the verdict uses all frames so far."""


@dataclass(frozen=True, kw_only=True)
class AlertBegan(Event):
    """A person who is not compliant is near enough to count, and the LED lights up."""

    event = "alert_began"
    track: int
    p_not_compliant: float


@dataclass(frozen=True, kw_only=True)
class AlertEnded(Event):
    """The person put a mask on, is no longer seen, or turned out to be a picture on the wall.

    Without another alert the LED goes out, after it was lit for at least the hold time.
    """

    event = "alert_ended"
    track: int


@dataclass(frozen=True, kw_only=True)
class TrackEnded(Event):
    """A person left the view."""

    event = "track_ended"
    track: int


@dataclass(frozen=True, kw_only=True)
class Muted(Event):
    """A face that never moves does not count from now on; or its place shows it again."""

    event = "muted"
    track: int


@dataclass(frozen=True, kw_only=True)
class Unmuted(Event):
    """The place of such a face shows something else: it moved, or someone stands before it."""

    event = "unmuted"
    track: int


@dataclass(frozen=True, kw_only=True)
class FellBehind(Event):
    """The device is too slow for the people before it."""

    event = "fell_behind"
    frames_per_second: float
    waiting: int
    """Undecided people who have waited too long to be classified."""


@dataclass(frozen=True, kw_only=True)
class CaughtUp(Event):
    """It keeps up again."""

    event = "caught_up"
    frames_per_second: float


@dataclass(frozen=True, kw_only=True)
class Blind(Event):
    """No frame has come for too long; the LED shows it, and no alert is shown until frames come again."""

    event = "blind"
    reason: str
    """What is wrong with the camera; "" if that is not known."""


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
    """The settings file was read again and refused; the old settings stay in force."""

    event = "reload_refused"
    reason: str


@dataclass(frozen=True, kw_only=True)
class Throttled(Event):
    """The board is hot, and fewer frames are processed; at the full rate it has cooled down."""

    event = "throttled"
    celsius: float
    frames_per_second: float


@dataclass(frozen=True, kw_only=True)
class UnderVoltage(Event):
    """The board's supply is too weak, which makes it slow and endangers its card; or it is good again."""

    event = "under_voltage"
    now: bool


@dataclass(frozen=True, kw_only=True)
class OutputTested(Event):
    """Someone switched an output on for a moment, to see whether it works."""

    event = "output_tested"
    output: str
    """"led", "buzzer" or "clear_led"."""


@dataclass(frozen=True, kw_only=True)
class BuzzerMuted(Event):
    """Someone muted the buzzer for a while; the LED still shows alerts."""

    event = "buzzer_muted"
    minutes: float


@dataclass(frozen=True, kw_only=True)
class BuzzerUnmuted(Event):
    """The buzzer sounds again: the time is up, or someone ended it."""

    event = "buzzer_unmuted"


@dataclass(frozen=True, kw_only=True)
class ReaderDropped(Event):
    """The connection of a program that reads the local stream was closed."""

    event = "reader_dropped"
    reader: str
    """Such as "process 812 of user 990"."""
    reason: str
    """Such as "it took nothing for 30 s", or the error with which it could not be served."""


@dataclass(frozen=True, kw_only=True)
class LogLost(Event):
    """Events could not be written for a while: the disk was full, or the reader took nothing."""

    event = "log_lost"
    events: int


@dataclass(frozen=True, kw_only=True)
class Fault(Event):
    """Something must be fixed: an error that ends the program, or a model file for which an older copy is used instead.

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
