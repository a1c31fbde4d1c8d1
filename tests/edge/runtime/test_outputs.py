import pytest

from edge.cli import main
from edge.runtime.outputs import note_outputs, noted_outputs
from edge.settings.schema import AlarmSettings
from edge.settings.toml_file import read_settings
from edge.settings.values import Pin


@pytest.fixture
def environment(tmp_path):
    return {"RUNTIME_DIRECTORY": str(tmp_path)}


@pytest.mark.parametrize(
    "settings",
    [
        AlarmSettings(),
        AlarmSettings(led_pin=Pin(5), led_active_high=False, relay_pin=Pin(6), relay_energised_while="alert"),
        AlarmSettings(buzzer_pin=Pin(9), clear_led_pin=Pin(10), clear_led_active_high=False),
    ],
)
def test_the_outputs_that_are_noted_are_read_again(settings, environment):
    note_outputs(settings, environment)
    assert read_settings(noted_outputs(environment)).alarm.outputs == settings.outputs


def test_a_value_that_is_good_with_a_large_picture_alone_does_not_spoil_the_note(environment):
    note_outputs(AlarmSettings(min_face_px=300), environment)
    assert read_settings(noted_outputs(environment)).alarm.outputs == AlarmSettings().outputs


def test_without_a_service_there_is_no_note():
    note_outputs(AlarmSettings(), {})
    assert noted_outputs({}) is None


def test_before_the_outputs_are_opened_there_is_no_note(environment):
    assert noted_outputs(environment) is None


def test_a_note_that_cannot_be_written_is_left_out(environment):
    environment["RUNTIME_DIRECTORY"] += "/none"
    note_outputs(AlarmSettings(), environment)
    assert noted_outputs(environment) is None


def test_outputs_go_off_by_the_note_even_if_the_settings_have_been_broken_since(tmp_path, environment, monkeypatch):
    broken = tmp_path / "maskwatch.toml"
    broken.write_text("[alarm]\nled_pn = 9\n")
    monkeypatch.setenv("RUNTIME_DIRECTORY", environment["RUNTIME_DIRECTORY"])
    assert main(["outputs-off", "--config", str(broken)]) == 2
    note_outputs(AlarmSettings(), environment)
    assert main(["outputs-off", "--config", str(broken)]) == 0
