"""The installed program as a technician with a shell, and somebody who looks at the LED, see it."""

import json
import time
from collections.abc import Callable

from pi import Pi

LED_PIN, BUZZER_PIN = 17, 27

READY_SECONDS = 900.0
"""Until the service has started and has seen its first frame."""
SETTINGS = "/etc/maskwatch/maskwatch.toml"


class Door:
    """maskwatch on a Pi."""

    def __init__(self, pi: Pi) -> None:
        self.pi = pi

    def is_watching(self) -> bool:
        """Whether systemd has heard READY of the service that runs now, and it goes on."""
        return self.pi.succeeds("systemctl is-active --quiet maskwatch")

    def wait_until_watching(self, seconds: float = READY_SECONDS) -> None:
        """Wait for that.

        Raises:
            TimeoutError: It did not within so many seconds; what the service said is told.
        """
        self._wait(self.is_watching, seconds, every=10.0)

    def wait_for_event(self, name: str, since: str, seconds: float = 300.0) -> dict:
        """Wait for an event that is logged after a cursor from `now`.

        Raises:
            TimeoutError: It was not within so many seconds.
        """
        self._wait(lambda: bool(self.events(name, since)), seconds, every=2.0)
        return self.events(name, since)[0]

    def wait_for_led(self, *, lit: bool, seconds: float = 300.0) -> None:
        """Wait for the LED's pin to be high or low, and to stay so for two seconds.

        Raises:
            TimeoutError: It was not within so many seconds.
        """
        self._wait(lambda: set(self.led_levels(2.0)) == {lit}, seconds, every=0.0)

    def led_levels(self, seconds: float) -> list[bool]:
        """The level of the LED's pin, some fifty times a second, from outside."""
        levels, end = [], time.monotonic() + seconds
        while time.monotonic() < end:
            levels.append(self.pi.gpio_level(LED_PIN))
            time.sleep(0.02)
        return levels

    def now(self) -> str:
        """A cursor: where the log ends now."""
        return self.pi.run("journalctl -n0 --show-cursor -o cat").rpartition("cursor: ")[2].strip()

    def events(self, name: str, since: str) -> list[dict]:
        """The events of that name in the service's log after a cursor."""
        log = self.pi.run(f"journalctl -u maskwatch -o cat --no-pager --after-cursor='{since}'")
        events = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
        return [event for event in events if event["event"] == name]

    def shown(self, name: str) -> str:
        """One of the unit's properties."""
        return self.pi.run(f"systemctl show maskwatch --value -p {name}").strip()

    def main_pid(self) -> int:
        """The process of the service."""
        return int(self.shown("MainPID"))

    def resident_megabytes(self) -> float:
        """Memory of the service's process that is in use now."""
        status = self.pi.run(f"cat /proc/{self.main_pid()}/status")
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")) / 1024

    def change_settings(self, text: str) -> None:
        """Write a new settings file and restart the service."""
        self.pi.run(f"cat > {SETTINGS} <<'END'\n{text}END\nsystemctl restart --no-block maskwatch")

    def _wait(self, true: Callable[[], bool], seconds: float, *, every: float) -> None:
        try:
            self.pi.wait_until(true, seconds=seconds, every=every)
        except TimeoutError as error:
            said = self.pi.run("systemctl status maskwatch --no-pager -n 30 -l || true")
            raise TimeoutError(f"{error}\n{said}") from None
