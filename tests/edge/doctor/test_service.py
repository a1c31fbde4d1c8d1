import json
from dataclasses import asdict, replace

import pytest

from edge.doctor.service import read_service
from edge.doctor.software import check_service
from edge.runtime.status import Status

WATCHING = Status(state="watching", frames_per_second=9.8, milliseconds=12.0, celsius=48.0)


def show(**properties):
    """What systemctl writes."""
    known = {"LoadState": "loaded", "ActiveState": "active", "SubState": "running", "NRestarts": "0"}
    return "".join(f"{name}={value}\n" for name, value in {**known, **properties}.items())


def test_what_systemd_says_is_read(pi):
    pi.answer("systemctl", show(NRestarts="3"))
    pi.write("/run/maskwatch/status.json", json.dumps(asdict(WATCHING)))
    service = read_service(pi.machine)
    assert (service.installed, service.watches, service.status, service.restarts) == (True, True, WATCHING, 3)


def test_the_age_of_the_status_is_that_at_its_reading_however_long_the_checks_take(pi):
    pi.answer("systemctl", show())
    pi.write("/run/maskwatch/status.json", json.dumps(asdict(replace(WATCHING, at=pi.machine.clock() - 2.0))))
    service = read_service(pi.machine)
    pi.facts["clock"] = lambda: service.status.at + 60.0
    assert service.status_age == pytest.approx(2.0)


@pytest.mark.parametrize("answer", ["", show(LoadState="not-found", ActiveState="inactive")])
def test_without_a_service_nothing_is_in_use(answer, pi):
    pi.answer("systemctl", answer)
    service = read_service(pi.machine)
    assert not service.installed
    assert not service.has_devices


@pytest.mark.parametrize("active", ["active", "reloading", "activating", "deactivating"])
def test_a_running_service_uses_camera_and_pins(active, pi):
    pi.answer("systemctl", show(ActiveState=active))
    assert read_service(pi.machine).has_devices


@pytest.mark.parametrize(
    ("state", "level", "said"),
    [
        ({"installed": False}, "ok", "not installed"),
        ({"active": "active", "status": WATCHING}, "ok", "9.8 frames a second"),
        ({"active": "active", "status": WATCHING, "restarts": 2}, "warn", "restarted 2 times"),
        ({"active": "active", "status": replace(WATCHING, fault="a copy is used")}, "warn", "a copy is used"),
        ({"active": "active", "restarts": 1}, "warn", "restarted once"),
        ({"active": "failed", "sub": "failed"}, "fail", "fails"),
        ({"active": "activating", "sub": "auto-restart", "restarts": 40}, "fail", "restarted 40 times"),
        ({"active": "activating", "sub": "start"}, "warn", "is starting"),
        ({"active": "inactive", "sub": "dead"}, "warn", "is inactive"),
    ],
)
def test_a_state_has_its_level(state, level, said, pi, find):
    found = find(check_service, pi, **{"installed": True, **state})
    assert found.level == level
    assert said in found.text
    assert bool(found.remedy) == (level != "ok")
