import string
from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.cli import main
from edge.settings.schema import AlarmSettings, CameraSettings, ModelSettings, Settings
from edge.settings.text import settings_text
from edge.settings.toml_file import read_settings
from edge.settings.values import DailyHours, Pin, Region

HOURS = st.builds(lambda begin: DailyHours(time(begin, 30), time(begin, 31)), st.integers(0, 23))
FILE_NAMES = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=60)
WHOLE = st.builds(
    Settings,
    model=st.builds(ModelSettings, classifier=st.text(string.printable).map("/{}".format), threads=st.integers(1, 9)),
    camera=st.builds(
        CameraSettings,
        source=FILE_NAMES.map("/{}".format) | st.sampled_from(["picamera2", "0"]),
        frames_per_second=st.floats(1, 100),
        rotation=st.sampled_from([0, 90, 180, 270]),
        region=st.none() | st.just(Region(0.25, 0.0, 1.0, 0.5)),
        repeat=st.booleans(),
    ),
    alarm=st.builds(AlarmSettings, quiet_hours=st.none() | HOURS, relay_pin=st.none() | st.just(Pin(5))),
)


@given(WHOLE)
def test_what_is_printed_can_be_read_again(tmp_path_factory, settings):
    path = tmp_path_factory.mktemp("settings") / "maskwatch.toml"
    path.write_text(settings_text(settings, None), encoding="utf-8")
    assert read_settings(path) == settings


def test_each_value_says_where_it_comes_from(tmp_path, capsys):
    path = tmp_path / "maskwatch.toml"
    path.write_text("[alarm]\nled_pin = 22\n")
    assert main(["settings", "--config", str(path)]) == 0
    lines = {line.partition(" ")[0]: line for line in capsys.readouterr().out.splitlines()}
    assert lines["led_pin"].split("#")[1].strip() == str(path)
    assert lines["buzzer_pin"].split("#")[1].strip() == "default"


def test_a_path_is_shown_as_it_is_opened(tmp_path, capsys):
    path = tmp_path / "maskwatch.toml"
    path.write_text('[model]\nclassifier = "door.tflite"\n')
    assert main(["settings", "--config", str(path)]) == 0
    assert f'classifier = "{tmp_path}/door.tflite"' in capsys.readouterr().out


def test_a_good_file_is_called_good(tmp_path, capsys):
    path = tmp_path / "maskwatch.toml"
    path.write_text("[alarm]\nled_pin = 22\n")
    assert main(["settings", "--check", str(path)]) == 0
    assert capsys.readouterr().out == f"{path} is good.\n"


@pytest.mark.parametrize("text", ["[alarm]\nled_pn = 22\n", "[alarm\n"])
def test_a_bad_file_ends_with_status_2_and_a_sentence(tmp_path, capsys, text):
    path = tmp_path / "maskwatch.toml"
    path.write_text(text)
    assert main(["settings", "--check", str(path)]) == 2
    assert capsys.readouterr().err.startswith("maskwatch: ")
