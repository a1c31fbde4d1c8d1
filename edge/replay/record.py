"""What the device held and did in the course of a recording."""

from dataclasses import dataclass, field

from edge.events.types import AlertBegan, AlertEnded, Muted
from edge.runtime.frame_result import Moment
from edge.tracking.track import Verdict


@dataclass
class Alert:
    """One person's alert; both times are those of frames, in seconds."""

    begin: float
    last: float
    """The last frame in which it stood."""


@dataclass(frozen=True, slots=True)
class Box:
    """Where a track's face was found, in shares of the picture's width and height."""

    track: int
    left: float
    top: float
    right: float
    bottom: float

    @property
    def middle(self) -> tuple[float, float]:
        """Its x and y."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2


@dataclass(frozen=True)
class Held:
    """What was held of the people in view as of a frame."""

    seconds: float
    alert: bool
    """Whether anybody's alert stood. The LED goes on for its hold time."""
    bare: int
    """People found not compliant."""
    masked: int
    """People found compliant."""
    people: int
    """All of them, without furniture."""
    boxes: tuple[Box, ...] = ()
    """Of those whom this frame shows."""


@dataclass
class Record:
    """A publisher that keeps the alerts and the verdicts."""

    frames: list[Held] = field(default_factory=list)
    alerts: list[Alert] = field(default_factory=list)
    """In the order in which they began."""
    tracks: set[int] = field(default_factory=set)
    """Numbers of everybody followed."""
    muted: set[int] = field(default_factory=set)
    """Numbers of those who turned out to be furniture."""
    _standing: dict[int, Alert] = field(default_factory=dict)

    def publish(self, moment: Moment) -> None:
        """Note the moment."""
        self._note_events(moment)
        verdicts = [track.verdict for track in moment.tracks if not track.muted]
        bare, masked = (verdicts.count(kind) for kind in (Verdict.NOT_COMPLIANT, Verdict.COMPLIANT))
        held = Held(moment.frame.seconds, bool(self._standing), bare, masked, len(verdicts), _boxes(moment))
        self.frames.append(held)
        self.tracks.update(track.number for track in moment.tracks)

    def _note_events(self, moment: Moment) -> None:
        seconds = moment.frame.seconds
        for event in moment.events:
            if isinstance(event, AlertBegan):
                self._standing[event.track] = Alert(seconds, seconds)
                self.alerts.append(self._standing[event.track])
            elif isinstance(event, AlertEnded):
                del self._standing[event.track]
            elif isinstance(event, Muted):
                self.muted.add(event.track)
        for alert in self._standing.values():
            alert.last = seconds


def _boxes(moment: Moment) -> tuple[Box, ...]:
    height, width = moment.frame.image.shape[:2]
    shown = [track for track in moment.tracks if not track.muted and not track.unseen_seconds]
    return tuple(
        Box(t.number, t.face.left / width, t.face.top / height, t.face.right / width, t.face.bottom / height)
        for t in shown
    )
