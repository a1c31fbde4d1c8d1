import pytest
from gpiozero.pins.mock import MockFactory

from edge.alarm.alarm import Alarm
from edge.alarm.pins import on_a_raspberry_pi, open_pins
from edge.alarm.state import AlarmState
from edge.errors import UserError
from edge.service.settings import AlarmSettings
from edge.tracking.track import Verdict

BARE, MASKED, UNDECIDED = Verdict.NOT_COMPLIANT, Verdict.COMPLIANT, Verdict.UNDECIDED


@pytest.fixture
def pins():
    return MockFactory()


def test_the_led_shines_for_somebody_not_compliant(pins):
    with Alarm(AlarmSettings(), pins) as alarm:
        alarm.show(0.0, [MASKED, BARE])
        assert pins.pin(17).state


@pytest.mark.parametrize("verdicts", [[], [MASKED], [UNDECIDED], [MASKED, UNDECIDED]])
def test_nobody_else_lights_it(pins, verdicts):
    with Alarm(AlarmSettings(), pins) as alarm:
        alarm.show(0.0, verdicts)
        assert not pins.pin(17).state
        assert not pins.pin(27).state


def test_the_buzzer_stops_while_the_led_stays(pins):
    with Alarm(AlarmSettings(buzzer_seconds=1.0), pins) as alarm:
        alarm.show(5.0, [BARE])
        assert pins.pin(27).state
        alarm.show(6.0, [BARE])
        assert alarm.state == AlarmState(led=True, buzzer=False)
        assert not pins.pin(27).state


def test_the_next_alert_sounds_again(pins):
    with Alarm(AlarmSettings(buzzer_seconds=1.0), pins) as alarm:
        alarm.show(0.0, [BARE])
        alarm.show(2.0, [MASKED])
        alarm.show(3.0, [BARE])
        assert pins.pin(27).state


def test_outputs_that_are_active_when_low_are_driven_low(pins):
    settings = AlarmSettings(led_active_high=False, buzzer_active_high=False)
    with Alarm(settings, pins) as alarm:
        assert pins.pin(17).state
        alarm.show(0.0, [BARE])
        assert not pins.pin(17).state
        assert not pins.pin(27).state


def test_an_error_switches_everything_off(pins):
    led = pins.pin(17)
    with pytest.raises(ZeroDivisionError), Alarm(AlarmSettings(), pins) as alarm:
        alarm.show(0.0, [BARE])
        assert led.state
        raise ZeroDivisionError
    assert not led.state


def test_the_pins_are_free_again_afterwards(pins):
    for _ in range(2):
        with Alarm(AlarmSettings(), pins) as alarm:
            alarm.show(0.0, [BARE])


def test_one_pin_for_both_is_refused(pins):
    with pytest.raises(UserError, match="17"):
        Alarm(AlarmSettings(led_pin=17, buzzer_pin=17), pins)


def test_a_raspberry_pi_is_known_by_its_device_tree(tmp_path):
    model = tmp_path / "model"
    assert not on_a_raspberry_pi(model)
    model.write_bytes(b"Raspberry Pi 4 Model B Rev 1.4\0")
    assert on_a_raspberry_pi(model)


def test_pins_that_cannot_be_driven_are_said_to_be(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "lgpio", None)
    with pytest.raises(UserError, match="python3-lgpio"):
        open_pins(mock=False)
