"""When the outputs are on."""

from collections.abc import Sequence
from contextlib import ExitStack
from typing import Self

from gpiozero import LED, Buzzer, Factory, GPIOZeroError, OutputDevice

from edge.alarm.state import AlarmState
from edge.errors import UserError
from edge.service.settings import AlarmSettings
from edge.tracking.track import Verdict


class Alarm:
    """An LED that shines while anyone in view is not compliant, and a buzzer that sounds when that begins.

    A context manager: both are off before, and after whatever ended it.

    Raises:
        UserError: A pin does not exist, or is in use.
    """

    def __init__(self, settings: AlarmSettings, pin_factory: Factory) -> None:
        self.settings = settings
        self.state = AlarmState()
        self._began: float | None = None
        with ExitStack() as opened:
            # The second pin may be refused: then the first must not stay taken.
            self._led = opened.enter_context(_open(LED, settings.led_pin, settings.led_active_high, pin_factory))
            self._buzzer = opened.enter_context(
                _open(Buzzer, settings.buzzer_pin, settings.buzzer_active_high, pin_factory)
            )
            self._outputs = opened.pop_all()

    def show(self, seconds: float, verdicts: Sequence[Verdict]) -> None:
        """Set the outputs.

        Args:
            seconds: When the frame was taken, on its source's clock.
            verdicts: What is held of everyone in view.
        """
        alert = Verdict.NOT_COMPLIANT in verdicts
        self._began = (seconds if self._began is None else self._began) if alert else None
        sounding = self._began is not None and seconds - self._began < self.settings.buzzer_seconds
        self._set(AlarmState(led=alert, buzzer=sounding))

    def __enter__(self) -> Self:
        """The pins are taken already."""
        return self

    def __exit__(self, *exception: object) -> None:
        """Switch everything off and let the pins go."""
        self._set(AlarmState())
        self._outputs.close()

    def _set(self, state: AlarmState) -> None:
        self._led.value, self._buzzer.value = state.led, state.buzzer
        self.state = state


def _open(kind: type[OutputDevice], pin: int, active_high: bool, pin_factory: Factory) -> OutputDevice:
    try:
        return kind(pin, active_high=active_high, pin_factory=pin_factory)
    except GPIOZeroError as error:
        name = kind.__name__
        raise UserError(f"Pin {pin} cannot drive the {name} ({error}): choose another under [alarm].") from error
