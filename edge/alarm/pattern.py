"""What the outputs play, as data: gpiozero plays it on the pins, and a recording's pictures read it off.

Nothing flashes more than three times a second, which can hurt people with photosensitive epilepsy. A steady LED is
about the people in view, a blinking one about the device itself.
"""

import math
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class AlarmState:
    """The outputs after a frame; None for one that is not fitted."""

    led: bool = False
    buzzer: bool = False
    clear_led: bool | None = None
    relay: bool | None = None
    """Whether it is energized."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """On and off in turn; it begins with on and ends with off."""

    on_seconds: float
    off_seconds: float = 0.0
    times: int | None = None
    """How often it comes on; None means forever."""

    def level(self, seconds: float) -> bool:
        """Whether the output is on, `seconds` after the rhythm began; before that, as at its beginning."""
        if self.times == 0 or math.isinf(self.on_seconds):
            return self.times != 0
        # Whole microseconds: frames that are a second apart on paper are a little less so in floating point.
        now, on, off = (round(max(0.0, span) * 1e6) for span in (seconds, self.on_seconds, self.off_seconds))
        past, within = divmod(now, on + off)
        return within < on and (self.times is None or past < self.times)


OFF = Rhythm(0.0, times=0)
ON = Rhythm(math.inf)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """What all outputs play at once."""

    name: str
    led: Rhythm = OFF
    buzzer: Rhythm = OFF
    """Played once for each person it is for, never merely because the pattern is on."""
    clear_led: Rhythm = OFF
    reads: Literal["alert", "clear"] | None = None
    """What the relay says; None where the device cannot know: the relay is then as it is without power."""


STARTING = Pattern(name="starting", led=Rhythm(0.5, 0.5))
"""No frame has gone through yet."""
WATCHING = Pattern(name="watching", reads="clear")
"""Nobody is in view, or only static faces, or only people who are not judged yet."""
ALERT = Pattern(name="alert", led=ON, buzzer=Rhythm(1.0, times=1), reads="alert")
"""Someone in view is not compliant. The settings say how long the buzzer sounds."""
CLEAR = Pattern(name="clear", clear_led=ON, reads="clear")
"""Someone is in view, and everyone is compliant."""
BLIND = Pattern(name="blind", led=Rhythm(0.1, 0.9))
"""No fresh frames."""
FAULT = Pattern(name="fault", led=Rhythm(0.2, 0.2))
"""Something is broken that a person must fix."""

PATTERNS = (STARTING, WATCHING, ALERT, CLEAR, BLIND, FAULT)
