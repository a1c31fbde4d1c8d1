"""One pin, and the rhythm on it."""

import math

from gpiozero import DigitalOutputDevice

from edge.alarm.pattern import OFF, Rhythm


class Output:
    """Plays a rhythm on a device.

    On a live device gpiozero keeps the time, so a rhythm goes on while no frames come. A recording may be read faster
    than real time, so there the pin is set frame by frame from the same rhythm.
    """

    def __init__(self, device: DigitalOutputDevice) -> None:
        self.rhythm = OFF
        self._device, self._began = device, 0.0

    def change(self, rhythm: Rhythm, seconds: float, *, live: bool) -> None:
        """Begin a rhythm, unless it is already being played."""
        if rhythm != self.rhythm:
            self.begin(rhythm, seconds, live=live)

    def begin(self, rhythm: Rhythm, seconds: float, *, live: bool) -> None:
        """Begin a rhythm, from its start.

        Args:
            rhythm: What to play.
            seconds: Now, on the frames' clock.
            live: Whether gpiozero plays it in real time.
        """
        self.rhythm, self._began = rhythm, seconds
        if live:
            _play(self._device, rhythm)

    def level(self, seconds: float) -> bool:
        """Whether the output is on at a time on the frames' clock."""
        return self.rhythm.level(seconds - self._began)

    def follow(self, seconds: float) -> None:
        """Set the pin as the rhythm has it at a time on the frames' clock."""
        self._device.value = self.level(seconds)


def _play(device: DigitalOutputDevice, rhythm: Rhythm) -> None:
    if rhythm == OFF:
        device.off()
    elif math.isinf(rhythm.on_seconds):
        device.on()
    else:
        device.blink(rhythm.on_seconds, rhythm.off_seconds, rhythm.times, background=True)
