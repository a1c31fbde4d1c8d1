"""What the device found and did in the course of a recording."""

from dataclasses import dataclass, field

from edge.events.types import AlertBegan, AlertEnded, Muted
from edge.runtime.frame_result import FrameResult
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
class FrameVerdicts:
    """The verdicts on the people in view in one frame."""

    seconds: float
    alert: bool
    """Whether there was an alert. The LED stays lit for its hold time."""
    bare: int
    """People found not compliant."""
    masked: int
    """People found compliant."""
    people: int
    """All of them, without static faces."""
    boxes: tuple[Box, ...] = ()
    """Of the people whom this frame shows."""


@dataclass
class Record:
    """A publisher that keeps the alerts and the verdicts."""

    frames: list[FrameVerdicts] = field(default_factory=list)
    alerts: list[Alert] = field(default_factory=list)
    """In the order in which they began."""
    tracks: set[int] = field(default_factory=set)
    """Numbers of all people followed."""
    muted: set[int] = field(default_factory=set)
    """Numbers of those who turned out to be static."""
    _standing: dict[int, Alert] = field(default_factory=dict)

    def publish(self, result: FrameResult) -> None:
        """Note the result."""
        self._note_events(result)
        verdicts = [track.verdict for track in result.tracks if not track.muted]
        bare, masked = (verdicts.count(kind) for kind in (Verdict.NOT_COMPLIANT, Verdict.COMPLIANT))
        frame = FrameVerdicts(result.frame.seconds, bool(self._standing), bare, masked, len(verdicts), _boxes(result))
        self.frames.append(frame)
        self.tracks.update(track.number for track in result.tracks)

    def _note_events(self, result: FrameResult) -> None:
        seconds = result.frame.seconds
        for event in result.events:
            if isinstance(event, AlertBegan):
                self._standing[event.track] = Alert(seconds, seconds)
                self.alerts.append(self._standing[event.track])
            elif isinstance(event, AlertEnded):
                del self._standing[event.track]
            elif isinstance(event, Muted):
                self.muted.add(event.track)
        for alert in self._standing.values():
            alert.last = seconds


def _boxes(result: FrameResult) -> tuple[Box, ...]:
    height, width = result.frame.image.shape[:2]
    shown = [track for track in result.tracks if not track.muted and not track.unseen_seconds]
    return tuple(
        Box(t.number, t.face.left / width, t.face.top / height, t.face.right / width, t.face.bottom / height)
        for t in shown
    )
