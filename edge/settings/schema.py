"""The settings, a dataclass for each table of the file; the defaults run on a stock board.

Each number has its lowest and highest value beside it, each text its greatest length; `edge.bounds` checks them.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

from edge.bounds import Bounded, Bounds, FilePath
from edge.settings.connections import MetricsSettings, MqttSettings, PageSettings, StatsSettings, StreamSettings
from edge.settings.values import HEADER_PINS, DailyHours, Pin, Region

MODELS = Path(__file__).parent.parent / "models"


@dataclass(frozen=True, kw_only=True)
class ModelSettings(Bounded):
    """`[model]`: the two networks and how they run."""

    classifier: Annotated[str, FilePath()] = str(MODELS / "door_cnn.tflite")
    """Path of the classifier's model file; a relative one starts from the settings file's folder."""
    locator: Annotated[str, FilePath()] = str(MODELS / "face_cnn.tflite")
    """Path of the locator's model file; a relative one starts from the settings file's folder."""
    threads: Annotated[int, Bounds(1, 16)] = 2
    """Threads of the interpreter, for each network."""
    runtime: Literal["", "ai_edge_litert", "tflite_runtime"] = ""
    """The library that runs the networks; empty takes the first of them that is installed."""


@dataclass(frozen=True, kw_only=True)
class CameraSettings(Bounded):
    """`[camera]`: where the frames come from."""

    source: Annotated[str, FilePath()] = "picamera2"
    """"picamera2" for the board's own camera connector, "/dev/video0" for a USB camera, or the path of a recording."""
    width: Annotated[int, Bounds(64, 4608)] = 640
    """Width of the picture asked of a camera, in pixels; it may give another."""
    height: Annotated[int, Bounds(64, 4608)] = 480
    """Height of the picture asked of a camera, in pixels."""
    frames_per_second: Annotated[float, Bounds(0.5, 120.0)] = 10.0
    """Frames processed per second while someone is in view or something moves."""
    idle_frames_per_second: Annotated[float, Bounds(0.5, 120.0)] = 5.0
    """Frames processed per second while nobody is in view and nothing moves."""
    rotation: Literal[0, 90, 180, 270] = 0
    """Degrees clockwise by which the picture is turned before anything else."""
    flip: Literal["none", "horizontal", "vertical"] = "none"
    """Whether the turned picture is mirrored."""
    region: Region | None = None
    """Part of the picture that is used, [left, top, right, bottom] as shares from 0 to 1; by default all of it."""
    rebuild_after_seconds: Annotated[float, Bounds(1.0, 30.0)] = 5.0
    """How long a camera may give no frame before it is closed and opened again; at least the time of two frames."""
    repeat: bool = False
    """Whether a recording is played at its own speed, again and again, as if it were a camera."""

    @property
    def is_recording(self) -> bool:
        """Whether the source is the path of a recording, and not a camera's name."""
        return not (self.source == "picamera2" or self.source.isdecimal() or self.source.startswith("/dev/"))

    @property
    def shorter_side(self) -> float:
        """Shorter side of the used part of a camera's picture, in pixels."""
        used = self.region or Region(0.0, 0.0, 1.0, 1.0)
        return min(self.width * (used.right - used.left), self.height * (used.bottom - used.top))


@dataclass(frozen=True, kw_only=True)
class LocatorSettings(Bounded):
    """`[locator]`: how faces are found; `x`, `y` and `size` apply only to kind "centre"."""

    kind: Literal["faces", "centre"] = "faces"
    """"faces" finds all faces; "centre" takes one fixed place for a face, for a kiosk or a mark on the floor."""
    max_faces: Annotated[int, Bounds(1, 200)] = 10
    """Most faces found in a frame; if there are more, those with the highest scores are kept."""
    min_score: Annotated[float | None, Bounds(0.01, 0.95)] = None
    """Lowest score of a face, 0 to 1; by default the model file's."""
    x: Annotated[float, Bounds(0.0, 1.0)] = 0.5
    """Center of the face as a share of the picture's width."""
    y: Annotated[float, Bounds(0.0, 1.0)] = 0.42
    """Center of the face as a share of the picture's height."""
    size: Annotated[float, Bounds(0.02, 2.0)] = 0.3
    """Size of the face as a share of the picture's shorter side."""


@dataclass(frozen=True, kw_only=True)
class VerdictSettings(Bounded):
    """`[verdict]`: when a person is found compliant or not."""

    false_alert_rate: Annotated[float, Bounds(0.0001, 0.45)] = 0.03
    """Share of the people with a mask who may raise an alert by mistake; a smaller share makes verdicts slower."""
    miss_rate: Annotated[float, Bounds(0.0001, 0.45)] = 0.05
    """Share of the people without a mask who may be missed; a smaller share makes verdicts slower."""
    correlation_seconds: Annotated[float, Bounds(0.01, 5.0)] = 0.2
    """How long the classifier's errors on a person last; a longer time makes verdicts slower and surer."""
    smallest_face_px: Annotated[float, Bounds(0.0, 1000.0)] = 16.0
    """Faces up to this size, in pixels of the picture, are never judged."""
    clear_face_px: Annotated[float, Bounds(1.0, 1000.0)] = 32.0
    """Faces from this size on count in full, smaller ones less."""
    blurred_below: Annotated[float, Bounds(0.01, 1.0)] = 0.5
    """Sharpness below which a face counts less; a sharp face has 0.75."""
    clear_from: Annotated[float, Bounds(0.01, 0.99)] = 0.5
    """P(clear) below which a face in a frame is not counted: a profile, the back of a head, no face at all."""
    even_face_score: Annotated[float, Bounds(0.01, 0.99)] = 0.14
    """The locator's score that leaves P(clear) as it is; higher scores raise it."""

    def __post_init__(self) -> None:
        """Check the limits, and that some faces are judged.

        Raises:
            ValueError: A value is out of its range.
        """
        super().__post_init__()
        if self.smallest_face_px >= self.clear_face_px:
            raise ValueError(
                f'"smallest_face_px" must be less than "clear_face_px", {self.clear_face_px:g}, '
                f"not {self.smallest_face_px:g}"
            )


@dataclass(frozen=True, kw_only=True)
class TrackingSettings(Bounded):
    """`[tracking]`: which face belongs to which person from frame to frame."""

    gap_seconds: Annotated[float, Bounds(0.1, 60.0)] = 1.0
    """How long a face may be out of view before the person counts as having left."""
    still_seconds: Annotated[float, Bounds(1.0, 86400.0)] = 5.0
    """How long a face may stay unchanged before it counts as a picture on the wall and is muted."""
    looks_per_frame: Annotated[int, Bounds(1, 200)] = 4
    """Most faces classified in a frame; if there are more, the most urgent ones."""
    slowest_frames_per_second: Annotated[float, Bounds(0.1, 120.0)] = 4.0
    """Frame rate below which the log says that the device falls behind; at most 0.75 of the rate asked for."""


@dataclass(frozen=True)
class OutputSettings:
    """An output that is fitted."""

    pin: Pin
    active_high: bool
    """Whether it is on when its pin is high."""


@dataclass(frozen=True, kw_only=True)
class AlarmSettings(Bounded):
    """`[alarm]`: pins by their BCM number, 17 or "GPIO17"; a clear LED and a relay exist if they have a pin."""

    led_pin: Annotated[Pin, HEADER_PINS] = field(default=Pin(17))
    """Pin of the LED that shines while someone in view is not compliant."""
    led_active_high: bool = True
    """Whether the LED shines when its pin is high."""
    min_face_px: Annotated[int, Bounds(0, 1000)] = 32
    """Longer side of a face, in pixels of the picture, from which a person can raise the alert."""
    hold_seconds: Annotated[float, Bounds(0.0, 300.0)] = 1.0
    """Shortest time that the LED stays lit."""
    blind_after_seconds: Annotated[float, Bounds(0.5, 60.0)] = 3.0
    """How long no frame may come before the LED says that the device is blind; at least the time of two frames."""
    buzzer_pin: Annotated[Pin, HEADER_PINS] = field(default=Pin(27))
    """Pin of the buzzer."""
    buzzer_active_high: bool = True
    """Whether the buzzer sounds when its pin is high."""
    buzzer_seconds: Annotated[float, Bounds(0.02, 60.0)] = 1.0
    """How long the buzzer sounds for a person; people who come while it sounds share the buzz."""
    buzzer_refractory_seconds: Annotated[float, Bounds(0.0, 3600.0)] = 5.0
    """How long the buzzer does not sound again for the same person."""
    buzzer_duty_limit: Annotated[float, Bounds(0.0, 1.0)] = 0.2
    """Share of any minute, 0 to 1, during which the buzzer may sound; 0 silences it."""
    quiet_hours: DailyHours | None = None
    """Local time such as "22:00-06:00" during which the buzzer is silent and the LED works."""
    clear_led_pin: Annotated[Pin | None, HEADER_PINS] = None
    """Pin of a green LED that shines while someone is in view and everyone is compliant."""
    clear_led_active_high: bool = True
    """Whether the green LED shines when its pin is high."""
    relay_pin: Annotated[Pin | None, HEADER_PINS] = None
    """Pin of a relay that tells another machine whether there is an alert."""
    relay_active_high: bool = True
    """Whether the relay is energized when its pin is high."""
    relay_energised_while: Literal["clear", "alert"] = "clear"
    """"clear": a loss of power, a blind device and a stopped one read as an alert; "alert": as no alert."""

    def __post_init__(self) -> None:
        """Check the limits, that each output has a pin of its own, and that the duty limit allows a whole buzz.

        Raises:
            ValueError: A value is out of its range.
        """
        super().__post_init__()
        self._refuse_shared_pins()
        longest = self.buzzer_duty_limit * 60 or 60
        if self.buzzer_seconds > longest:
            raise ValueError(f'"buzzer_seconds" must be within the duty limit\'s {longest:g} s a minute')

    @property
    def outputs(self) -> dict[str, OutputSettings]:
        """The outputs that are fitted, by name."""
        all_of_them = {
            "led": (self.led_pin, self.led_active_high),
            "buzzer": (self.buzzer_pin, self.buzzer_active_high),
            "clear_led": (self.clear_led_pin, self.clear_led_active_high),
            "relay": (self.relay_pin, self.relay_active_high),
        }
        return {name: OutputSettings(pin, high) for name, (pin, high) in all_of_them.items() if pin is not None}

    def _refuse_shared_pins(self) -> None:
        users: dict[int, str] = {}
        for name, output in self.outputs.items():
            if (other := users.setdefault(output.pin, name)) != name:
                both = f'"{other}_pin" are both {output.pin}'
                raise ValueError(f'"{name}_pin" and {both}: give each output a pin of its own')


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The whole file; the defaults run on a stock board."""

    camera: CameraSettings = field(default_factory=CameraSettings)
    model: ModelSettings = field(default_factory=ModelSettings)
    locator: LocatorSettings = field(default_factory=LocatorSettings)
    verdict: VerdictSettings = field(default_factory=VerdictSettings)
    tracking: TrackingSettings = field(default_factory=TrackingSettings)
    alarm: AlarmSettings = field(default_factory=AlarmSettings)
    stream: StreamSettings = field(default_factory=StreamSettings)
    page: PageSettings = field(default_factory=PageSettings)
    stats: StatsSettings = field(default_factory=StatsSettings)
    mqtt: MqttSettings = field(default_factory=MqttSettings)
    metrics: MetricsSettings = field(default_factory=MetricsSettings)

    def __post_init__(self) -> None:
        """Check that the tables fit together: values that are each good may together keep the door from alerting.

        Raises:
            ValueError: The tables do not fit together.
        """
        frame_seconds = 1 / self.camera.frames_per_second
        if self.tracking.gap_seconds < frame_seconds:
            raise ValueError(
                f'"gap_seconds" in [tracking] must be at least {frame_seconds:.3g}, the time from one frame to the '
                'next by "frames_per_second" in [camera]'
            )
        if not self.camera.is_recording:  # a recording's pictures keep their own size
            self._refuse_larger("verdict", "smallest_face_px")
            self._refuse_larger("alarm", "min_face_px")

    def _refuse_larger(self, table: str, name: str) -> None:
        if self.locator.kind == "centre":
            largest, what = self.locator.size * self.camera.shorter_side, "the size of the face that [locator] names"
        else:
            largest, what = self.camera.shorter_side / 2, "half of the shorter side of the picture that is used"
        if getattr(getattr(self, table), name) > largest:
            raise ValueError(f'"{name}" in [{table}] must be at most {largest:.4g}, {what}')
