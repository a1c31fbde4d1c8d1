import io
import json
from dataclasses import replace
from types import SimpleNamespace

import pytest
from gpiozero.pins.mock import MockFactory

from edge.alarm.alarm import Alarm
from edge.camera.frame_rate import FrameRate
from edge.events.journal import Journal
from edge.runtime.camera_watchdog import CameraWatchdog
from edge.runtime.heartbeat import Heartbeat
from edge.runtime.pipeline import Pipeline, tracking_rules
from edge.runtime.reload import Reload, differences, put_in_force
from edge.settings.schema import Settings
from edge.settings.toml_file import read_settings
from edge.tracking.tracker import Tracker
from edge.vision.locator import CentreLocator


class Door:
    """A door at work, whose settings file is written by hand."""

    def __init__(self, path, alarm, frame_result):
        self.path, self.alarm, self._frame_result, self.log = path, alarm, frame_result, io.StringIO()
        self.write("")
        settings, journal = read_settings(path), Journal(self.log)
        locator, classifier = CentreLocator(x=0.5, y=0.5, size=0.5), SimpleNamespace(threshold=0.5)
        self.tracker = Tracker(tracking_rules(settings, 0.5))
        self.pipeline = Pipeline(locator, classifier, self.tracker, alarm)
        self.watchdog = CameraWatchdog(alarm, journal, after_seconds=3.0, rate=FrameRate(10.0))
        self.reload = Reload(settings, lambda: read_settings(path), journal, Heartbeat(), self.apply)

    def apply(self, settings):
        put_in_force(settings, self.pipeline, self.watchdog)

    def write(self, text):
        self.path.write_text(text)

    def hang_up(self, text):
        """What is said after a SIGHUP."""
        self.write(text)
        self.reload.ask()
        self.reload.publish(self._frame_result(1.0))
        return json.loads(self.log.getvalue().splitlines()[-1])


@pytest.fixture
def door(tmp_path, frame_result):
    with Alarm(Settings().alarm, MockFactory()) as alarm:
        yield Door(tmp_path / "maskwatch.toml", alarm, frame_result)


def test_nothing_happens_unless_somebody_asks(door, frame_result):
    door.write("[alarm]\nhold_seconds = 4.0\n")
    door.reload.publish(frame_result(1.0))
    assert door.alarm.settings.hold_seconds == 1.0


def test_changed_rules_are_in_force_and_named(door):
    event = door.hang_up("[alarm]\nhold_seconds = 4.0\nblind_after_seconds = 9.0\n[tracking]\ngap_seconds = 3.0\n")
    assert event["event"] == "reloaded"
    assert event["changed"] == "tracking.gap_seconds, alarm.hold_seconds, alarm.blind_after_seconds"
    assert (door.alarm.settings.hold_seconds, door.tracker.rules.gap_seconds, door.watchdog.after_seconds) == (
        4.0,
        3.0,
        9.0,
    )


def test_a_broken_file_changes_nothing(door):
    event = door.hang_up("[alarm]\nhold_seconds = 4.0\nled_pn = 3\n")
    assert event["event"] == "reload_refused"
    assert 'did you mean "led_pin"' in event["reason"]
    assert door.alarm.settings.hold_seconds == 1.0


@pytest.mark.parametrize("fixed", ["[alarm]\nled_pin = 5", "[camera]\nsource = 'other'", "[model]\nthreads = 1"])
def test_what_needs_a_restart_is_refused_with_all_the_rest(door, fixed):
    event = door.hang_up(f"[tracking]\ngap_seconds = 3.0\n{fixed}\n")
    assert event["event"] == "reload_refused"
    assert "can only change in a restart" in event["reason"]
    assert door.tracker.rules.gap_seconds == 1.0


def test_a_file_fixed_later_is_taken(door):
    door.hang_up("[alarm\n")
    assert door.hang_up("[alarm]\nhold_seconds = 2.0\n")["event"] == "reloaded"


def test_differences_are_named():
    changed = replace(Settings(), alarm=replace(Settings().alarm, hold_seconds=2.0))
    assert list(differences(Settings(), changed)) == ["alarm.hold_seconds"]


def test_people_in_view_keep_their_tracks(door, frame_result):
    people = door.tracker.people
    door.hang_up("[verdict]\nmiss_rate = 0.01\n")
    assert door.tracker.people is people
