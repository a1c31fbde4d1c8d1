import io
import os
import socket
import sys
from contextlib import suppress

import pytest

from edge.cli import main
from edge.errors import UserError
from edge.page.password import read_digest


@pytest.fixture
def config(tmp_path):
    path = tmp_path / "maskwatch.toml"
    path.write_text(f'[stream]\nsocket = "{tmp_path}/stream.sock"\n[page]\npassword_file = "page-password"\n')
    return path


@pytest.fixture
def set_password(config, monkeypatch):
    """Give the command a password through a pipe; its exit status."""

    def set_password(text):
        monkeypatch.setattr(sys, "stdin", io.StringIO(text))
        return main(["page", "--set-password", "--config", str(config)])

    return set_password


def test_a_password_is_kept_as_a_digest_for_few_eyes(config, set_password):
    file = config.parent / "page-password"
    assert set_password("correct horse\n") == 0
    assert "correct" not in file.read_text()
    assert file.stat().st_mode & 0o777 == 0o640
    assert read_digest(file).matches("correct horse")
    assert not read_digest(file).matches("correct horse ")


def test_the_same_password_never_gives_the_same_digest(config, set_password):
    file = config.parent / "page-password"
    texts = set()
    for _ in range(2):
        set_password("correct horse\n")
        texts.add(file.read_text())
    assert len(texts) == 2


@pytest.mark.parametrize("text", ["short\n", "", "x" * 300 + "\n"])
def test_a_password_that_is_no_good_is_refused(config, set_password, text, capsys):
    assert set_password(text) == 2
    assert "must have 8 to 256 characters" in capsys.readouterr().err
    assert not (config.parent / "page-password").exists()


def test_a_password_that_is_not_utf8_is_refused(config, set_password, capsys):
    assert set_password("caf\udce9 with sugar\n") == 2
    assert "UTF-8" in capsys.readouterr().err


def test_no_answer_at_the_terminal_changes_nothing(config, monkeypatch, capsys):
    terminal, keyboard = os.openpty()
    monkeypatch.setattr(sys, "stdin", os.fdopen(keyboard, encoding="utf-8"))
    monkeypatch.setattr("getpass.getpass", lambda prompt: input())
    os.write(terminal, b"\x04")  # Ctrl-D
    assert main(["page", "--set-password", "--config", str(config)]) == 2
    assert "nothing was changed" in capsys.readouterr().err
    assert not (config.parent / "page-password").exists()


@pytest.mark.parametrize("text", ["", "scrypt 00", "md5 00 00", "scrypt zz 00"])
def test_a_damaged_file_opens_nothing(tmp_path, text):
    (tmp_path / "password").write_text(text)
    with pytest.raises(UserError, match="--set-password"):
        read_digest(tmp_path / "password")


def test_the_network_is_not_served_without_a_password(config, capsys):
    config.write_text(config.read_text() + 'listen = "0.0.0.0:8080"\n')
    assert main(["page", "--config", str(config)]) == 2
    errors = capsys.readouterr().err
    assert "there is no password" in errors
    assert os.linesep.join(errors.splitlines()) == errors.strip()


def test_another_port_is_proposed_for_one_in_use(config, capsys):
    config.write_text(config.read_text() + 'listen = "127.0.0.1:8080"\n')
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with suppress(OSError):  # then another program has the port, which does as well
            other.bind(("127.0.0.1", 8080))
            other.listen()
        assert main(["page", "--config", str(config)]) == 2
    assert '"127.0.0.1:8081"' in capsys.readouterr().err


def test_an_address_in_use_is_said_to_be(config, serve, capsys):
    port = serve()().port
    config.write_text(config.read_text() + f'listen = "127.0.0.1:{port}"\n')
    assert main(["page", "--config", str(config)]) == 2
    assert "Address already in use" in capsys.readouterr().err
