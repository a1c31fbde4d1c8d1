"""What first-boot.sh does with the card's settings and with missing packages."""

import pytest

from .board import FAILS


def test_settings_on_the_card_are_put_in_place(board):
    (board.folder / "maskwatch.toml").write_text("[alarm]\n")
    board.run()
    assert board.settings.read_text() == "[alarm]\n"


@pytest.mark.slow
def test_settings_that_the_board_has_are_kept(board):
    (board.folder / "maskwatch.toml").write_text("[alarm]\n")
    board.settings.parent.mkdir(parents=True)
    board.settings.write_text("# mine\n")
    board.run()
    assert board.settings.read_text() == "# mine\n"
    assert "Kept the settings" in board.log


@pytest.mark.slow
def test_settings_with_which_it_failed_stay_and_can_be_corrected_on_the_card(board):
    (board.folder / "maskwatch.toml").write_text("[alarm]\nled_pin = 99\n")
    board.card(FAILS)
    board.run()
    assert "99" in board.settings.read_text()
    (board.folder / "maskwatch.toml").write_text("[alarm]\nled_pin = 22\n")
    board.card("print('it works')")
    board.run()
    assert "22" in board.settings.read_text()


@pytest.mark.slow
def test_settings_that_were_corrected_on_the_board_after_a_failure_are_kept(board):
    (board.folder / "maskwatch.toml").write_text("[alarm]\nled_pin = 99\n")
    board.card(FAILS)
    board.run()
    board.settings.write_text("# corrected\n")
    board.card("print('it works')")
    board.run()
    assert board.settings.read_text() == "# corrected\n"


@pytest.mark.slow
def test_missing_packages_without_a_network_are_named_with_a_way_to_get_them(board):
    (board.modules / "picamera2.py").unlink()
    board.run()
    assert "Missing on this system: python3-picamera2." in board.log
    assert "sudo apt install --no-install-recommends python3-picamera2" in board.log
    assert "apt-get" not in board.calls.read_text()
    assert board.log.endswith("Installed.\n")


@pytest.mark.slow
def test_another_camera_than_a_raspberry_pi_s_needs_no_picamera2(board):
    (board.modules / "picamera2.py").unlink()
    (board.folder / "maskwatch.toml").write_text('[camera]\nsource = "/dev/video0"\n')
    board.run()
    assert "Missing" not in board.log


@pytest.mark.slow
def test_missing_packages_are_fetched_where_there_is_a_network(board):
    (board.modules / "picamera2.py").unlink()
    board.program("ip", "echo default via 192.0.2.1")
    board.run()
    assert "install --no-install-recommends python3-picamera2" in board.calls.read_text()
    assert "Installed: python3-picamera2." in board.log


@pytest.mark.slow
def test_apt_that_fails_is_quoted(board):
    (board.modules / "picamera2.py").unlink()
    board.program("ip", "echo default via 192.0.2.1")
    board.program("apt-get", "echo E: no such place; exit 100")
    board.run()
    assert "E: no such place" in board.log
    assert "They could not be fetched" in board.log
