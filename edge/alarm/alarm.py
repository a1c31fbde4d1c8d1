"""The outputs as one: an LED and a buzzer, and where they are fitted a green LED and a relay."""

import threading
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Self

from gpiozero import LED, Buzzer, DigitalOutputDevice, Factory

from edge.alarm.output import Output
from edge.alarm.pattern import OFF, ON, Pattern
from edge.alarm.policy import Policy, WallClock
from edge.alarm.state import AlarmState
from edge.alarm.undisturbed import undisturbed
from edge.errors import UserError
from edge.events.types import Event
from edge.settings.schema import AlarmSettings
from edge.tracking.track import Track

DEVICES: dict[str, type[DigitalOutputDevice]] = {
    "led": LED,
    "buzzer": Buzzer,
    "clear_led": LED,
    "relay": DigitalOutputDevice,
}
"""gpiozero's class for each output, by the name that it has in the settings and in `AlarmState`."""


class Alarm:
    """Shows what is held of everyone in view, and what ails the device itself.

    A context manager: everything is off before, and after whatever ended it. What must go on between the calls, a
    blinking LED and the end of a buzz, gpiozero plays by itself. `play` may also be called from another thread.

    Raises:
        UserError: A pin does not exist, or is in use.
    """

    def __init__(
        self, settings: AlarmSettings, pin_factory: Factory, *, live: bool = True, wall_clock: WallClock | None = None
    ) -> None:
        """Take the pins.

        Args:
            settings: The pins and the rules.
            pin_factory: Drives the pins.
            live: Whether frames come at the speed of life; otherwise the pins follow the frames' own clock.
            wall_clock: Tells the local time, for the quiet hours; without it there are none.
        """
        self.settings = settings
        self._live = live
        self._policy = Policy(settings, wall_clock)
        with ExitStack() as opened:
            # A later pin may be refused: then the earlier ones must not stay taken.
            self._outputs = {
                name: Output(_open(name, settings, pin_factory, opened))
                for name in DEVICES
                if getattr(settings, f"{name}_pin") is not None
            }
            self._opened = opened.pop_all()
        self._seconds = 0.0
        self._lock = threading.Lock()
        self.state = self._state()
        """The outputs as of the newest `show` or `play`."""

    def adopt(self, settings: AlarmSettings) -> None:
        """Go by these rules from the next frame on; the pins stay those that were taken."""
        with undisturbed(), self._lock:
            self.settings = settings
            self._policy.adopt(settings)

    def show(self, seconds: float, tracks: Sequence[Track]) -> Sequence[Event]:
        """Set the outputs for a frame.

        Args:
            seconds: When the frame was taken, on its source's clock, which never runs back.
            tracks: Everyone in view.

        Returns:
            Whose alert has begun or ended.
        """
        with undisturbed(), self._lock:
            self._seconds = seconds
            decision = self._policy.decide(seconds, tracks)
            self._begin(decision.pattern, live=self._live)
            if decision.buzz:
                self._outputs["buzzer"].begin(decision.pattern.buzzer, seconds, live=self._live)
            self.state = self._state()
            self._follow()
        return decision.events

    def play(self, pattern: Pattern) -> None:
        """Play a pattern until the next frame is shown, such as STARTING, BLIND or FAULT.

        It needs no frames to go on. To ask for it again while it is played changes nothing.
        """
        with undisturbed(), self._lock:
            self._policy.interrupt()
            self._begin(pattern, live=True)
            self.state = self._state()

    def __enter__(self) -> Self:
        """The pins are taken already."""
        return self

    def __exit__(self, *exception: object) -> None:
        """Switch everything off and let the pins go."""
        self.state = AlarmState()
        with undisturbed(), self._lock:
            self._opened.close()

    def _begin(self, pattern: Pattern, *, live: bool) -> None:
        energised = pattern.reads == self.settings.relay_energised_while
        rhythms = {"led": pattern.led, "clear_led": pattern.clear_led, "relay": ON if energised else OFF}
        if pattern.buzzer == OFF:  # otherwise a buzz is left to its end
            rhythms["buzzer"] = OFF
        for name in rhythms.keys() & self._outputs.keys():
            self._outputs[name].change(rhythms[name], self._seconds, live=live)

    def _follow(self) -> None:
        if not self._live:
            for output in self._outputs.values():
                output.follow(self._seconds)

    def _state(self) -> AlarmState:
        return AlarmState(**{name: output.level(self._seconds) for name, output in self._outputs.items()})


def _open(name: str, settings: AlarmSettings, pin_factory: Factory, opened: ExitStack) -> DigitalOutputDevice:
    pin, active_high = getattr(settings, f"{name}_pin"), getattr(settings, f"{name}_active_high")
    try:
        device = opened.enter_context(DEVICES[name](pin, active_high=active_high, pin_factory=pin_factory))
    except Exception as error:  # gpiozero's own errors, and the bare `error` that lgpio raises for a pin in use
        raise UserError(
            f"{name}_pin = {pin} cannot be used ({error}): choose another under [alarm], or end the program that uses "
            "it, such as a running maskwatch with `sudo systemctl stop maskwatch`."
        ) from error
    opened.callback(device.off)
    return device
