"""The MQTT topics, all in one place."""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Topics:
    """The topics of one door."""

    prefix: str
    """Such as "maskwatch"."""
    door: str
    """Such as "door-1"; letters, digits, "-" and "_"."""
    discovery_prefix: str
    """Home Assistant's, such as "homeassistant"."""

    @classmethod
    def of(cls, prefix: str, name: str, discovery_prefix: str) -> "Topics":
        """The topics of a door with a name; characters that a topic may not hold become "-"."""
        return cls(prefix, re.sub(r"[^A-Za-z0-9_-]+", "-", name).strip("-") or "door", discovery_prefix)

    @property
    def availability(self) -> str:
        """Retained: "online", or "offline" by the broker's last will."""
        return f"{self.prefix}/{self.door}/availability"

    @property
    def state(self) -> str:
        """Retained JSON: alert, blind, door, muted ("ON" or "OFF"), people, frames_per_second, celsius."""
        return f"{self.prefix}/{self.door}/state"

    @property
    def counts(self) -> str:
        """Retained JSON of today's counts: people, compliant, not_compliant, undecided."""
        return f"{self.prefix}/{self.door}/counts"

    @property
    def events(self) -> str:
        """Each event of the log as it happens, JSON."""
        return f"{self.prefix}/{self.door}/event"

    @property
    def commands(self) -> str:
        """The topic filter to subscribe to for commands."""
        return self.command("+")

    @property
    def discovery(self) -> str:
        """Retained: Home Assistant's description of the device."""
        return f"{self.discovery_prefix}/device/maskwatch-{self.door}/config"

    @property
    def birth(self) -> str:
        """The topic on which Home Assistant publishes "online" after its start."""
        return f"{self.discovery_prefix}/status"

    def command(self, name: str) -> str:
        """Mute ("ON", "OFF"), test_led or test_buzzer (any payload)."""
        return f"{self.prefix}/{self.door}/command/{name}"
