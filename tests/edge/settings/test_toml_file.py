import pytest

from edge.errors import UserError
from edge.settings.schema import Settings
from edge.settings.toml_file import read_settings
from edge.settings.values import Region


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


def test_paths_count_from_the_settings_file_s_folder(write, tmp_path, monkeypatch):
    path = write('[model]\nclassifier = "door.tflite"\nlocator = "/opt/face.tflite"\n[camera]\nsource = "hall.mp4"\n')
    monkeypatch.chdir(tmp_path)
    for named in (path, path.relative_to(tmp_path)):
        settings = read_settings(named)
        assert settings.model.classifier == str(tmp_path / "door.tflite")
        assert settings.model.locator == "/opt/face.tflite"
        assert settings.camera.source == str(tmp_path / "hall.mp4")


@pytest.mark.parametrize(
    ("table", "key", "name"),
    [
        ("page", "password_file", "password"),
        ("stats", "database", "counts.db"),
        ("mqtt", "ca_file", "ca.pem"),
        ("mqtt", "password_file", "password"),
        ("metrics", "file", "door.prom"),
    ],
)
def test_every_path_counts_from_the_settings_file_s_folder(write, tmp_path, table, key, name):
    settings = read_settings(write(f'[{table}]\n{key} = "{name}"\n'))
    assert getattr(getattr(settings, table), key) == str(tmp_path / name)


def test_no_file_stays_no_file(write):
    assert read_settings(write('[mqtt]\nca_file = ""\n')).mqtt.ca_file == ""


@pytest.mark.parametrize("source", ["picamera2", "0", "/dev/video2"])
def test_a_camera_s_name_is_no_path(write, source):
    assert read_settings(write(f'[camera]\nsource = "{source}"\n')).camera.source == source


def test_a_byte_order_mark_is_no_part_of_the_text(write):
    assert read_settings(write("\ufeff[alarm]\nled_pin = 22\n")).alarm.led_pin == 22


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
    with pytest.raises(UserError, match='"threads" must be a whole number'):
        read_settings(write(f"[model]\nthreads = {value}\n"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[model]\nthreads = "2"\n', '"threads" must be a whole number, without quotes.'),
        ("[camera]\nrepeat = 1\n", '"repeat" must be true or false.'),
        ('[tracking]\ngap_seconds = "1"\n', '"gap_seconds" must be a number, without quotes.'),
        ("[camera]\nsource = 0\n", '"source" must be a text in quotes.'),
    ],
)
def test_types_are_called_as_people_call_them(write, text, said):
    with pytest.raises(UserError) as refused:
        read_settings(write(text))
    assert str(refused.value).endswith(said)


@pytest.mark.parametrize("text", ["led_pin = 17\n", "[camera]\nled_pin = 17\n"])
def test_a_key_that_another_table_has_is_told_its_table(write, text):
    with pytest.raises(UserError, match=r'unknown key "led_pin": it belongs below \[alarm\]\.$'):
        read_settings(write(text))


def test_nothing_is_guessed_where_nothing_is_near(write):
    with pytest.raises(UserError, match='unknown key "xyzzy": `maskwatch settings` shows all keys'):
        read_settings(write("[alarm]\nxyzzy = 17\n"))


@pytest.mark.parametrize(
    "value",
    [
        '"17"',
        '"BOARD11"',
        '"GPIO17 "',
        '"GPIO"',
        "17.5",
        "true",
        "[17]",
        "28",
        "40",
        "99",
        "-1",
        '"GPIO28"',
        '"GPIO77"',
    ],
)
def test_a_pin_is_refused_with_how_to_write_it(write, value):
    with pytest.raises(UserError, match=r'\[alarm\], "led_pin" must be a BCM number such as 17 or "GPIO17"'):
        read_settings(write(f"[alarm]\nled_pin = {value}\n"))


@pytest.mark.parametrize("pin", [0, 5, 27])
def test_every_pin_of_the_header_is_taken(write, pin):
    lines = f'led_pin = {pin}\nbuzzer_pin = 12\nrelay_pin = "GPIO{(pin + 1) % 28:02}"\n'
    assert read_settings(write(f"[alarm]\n{lines}")).alarm.relay_pin == (pin + 1) % 28


@pytest.mark.parametrize("value", ["18", '"GPIO18"'])
@pytest.mark.parametrize("key", ["led_pin", "relay_pin"])
def test_a_pin_is_written_as_a_number_or_by_name(write, key, value):
    assert getattr(read_settings(write(f"[alarm]\n{key} = {value}\n")).alarm, key) == 18


def test_an_optional_pin_that_is_not_written_is_none(write):
    assert read_settings(write("[alarm]\nled_pin = 4\n")).alarm.relay_pin is None


def test_hours_are_read(write):
    assert str(read_settings(write('[alarm]\nquiet_hours = "22:00-06:30"\n')).alarm.quiet_hours) == "22:00-06:30"


@pytest.mark.parametrize(
    "value", ['"22-6"', '"24:00-06:00"', '"22:00-22:00"', '"22:00-06:00-07:00"', '""', "22", "22:00:00"]
)
def test_hours_that_are_none_are_refused(write, value):
    with pytest.raises(UserError, match='"quiet_hours" must be hours of the day such as "22:00-06:00"'):
        read_settings(write(f"[alarm]\nquiet_hours = {value}\n"))


@pytest.mark.parametrize("value", ['"off"', "1", "true"])
def test_a_word_that_is_none_of_the_choices_is_refused(write, value):
    with pytest.raises(UserError, match='"relay_energised_while" must be "clear" or "alert", not'):
        read_settings(write(f"[alarm]\nrelay_energised_while = {value}\n"))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("hold_seconds = -1", '"hold_seconds" must be from 0 to 300, not -1'),
        ("hold_seconds = nan", '"hold_seconds" must be from 0 to 300, not nan'),
        ("min_face_px = -1", '"min_face_px" must be from 0 to 1000, not -1'),
        ("buzzer_duty_limit = 1.5", '"buzzer_duty_limit" must be from 0 to 1, not 1.5'),
        ("buzzer_seconds = 0", '"buzzer_seconds" must be from 0.02 to 60, not 0'),
        ("buzzer_seconds = 13", "within the duty limit's 12 s a minute"),
    ],
)
def test_a_value_out_of_its_range_is_named(write, line, said):
    with pytest.raises(UserError, match=rf"table \[alarm\], .*{said}"):
        read_settings(write(f"[alarm]\n{line}\n"))


def test_a_table_written_as_a_value_is_refused(write):
    with pytest.raises(UserError, match=r"written as \[alarm\]"):
        read_settings(write("alarm = 3\n"))


def test_what_is_not_toml_is_refused_with_its_line(write):
    with pytest.raises(UserError, match="line 2"):
        read_settings(write("[alarm]\nled_pin =\n"))


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(UserError, match=r"cannot be read \(No such file or directory\): name one that can"):
        read_settings(tmp_path / "none.toml")


def test_what_is_no_text_is_refused(tmp_path):
    (tmp_path / "photo.toml").write_bytes(b"\xff\xd8\xff")
    with pytest.raises(UserError, match=r"photo\.toml is not text in UTF-8: save it as UTF-8"):
        read_settings(tmp_path / "photo.toml")


def test_two_outputs_on_one_pin_are_refused(write):
    with pytest.raises(UserError, match='"relay_pin" and "buzzer_pin" are both 27: give each output a pin of its own'):
        read_settings(write("[alarm]\nrelay_pin = 27\n"))


@pytest.mark.parametrize("value", ["45", "false", '"90"', "90.0"])
def test_a_rotation_that_is_none_is_refused(write, value):
    with pytest.raises(UserError, match='"rotation" must be 0 or 90 or 180 or 270, not'):
        read_settings(write(f"[camera]\nrotation = {value}\n"))


def test_a_region_is_read(write):
    region = read_settings(write("[camera]\nregion = [0.25, 0, 0.75, 1]\n")).camera.region
    assert region == Region(0.25, 0.0, 0.75, 1.0)


@pytest.mark.parametrize(
    "value",
    [
        "[0.5, 0.0, 0.5, 1.0]",
        "[0.5, 0.0, 0.5001, 1.0]",
        "[0, 0, nan, 1]",
        "[0, 0, inf, 1]",
        "[0, 0, 1]",
        "[0, 0, 2, 1]",
        "[0, 0, 1, true]",
        "0.5",
    ],
)
def test_a_region_of_nothing_is_refused_with_how_to_write_it(write, value):
    with pytest.raises(UserError, match=r'"region" must be \[left, top, right, bottom\] as shares'):
        read_settings(write(f"[camera]\nregion = {value}\n"))
