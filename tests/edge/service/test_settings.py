import pytest

from edge.errors import UserError
from edge.service.settings import Settings, read_settings


@pytest.fixture
def write(tmp_path):
    def write(text):
        path = tmp_path / "maskwatch.toml"
        path.write_text(text)
        return path

    return write


def test_an_empty_file_gives_the_defaults(write):
    assert read_settings(write("")) == Settings()


def test_a_value_is_read_and_the_others_keep_their_defaults(write):
    settings = read_settings(write("[alarm]\nled_pin = 22\n"))
    assert (settings.alarm.led_pin, settings.alarm.buzzer_pin) == (22, 27)


def test_a_whole_number_serves_as_seconds(write):
    assert read_settings(write("[tracking]\ngap_seconds = 2\n")).tracking.gap_seconds == 2.0


def test_an_unknown_key_is_named_with_its_table_and_the_nearest_right_one(write):
    with pytest.raises(UserError, match=r'table \[alarm\], has an unknown key "led_pn": did you mean "led_pin"'):
        read_settings(write("[alarm]\nled_pn = 22\n"))


def test_an_unknown_table_is_named(write):
    with pytest.raises(UserError, match='unknown key "alarms": did you mean "alarm"'):
        read_settings(write("[alarms]\nled_pin = 22\n"))


@pytest.mark.parametrize("value", ['"17"', "17.5", "true", "[17]"])
def test_a_value_of_the_wrong_type_is_named(write, value):
    with pytest.raises(UserError, match='"led_pin" must be of type int'):
        read_settings(write(f"[alarm]\nled_pin = {value}\n"))


def test_a_table_written_as_a_value_is_refused(write):
    with pytest.raises(UserError, match=r"written as \[alarm\]"):
        read_settings(write("alarm = 3\n"))


def test_what_is_not_toml_is_refused_with_its_line(write):
    with pytest.raises(UserError, match="line 2"):
        read_settings(write("[alarm]\nled_pin =\n"))


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(UserError, match="cannot be read"):
        read_settings(tmp_path / "none.toml")
