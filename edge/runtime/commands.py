"""What a reader of the stream may ask the door to do."""

from typing import Any

from edge.alarm.alarm import Alarm
from edge.errors import UserError
from edge.events.journal import Journal
from edge.events.types import Event
from edge.stream.messages import encode

LONGEST_MUTE_MINUTES = 24 * 60


class Commands:
    """Carries them out and logs them."""

    def __init__(self, alarm: Alarm, journal: Journal) -> None:
        """`alarm` does it and `journal` logs it."""
        self._alarm, self._journal = alarm, journal

    def carry_out(self, request: dict[str, Any]) -> bytes:
        """The answer's line; any thread may ask."""
        try:
            self._journal.write(self._do(request))
        except UserError as error:
            return encode({"type": "answer", "ok": False, "reason": str(error)})
        return encode({"type": "answer", "ok": True, "reason": ""})

    def _do(self, request: dict[str, Any]) -> Event:
        if request["do"] == "test":
            return self._alarm.test(str(request.get("output")))
        if request["do"] == "mute":
            return self._alarm.mute_buzzer(_minutes(request.get("minutes")))
        if request["do"] == "unmute":
            return self._alarm.unmute_buzzer()
        raise UserError("The door can subscribe, test, mute and unmute, and nothing else.")


def _minutes(value: object) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= LONGEST_MUTE_MINUTES:
        return float(value)
    raise UserError(f'"minutes" must be a number above 0 and at most {LONGEST_MUTE_MINUTES}, not {value!r}.')
