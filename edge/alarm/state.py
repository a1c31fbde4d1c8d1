"""What the outputs do."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AlarmState:
    """The outputs after a frame."""

    led: bool = False
    buzzer: bool = False
