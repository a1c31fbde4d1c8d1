import pytest

from edge.cli import main
from edge.errors import UserError
from edge.releases.target_system import refuse_other_machine


def releases(board, capsys):
    assert main(["releases", "--root", str(board.root)]) == 0
    return capsys.readouterr().out


def test_where_none_is_installed_it_says_so(board, capsys):
    assert releases(board, capsys) == "No release is installed here.\n"


@pytest.mark.parametrize("content", ["", "{", "[]", '{"name": "1.0+a"}'])
def test_a_damaged_one_is_named_and_the_others_are_listed(board, install, capsys, content):
    install(board, "1.0+a")
    install(board, "1.0+b")
    damaged = board.layout.release("1.0+a")
    (damaged / "release.json").write_text(content)
    shown = releases(board, capsys)
    assert f"The release in {damaged} is damaged (release.json)" in shown
    assert shown.splitlines()[1].startswith("1.0+b")


def test_a_damaged_one_does_not_keep_another_from_being_installed(board, install):
    install(board, "1.0+a")
    (board.layout.release("1.0+a") / "release.json").write_text("")
    assert install(board, "1.0+b") == 0
    assert board.running == "1.0+b"


def test_a_release_with_a_damaged_health_record_counts_as_untried(board, install, capsys):
    install(board, "1.0+a")
    (board.layout.release("1.0+a") / "health.json").write_text("{")
    assert "not tried" in releases(board, capsys)


@pytest.mark.parametrize("command", [["install", "no.tflite"], ["releases"], ["rollback"], ["uninstall"]])
def test_a_root_that_is_a_file_is_refused(tmp_path, monkeypatch, capsys, command):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "no.tflite").touch()
    assert main([*command, "--root", "no.tflite"]) == 2
    assert "no.tflite is not a folder" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("version", "machine", "says"),
    [
        ("3.11", "aarch64", "bundle --target bookworm`"),
        ("3.13", "aarch64", "bundle --target trixie`"),
        ("3.12", "aarch64", r"exist only for Raspberry Pi OS \(64-bit\)"),
        ("3.13", "x86_64", r"exist only for Raspberry Pi OS \(64-bit\)"),
    ],
)
def test_the_bundle_that_would_fit_is_named_where_there_is_one(version, machine, says):
    with pytest.raises(UserError, match=says):
        refuse_other_machine(python="2.7", machine="vax", target="woody", here=(version, machine))
