"""The settings: one TOML file, every value optional, every mistake named."""

import difflib
import tomllib
from dataclasses import dataclass, field, fields, is_dataclass
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, cast, get_args, get_origin, get_type_hints

from edge.errors import UserError
from edge.service.values import DailyHours, Pin, refuse_unless_positive

MODELS = Path(__file__).parent.parent / "models"


@dataclass(frozen=True, kw_only=True)
class ModelSettings:
    """`[model]`."""

    classifier: str = str(MODELS / "door_cnn.tflite")
    """Path of the classifier's model file."""
    locator: str = str(MODELS / "face_cnn.tflite")
    """Path of the locator's model file."""
    threads: int = 2
    """Threads of the interpreter, for each network."""
    runtime: str = ""
    """"ai_edge_litert" or "tflite_runtime"; empty takes the first of them that is installed."""


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

    def __post_init__(self) -> None:
        """Refuse what cannot be meant.

        Raises:
            ValueError: A value is out of its range.
        """
        for name in ("false_alert_rate", "miss_rate"):
            if not 0 < getattr(self, name) < 0.5:
                raise ValueError(f'"{name}" must be between 0 and 0.5, such as 0.02, not {getattr(self, name)}')
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
        longest = self.buzzer_duty_limit * 60 or 60
        if not 0 < self.buzzer_seconds <= longest:
            raise ValueError(f'"buzzer_seconds" must be above 0 and within the duty limit\'s {longest:g} s a minute')


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The whole file; the defaults run on a stock board."""

    model: ModelSettings = field(default_factory=ModelSettings)
    locator: LocatorSettings = field(default_factory=LocatorSettings)
    verdict: VerdictSettings = field(default_factory=VerdictSettings)
    tracking: TrackingSettings = field(default_factory=TrackingSettings)
    alarm: AlarmSettings = field(default_factory=AlarmSettings)


def read_settings(path: Path) -> Settings:
    """Read a settings file.

    Raises:
        UserError: It cannot be read, is not TOML, or has an unknown key or a value of the wrong type.
    """
    try:
        table = tomllib.loads(path.read_text())
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"The settings file {path} cannot be read ({error}): name one that can.") from error
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"The settings file {path} is not TOML: {error}.") from error
    return _build(Settings, table, f"{path}")


def _build(kind: type, table: dict[str, Any], place: str) -> Any:
    types = get_type_hints(kind)
    names = [f.name for f in fields(kind)]
    for key in table:
        if key not in names:
            nearest = difflib.get_close_matches(key, names, n=1, cutoff=0.0)[0]
            raise UserError(f'{place} has an unknown key "{key}": did you mean "{nearest}"?')
    values = {key: _value(types[key], value, key, place) for key, value in table.items()}
    try:
        return kind(**values)
    except ValueError as error:
        raise UserError(f"{place} {error}.") from error


def _value(kind: Any, value: Any, key: str, place: str) -> Any:
    if isinstance(kind, UnionType):  # `X | None`: TOML has no None, it leaves the key away
        kind = next(member for member in get_args(kind) if member is not NoneType)
    if hasattr(kind, "from_toml"):
        try:
            return kind.from_toml(value)
        except ValueError as error:
            raise UserError(f'{place} "{key}" {error}.') from error
    if is_dataclass(kind):
        if not isinstance(value, dict):
            raise UserError(f'{place}: "{key}" must be a table, written as [{key}].')
        return _build(cast(type, kind), value, f"{place}, table [{key}],")
    return _plain(kind, value, key, place)


def _plain(kind: Any, value: Any, key: str, place: str) -> Any:
    if get_origin(kind) is Literal:
        if value not in get_args(kind):
            choices = " or ".join(f'"{choice}"' for choice in get_args(kind))
            raise UserError(f'{place} "{key}" must be {choices}, not {value!r}.')
        return value
    if kind is float and type(value) is int:
        return float(value)
    if type(value) is not kind:
        raise UserError(f'{place} "{key}" must be of type {kind.__name__}, not {type(value).__name__}.')
    return value
