"""The settings, a dataclass for each table of the file; the defaults run on a stock board."""

from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Literal

from edge.settings.values import DailyHours, Pin, Region, refuse_unless_positive

MODELS = Path(__file__).parent.parent / "models"


@dataclass(frozen=True, kw_only=True)
class ModelSettings:
    """`[model]`."""

    classifier: str = str(MODELS / "door_cnn.tflite")
    """Path of the classifier's model file; one that is not absolute counts from the settings file's folder."""
    locator: str = str(MODELS / "face_cnn.tflite")
    """Path of the locator's model file, likewise."""
    threads: int = 2
    """Threads of the interpreter, for each network."""
    runtime: str = ""
    """"ai_edge_litert" or "tflite_runtime"; empty takes the first of them that is installed."""


@dataclass(frozen=True, kw_only=True)
class CameraSettings:
    """`[camera]`."""

    source: str = "picamera2"
    """"picamera2" for the board's own camera connector, "/dev/video0" for a USB camera, or a recording's path."""
    width: int = 640
    """Width of the picture asked of a camera, in pixels; it may give another."""
    height: int = 480
    """Height of the picture asked of a camera, in pixels."""
    frames_per_second: float = 10.0
    """Frames looked at while somebody is in view or something moves."""
    idle_frames_per_second: float = 5.0
    """Frames looked at while the door is empty and still."""
    rotation: Literal[0, 90, 180, 270] = 0
    """Degrees clockwise by which the picture is turned before anything else."""
    flip: Literal["none", "horizontal", "vertical"] = "none"
    """Whether the turned picture is mirrored."""
    region: Region | None = None
    """Part of the picture that is looked at, [left, top, right, bottom] as shares from 0 to 1; all by default."""
    rebuild_after_seconds: float = 5.0
    """How long a camera may give no frame before it is closed and opened anew."""
    repeat: bool = False
    """Whether a recording is played at the speed of life, again and again, as if it were a camera."""

    def __post_init__(self) -> None:
        """Refuse what cannot be meant.

        Raises:
            ValueError: A value is out of its range.
        """
        positive = ("width", "height", "frames_per_second", "idle_frames_per_second", "rebuild_after_seconds")
        refuse_unless_positive(self, *positive)
        if not self.source:
            raise ValueError('"source" is empty: write "picamera2", "/dev/video0" or the path of a recording')

    @property
    def is_recording(self) -> bool:
        """Whether the source is the path of a recording, and no camera's name."""
        return not (self.source == "picamera2" or self.source.isdecimal() or self.source.startswith("/dev/"))


@dataclass(frozen=True, kw_only=True)
class LocatorSettings:
    """`[locator]`: where faces are looked for; the place is for kind "centre" alone."""

    kind: Literal["faces", "centre"] = "faces"
    """"faces" finds them all; "centre" takes one fixed place for a face, for a kiosk or a mark on the floor."""
    max_faces: int = 10
    """How many faces are found in a frame at most, the surest ones."""
    min_score: float | None = None
    """Score, 0 to 1, from which something is a face; by default the model file's."""
    x: float = 0.5
    """Middle of the face as a share of the picture's width."""
    y: float = 0.42
    """Middle of the face as a share of the picture's height."""
    size: float = 0.3
    """Size of the face as a share of the picture's shorter side."""

    def __post_init__(self) -> None:
        """Refuse what cannot be meant.

        Raises:
            ValueError: A value is out of its range.
        """
        refuse_unless_positive(self, "max_faces", "size")
        if self.min_score is not None and not 0 < self.min_score <= 1:
            raise ValueError(f'"min_score" must be above 0 and at most 1, such as 0.5, not {self.min_score}')


@dataclass(frozen=True, kw_only=True)
class VerdictSettings:
    """`[verdict]`: when a person is found compliant or not."""

    false_alert_rate: float = 0.03
    """Share of the people with a mask on who may raise an alert; smaller takes longer."""
    miss_rate: float = 0.05
    """Share of the others who may be let pass; smaller takes longer."""
    correlation_seconds: float = 0.2
    """How long the classifier's errors on a person last; longer makes verdicts slower and surer."""
    smallest_face_px: float = 16.0
    """Faces up to this size, in pixels of the picture, are never judged."""
    clear_face_px: float = 32.0
    """Faces from this size on count in full, smaller ones less."""
    blurred_below: float = 0.5
    """Sharpness under which a face counts less; 0.75 is that of a crisp one."""
    clear_from: float = 0.5
    """P(clear), 0 to 1, below which a look counts for nothing: a profile, the back of a head, no face at all."""

    def __post_init__(self) -> None:
        """Refuse what cannot be meant.

        Raises:
            ValueError: A value is out of its range.
        """
        for name in ("false_alert_rate", "miss_rate"):
            if not 0 < getattr(self, name) < 0.5:
                raise ValueError(f'"{name}" must be between 0 and 0.5, such as 0.02, not {getattr(self, name)}')
        if not 0 < self.clear_from < 1:
            raise ValueError(f'"clear_from" must be between 0 and 1, such as 0.5, not {self.clear_from}')
        refuse_unless_positive(self, "correlation_seconds", "clear_face_px", "blurred_below")


@dataclass(frozen=True, kw_only=True)
class TrackingSettings:
    """`[tracking]`: who is who from frame to frame."""

    gap_seconds: float = 1.0
    """How long a face may be away before the person counts as gone."""
    still_seconds: float = 5.0
    """How long nothing at all may change in a face before it counts as a picture on the wall and is muted."""
    looks_per_frame: int = 4
    """How many faces are classified in a frame; the most urgent ones if there are more."""
    slowest_frames_per_second: float = 4.0
    """Below this frame rate the log says that the device falls behind."""

    def __post_init__(self) -> None:
        """Refuse what cannot be meant.

        Raises:
            ValueError: A value is out of its range.
        """
        refuse_unless_positive(self, *(f.name for f in fields(self)))


@dataclass(frozen=True, kw_only=True)
class AlarmSettings:
    """`[alarm]`: pins by their BCM number, 17 or "GPIO17"; the clear LED and the relay are there if they have one."""

    led_pin: Pin = field(default=Pin(17))
    led_active_high: bool = True
    """Whether the LED shines when its pin is high."""
    min_face_px: int = 32
    """Longer side of a face, in pixels of the picture, from which a person can raise the alert."""
    hold_seconds: float = 1.0
    """How long the LED stays lit at least."""
    blind_after_seconds: float = 3.0
    """How long no frame may come from a live camera before the LED says that the device is blind."""
    buzzer_pin: Pin = field(default=Pin(27))
    buzzer_active_high: bool = True
    """Whether the buzzer sounds when its pin is high."""
    buzzer_seconds: float = 1.0
    """How long the buzzer sounds for a person; people who come while it sounds share the buzz."""
    buzzer_refractory_seconds: float = 5.0
    """How long the same person does not make it sound again."""
    buzzer_duty_limit: float = 0.2
    """Share of any minute, 0 to 1, during which the buzzer may sound; 0 silences it."""
    quiet_hours: DailyHours | None = None
    """Local time such as "22:00-06:00" during which the buzzer is silent and the LED works."""
    clear_led_pin: Pin | None = None
    """Pin of a green LED that shines while somebody is in view and everyone is compliant."""
    clear_led_active_high: bool = True
    """Whether it shines when its pin is high."""
    relay_pin: Pin | None = None
    """Pin of a relay that tells another machine whether there is an alert."""
    relay_active_high: bool = True
    """Whether the relay is energised when its pin is high."""
    relay_energised_while: Literal["clear", "alert"] = "clear"
    """"clear": a loss of power, a blind device and a stopped one read as an alert; "alert": as no alert."""

    def __post_init__(self) -> None:
        """Refuse what cannot be meant.

        Raises:
            ValueError: A value is out of its range.
        """
        for name in ("min_face_px", "hold_seconds", "buzzer_refractory_seconds"):
            if not getattr(self, name) >= 0:
                raise ValueError(f'"{name}" must be 0 or more, not {getattr(self, name)}')
        refuse_unless_positive(self, "blind_after_seconds")
        if not 0 <= self.buzzer_duty_limit <= 1:
            raise ValueError(f'"buzzer_duty_limit" must be a share from 0 to 1, not {self.buzzer_duty_limit}')
        self._refuse_shared_pins()
        longest = self.buzzer_duty_limit * 60 or 60
        if not 0 < self.buzzer_seconds <= longest:
            raise ValueError(f'"buzzer_seconds" must be above 0 and within the duty limit\'s {longest:g} s a minute')

    def _refuse_shared_pins(self) -> None:
        users: dict[int, str] = {}
        for name in ("led_pin", "buzzer_pin", "clear_led_pin", "relay_pin"):
            pin = getattr(self, name)
            if pin is not None and users.setdefault(pin, name) != name:
                raise ValueError(f'"{name}" and "{users[pin]}" are both {pin}: give each output a pin of its own')


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The whole file; the defaults run on a stock board."""

    camera: CameraSettings = field(default_factory=CameraSettings)
    model: ModelSettings = field(default_factory=ModelSettings)
    locator: LocatorSettings = field(default_factory=LocatorSettings)
    verdict: VerdictSettings = field(default_factory=VerdictSettings)
    tracking: TrackingSettings = field(default_factory=TrackingSettings)
    alarm: AlarmSettings = field(default_factory=AlarmSettings)
