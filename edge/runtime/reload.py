"""Changed settings, put in force while the device watches: all of them or none."""

from collections.abc import Callable, Iterator
from dataclasses import fields

from edge.errors import UserError
from edge.events.journal import Journal
from edge.events.types import Event, Reloaded, ReloadRefused
from edge.runtime.camera_watchdog import CameraWatchdog
from edge.runtime.frame_result import FrameResult
from edge.runtime.heartbeat import Heartbeat
from edge.runtime.pipeline import Pipeline, tracking_rules
from edge.settings.schema import Settings

LIVE_TABLES = ("verdict", "tracking", "alarm")
"""The tables of the settings that can change while the device watches."""

TAKEN = ("_pin", "_active_high")
"""How the names of those settings end whose pins, files or sockets were opened at the start."""


class Reload:
    """A publisher that puts changed settings in force between two frames, after a request."""

    def __init__(
        self,
        settings: Settings,
        reread: Callable[[], Settings],
        journal: Journal,
        heartbeat: Heartbeat,
        apply: Callable[[Settings], None],
    ) -> None:
        """Begin without a request.

        Args:
            settings: Those in force.
            reread: Reads them again.
            journal: Gets `reloaded` or `reload_refused`.
            heartbeat: Tells systemd when it is done.
            apply: Puts settings in force, of which only what can change has changed.
        """
        self.settings = settings
        self._reread, self._journal, self._heartbeat, self._apply = reread, journal, heartbeat, apply
        self._asked = False

    def ask(self, *_: object) -> None:
        """Request it; may be a signal's handler."""
        self._asked = True

    def publish(self, result: FrameResult) -> None:
        """Carry out the request, if there is one."""
        if self._asked:
            self._asked = False
            with self._heartbeat.reloading():
                self._journal.write(self._reload(result.frame.seconds))

    def _reload(self, seconds: float) -> Event:
        try:
            new = self._reread()
        except UserError as error:
            return ReloadRefused(at=seconds, reason=str(error))
        changed = list(differences(self.settings, new))
        fixed = [name for name in changed if not is_live(name)]
        if fixed:
            reason = f"{', '.join(fixed)} can only change in a restart: `sudo systemctl restart maskwatch`."
            return ReloadRefused(at=seconds, reason=reason)
        self._apply(new)
        self.settings = new
        return Reloaded(at=seconds, changed=", ".join(changed))


def differences(old: Settings, new: Settings) -> Iterator[str]:
    """The names of the settings that differ, such as "alarm.hold_seconds"."""
    for table in fields(Settings):
        before, after = getattr(old, table.name), getattr(new, table.name)
        for key in fields(before):
            if getattr(before, key.name) != getattr(after, key.name):
                yield f"{table.name}.{key.name}"


def is_live(name: str) -> bool:
    """Whether a setting, such as "alarm.hold_seconds", can change while the device watches."""
    return name.partition(".")[0] in LIVE_TABLES and not name.endswith(TAKEN)


def put_in_force(settings: Settings, pipeline: Pipeline, watchdog: CameraWatchdog) -> None:
    """Hand changed settings to all parts; the people in view keep their identity and their evidence."""
    pipeline.tracker.rules = tracking_rules(settings, pipeline.classifier.threshold)
    pipeline.alarm.settings = settings.alarm
    watchdog.after_seconds = settings.alarm.blind_after_seconds
