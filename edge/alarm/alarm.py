"""The outputs as one: an LED and a buzzer, and where they are fitted a green LED and a relay."""

import math
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Self

from gpiozero import LED, Buzzer, DigitalOutputDevice, Factory

from edge.alarm.output import Output
from edge.alarm.pattern import OFF, ON, AlarmState, Pattern, Rhythm
from edge.alarm.policy import Policy, WallClock
from edge.errors import UserError
from edge.events.types import BuzzerMuted, BuzzerUnmuted, Event, OutputTested
from edge.settings.schema import AlarmSettings, OutputSettings
from edge.tracking.track import Track

DEVICES: dict[str, type[DigitalOutputDevice]] = {
    "led": LED,
    "buzzer": Buzzer,
    "clear_led": LED,
    "relay": DigitalOutputDevice,
}
"""gpiozero's class for each output, by the name that it has in the settings and in `AlarmState`."""

TEST_SECONDS = 2.0
"""How long the test of an output takes."""

TESTS = {"led": Rhythm(0.25, 0.25, times=4), "buzzer": Rhythm(0.5, times=1), "clear_led": Rhythm(0.25, 0.25, times=4)}
"""What is played. A relay has no test: it tells another machine whether there is an alert, and must not lie to it."""


class Alarm:
    """Shows the verdicts on the people in view, and what is wrong with the device itself.

    A context manager: all outputs are off before it and after it, however it ends. gpiozero plays by itself what must
    go on between two calls: a blinking LED, the end of a buzz. `play` may also be called from another thread.

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
            live: Whether frames come in real time; otherwise the pins follow the frames' own clock.
            wall_clock: Tells the local time, for the quiet hours; without it there are none.
        """
        self._live = live
        self._policy = Policy(settings, wall_clock)
        with ExitStack() as opened:
            # A later pin may be refused: then the earlier ones must not stay taken.
            self._outputs = {
                name: Output(_open(name, fitted, pin_factory, opened)) for name, fitted in settings.outputs.items()
            }
            self._opened = opened.pop_all()
        self.clock: Callable[[], float] | None = None
        """Tells the time on the frames' clock, which goes on while no frames come; None if only frames tell it."""
        self._seconds = 0.0
        self._tests: dict[str, float] = {}  # when the test of an output ends
        self._lock = threading.Lock()
        self.state = self._state(self._seconds)
        """The outputs as of the newest `show` or `play`."""

    @property
    def settings(self) -> AlarmSettings:
        """The rules. New ones count from the next frame on; the pins stay those that were opened at the start."""
        return self._policy.settings

    @settings.setter
    def settings(self, settings: AlarmSettings) -> None:
        with self._lock:
            self._policy.settings = settings

    def show(self, seconds: float, tracks: Sequence[Track]) -> Sequence[Event]:
        """Set the outputs for a frame.

        Args:
            seconds: When the frame was taken, on its source's clock, which never runs back.
            tracks: Everyone in view.

        Returns:
            Whose alert has begun or ended.
        """
        with self._lock:
            self._seconds = seconds
            decision = self._policy.decide(seconds, tracks)
            self._begin(decision.pattern, seconds, live=self._live)
            if decision.buzz:
                self._tests.pop("buzzer", None)
                self._outputs["buzzer"].begin(decision.pattern.buzzer, seconds, live=self._live)
            self.state = self._state(seconds)
            self._follow()
        return decision.events

    def play(self, pattern: Pattern) -> None:
        """Play a pattern until the next frame is shown, such as STARTING, BLIND or FAULT.

        It goes on without frames. Asking for it again while it is played changes nothing.
        """
        with self._lock:
            self._policy.interrupt()
            self._tests.clear()
            now = self.seconds
            self._begin(pattern, now, live=True)
            self.state = self._state(now)

    @property
    def seconds(self) -> float:
        """Now, on the frames' clock; without `clock`, when the newest frame that has been shown was taken."""
        return self.clock() if self.clock else self._seconds

    def test(self, name: str) -> OutputTested:
        """Switch an output on for a moment, to see whether it works. A frame that needs the output comes first.

        Args:
            name: "led", "buzzer" or "clear_led".

        Returns:
            What to log.

        Raises:
            UserError: It is on already, is not fitted, or is the relay, to which another machine listens.
        """
        with self._lock:
            now = self.seconds
            self._refuse_test(name, now)
            self._outputs[name].begin(TESTS[name], now, live=self._live)
            self._tests[name] = now + TEST_SECONDS
            return OutputTested(at=now, output=name)

    def mute_buzzer(self, minutes: float) -> BuzzerMuted:
        """Silence the buzzer for a while; returns what to log."""
        with self._lock:
            now = self.seconds
            self._policy.mute_until(now + 60 * minutes)
            return BuzzerMuted(at=now, minutes=minutes)

    def unmute_buzzer(self) -> BuzzerUnmuted:
        """Let the buzzer sound again; returns what to log.

        Raises:
            UserError: It is not muted.
        """
        with self._lock:
            now = self.seconds
            if not self._policy.muted_seconds(now):
                raise UserError("The buzzer is not muted.")
            self._policy.mute_until(-math.inf)
            return BuzzerUnmuted(at=now)

    @property
    def buzzer_muted_seconds(self) -> float:
        """How much longer the buzzer is muted; 0 if it is not."""
        return self._policy.muted_seconds(self.seconds)

    def __enter__(self) -> Self:
        """The pins are taken already."""
        return self

    def __exit__(self, *exception: object) -> None:
        """As `close`."""
        self.close()

    def close(self) -> None:
        """Switch everything off and close the pins; nothing is shown after that."""
        with self._lock:
            self._outputs = {}
            self._opened.close()
            self.state = AlarmState()

    def _begin(self, pattern: Pattern, seconds: float, *, live: bool) -> None:
        energized = pattern.reads == self.settings.relay_energised_while
        rhythms = {"led": pattern.led, "clear_led": pattern.clear_led, "relay": ON if energized else OFF}
        if pattern.buzzer == OFF:  # otherwise a buzz is left to its end
            rhythms["buzzer"] = OFF
        for name in rhythms.keys() & self._outputs.keys():
            if rhythms[name] == OFF and seconds < self._tests.get(name, -math.inf):
                continue
            self._tests.pop(name, None)
            self._outputs[name].change(rhythms[name], seconds, live=live)

    def _refuse_test(self, name: str, now: float) -> None:
        if name not in TESTS:
            raise UserError(f"An output that can be tested is {', '.join(TESTS)}; not {name!r}.")
        if name not in self._outputs:
            raise UserError(f"There is no {name} to test, for {name}_pin under [alarm] is not set")
        if now < self._tests.get(name, -math.inf):
            raise UserError(f"The {name} is being tested already.")
        output = self._outputs[name]
        if output.rhythm.times is None or output.level(now):
            raise UserError(f"The {name} is in use, which shows that it works.")

    def _follow(self) -> None:
        if not self._live:
            for output in self._outputs.values():
                output.follow(self._seconds)

    def _state(self, seconds: float) -> AlarmState:
        return AlarmState(**{name: output.level(seconds) for name, output in self._outputs.items()})


def _open(name: str, fitted: OutputSettings, pin_factory: Factory, opened: ExitStack) -> DigitalOutputDevice:
    try:
        device = DEVICES[name](fitted.pin, active_high=fitted.active_high, pin_factory=pin_factory)
    except Exception as error:  # gpiozero's own errors, and the bare `error` that lgpio raises for a pin in use
        raise UserError(
            f"{name}_pin = {fitted.pin} cannot be used ({error})",
            "choose another under [alarm], or end the program that uses "
            "it, such as a running maskwatch with `sudo systemctl stop maskwatch`",
        ) from error
    opened.enter_context(device)
    opened.callback(device.off)
    return device
