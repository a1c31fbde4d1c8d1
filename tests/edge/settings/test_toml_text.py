import pytest

from edge.cli import main
from edge.settings.toml_text import parse_toml

MANY = 20_000


def dotted(parts):
    return ".".join(["b"] * parts)


TOO_MUCH = {
    "a dotted key": f"{dotted(MANY)} = 1",
    "a dotted key of quoted parts": ".".join(['"b"'] * 9_000) + " = 1",
    "a dotted table": f"[{dotted(MANY)}]",
    "a dotted key after a text with four quotes": 'x = {a = """z"""", ' + dotted(MANY) + ' = "x"}',
    "a dotted key after a text with an escaped quote": 'x = {a = "\\"", ' + dotted(MANY) + " = 1}",
    "brackets": "x = " + "[" * 1100,
    "closed brackets": "x = " + "[" * 1100 + "]" * 1100,
    "tables in tables": "x = " + "{a = " * 1100 + "1" + "}" * 1100,
    "brackets over lines": "x = [\n" + "[\n" * 1100,
    "digits": "[alarm]\nhold_seconds = " + "9" * 4400,
    "digits of a float": "[alarm]\nhold_seconds = " + "9" * 400,
    "hexadecimal digits": "[alarm]\nmin_face_px = 0x" + "f" * 5000,
    "hexadecimal digits of a pin": "[alarm]\nled_pin = 0x" + "f" * 5000,
    "hexadecimal digits of hours": "[alarm]\nquiet_hours = 0x" + "f" * 5000,
    "a long path": '[model]\nclassifier = "' + "x" * 5000 + '"',
    "a path with NUL": '[model]\nlocator = "\\u0000"',
    "a long choice": '[camera]\nflip = "' + "x" * 5000 + '"',
    "a long key": "[alarm]\n" + "x" * 5000 + " = 1",
    "a key of two lines": '"a\\nb" = 1',
    "size": "#" * 70_000,
    "quotes": "x = " + '"' * 65_000,
    "backslashes": 'x = """' + '\\"""' * 16_000,
}


@pytest.mark.parametrize("text", TOO_MUCH.values(), ids=TOO_MUCH)
def test_a_file_beyond_all_limits_is_refused_with_a_sentence(tmp_path, capsys, text):
    path = tmp_path / "maskwatch.toml"
    path.write_text(text)
    assert main(["settings", "--check", str(path)]) == 2
    said = capsys.readouterr().err
    assert said.startswith("maskwatch: ")
    assert said.count("\n") == 1
    assert len(said) < len(f"{path}") + 300


@pytest.mark.parametrize("junk", [b"\xff\xfe[\0a\0", b"\0", b"[alarm]\nled_pin = 5\0", b"\x1b[2J = 1", b"\r"])
def test_bytes_that_are_no_settings_are_refused_with_a_sentence(tmp_path, capsys, junk):
    path = tmp_path / "maskwatch.toml"
    path.write_bytes(junk)
    assert main(["settings", "--check", str(path)]) == 2
    assert capsys.readouterr().err.isprintable() or capsys.readouterr().err.count("\n") <= 1


@pytest.mark.parametrize(
    "text",
    [
        "x = '[[[[[[[[[[[[[[[[[[[[[[[[[[[[[['",
        "# ....................................................................",
        'x = "..............................................................................."',
        "x = [[1, 2], [3]]",
        'x = """"a""""',
    ],
)
def test_brackets_and_dots_in_texts_and_comments_do_not_count(text):
    assert set(parse_toml(text)) <= {"x"}


def test_a_source_on_the_command_line_keeps_to_the_same_limits(capsys):
    assert main(["run", "--source", "x" * 5000]) == 2
    assert "cannot be opened" in capsys.readouterr().err


def test_a_file_name_that_no_system_takes_is_refused_with_a_sentence(capsys):
    assert main(["settings", "--check", "x" * 5000]) == 2
    assert "cannot be read (File name too long)" in capsys.readouterr().err


def test_a_folder_is_no_settings_file(tmp_path, capsys):
    assert main(["settings", "--check", str(tmp_path)]) == 2
    assert "cannot be read (Is a directory)" in capsys.readouterr().err
