"""What the outputs do."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AlarmState:
    """The outputs after a frame; None for one that is not fitted."""

    led: bool = False
    buzzer: bool = False
    clear_led: bool | None = None
    relay: bool | None = None
    """Whether it is energised."""
