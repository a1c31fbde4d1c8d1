"""What first-boot.sh does on a board."""

import os
import shutil
import signal
import subprocess
import time

import pytest

from export.flash.plan import FIRST_BOOT

from .board import Board


@pytest.fixture
def board(tmp_path, bundle):
    board = Board(tmp_path, bundle)
    board.card("import sys; print('arguments', *sys.argv[1:])")
    return board


FAILS = "import sys; print('no camera was found'); sys.exit(3)"


def test_it_installs(board):
    board.run("arm")
    assert board.run() == 0
    assert f"arguments --root {board.root}" in board.log
    assert board.log.endswith("Installed.\n")
    assert "Debian GNU/Linux 13 (trixie)" in board.log


@pytest.mark.slow
def test_afterwards_nothing_is_left_of_it_but_a_marker(board):
    board.run("arm")
    board.run()
    assert not board.armed
    left = {str(path.relative_to(board.root)) for path in board.root.rglob("*") if path.is_file()}
    assert left == {"etc/os-release", "opt/maskwatch/first-boot.sha256"}


@pytest.mark.slow
def test_it_installs_once(board):
    board.run()
    board.run()
    assert board.log.count("arguments") == 1
    assert board.log.endswith("is installed already.\n")


@pytest.mark.slow
def test_what_is_installed_is_not_armed_again(board):
    board.run()
    assert board.run("start") == 0
    assert not board.armed


@pytest.mark.slow
def test_another_bundle_is_installed_again(board):
    board.run()
    board.card("print('the second')")
    board.run("arm")
    assert board.armed
    board.run()
    assert "the second" in board.log


def test_a_failure_is_explained_and_tried_again_at_the_next_boot(board):
    board.run("arm")
    board.card(FAILS)
    assert board.run() == 1
    assert "no camera was found" in board.log
    assert "FAILED" in board.log
    assert board.armed
    board.card("print('it works')")
    assert board.run() == 0
    assert "it works" in board.log
    assert not board.armed


def test_the_led_beats_while_it_installs_and_is_given_back(board):
    board.run()
    assert "led heartbeat" in board.log
    assert (board.led / "trigger").read_text() == "mmc0\n"


@pytest.mark.slow
def test_the_led_blinks_fast_after_a_failure(board):
    board.card(FAILS)
    board.run()
    assert (board.led / "delay_on").read_text() == "100\n"
    assert (board.led / "trigger").read_text() == "mmc0\n"


@pytest.mark.slow
def test_a_board_without_that_led_installs_too(board):
    shutil.rmtree(board.led)
    board.card("print('it works')", shows_led=False)
    assert board.run() == 0
    assert not board.led.exists()


def test_a_damaged_bundle_is_said_to_be(board):
    with next(board.folder.glob("*.tar")).open("ab") as tar:
        tar.write(b"one byte more")
    assert board.run() == 1
    assert "The bundle is damaged: flash the card again" in board.log


@pytest.mark.slow
def test_a_power_cut_in_the_middle_is_made_good_at_the_next_boot(board):
    board.card("import time; print('begun', flush=True); time.sleep(60)")
    board.run("arm")
    process = board.begin("install")
    wait_for(lambda: "begun" in board.log)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    board.card("print('it works')")
    assert board.run() == 0
    assert "it works" in board.log


@pytest.mark.slow
def test_a_board_that_is_switched_off_in_the_middle_gives_the_led_back(board):
    board.card("import time; print('begun', flush=True); time.sleep(60)")
    process = board.begin("install")
    wait_for(lambda: "begun" in board.log)
    os.killpg(process.pid, signal.SIGTERM)
    process.communicate(timeout=30)
    assert process.returncode == 1
    assert (board.led / "trigger").read_text() == "mmc0\n"
    assert "Interrupted" in board.log


def wait_for(condition, seconds=30):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if condition():
                return
        except FileNotFoundError:
            pass
        time.sleep(0.02)
    pytest.fail("it did not begin")


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


def linked(board, *names):
    """Puts a link to a file of another user's in place of each of these."""
    victim = board.root / "victim"
    victim.write_text("untouched")
    for name in names:
        (board.root / name).parent.mkdir(parents=True, exist_ok=True)
        (board.root / name).symlink_to(victim)
    return victim


def test_no_link_is_followed(board):
    (board.folder / "maskwatch.toml").write_text("[alarm]\n")
    (board.folder / "trusted_keys").write_text("# none\n")
    victim = linked(
        board,
        *("var/tmp/maskwatch-first-boot.status", "var/tmp/maskwatch-first-boot"),
        *("etc/maskwatch/maskwatch.toml.new", "opt/maskwatch/first-boot.sha256.new"),
        *("opt/maskwatch/first-boot.sha256", "opt/maskwatch/first-boot.settings"),
        "etc/systemd/system/maskwatch-first-boot.service",
    )
    board.run("arm")
    assert not (board.root / "etc/systemd/system/maskwatch-first-boot.service").is_symlink()
    board.card(FAILS)
    board.run()
    board.card("print('it works')")
    board.run()
    assert victim.read_text() == "untouched"
    assert board.log.endswith("Installed.\n")
    assert (board.root / "opt/maskwatch/first-boot.sha256").read_text() != "untouched"


@pytest.mark.parametrize("installer", [FAILS, "print('it works')"])
def test_nothing_of_what_it_unpacks_stays(board, installer):
    board.card(installer)
    board.run()
    assert not list((board.root / "opt/maskwatch").glob("bundle-*"))


@pytest.fixture
def signer(tmp_path):
    """The key of a person who signs."""
    if not shutil.which("ssh-keygen"):
        pytest.skip("not run, because ssh-keygen (openssh-client) is missing")
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / "signer"], check=True)
    return tmp_path / "signer"


def test_trusted_keys_on_the_card_are_put_in_place_once(board):
    (board.folder / "trusted_keys").write_text("# nobody yet\n")
    board.run()
    trusted = board.root / "etc/maskwatch/trusted_keys"
    assert trusted.read_text() == "# nobody yet\n"


def test_an_unsigned_bundle_is_not_run_where_the_board_trusts_keys(board, signer):
    (board.folder / "trusted_keys").write_text(f"# Anna's\n\n  {signer.with_suffix('.pub').read_text()}")
    assert board.run() == 1
    assert "No key in" in board.log
    assert "arguments" not in board.log


@pytest.mark.parametrize("good", [True, False])
def test_a_signed_bundle_is_run(board, signer, good):
    keys = "# Anna's\n\n  " + signer.with_suffix(".pub").read_text()
    (board.root / "etc/maskwatch").mkdir()
    (board.root / "etc/maskwatch/trusted_keys").write_text(keys)
    board.sign(signer, namespace="maskwatch-bundle" if good else "file")
    assert board.run() == (0 if good else 1)
    assert ("arguments" in board.log) == good


def test_starting_does_not_wait(board):
    assert board.run("start") == 0
    assert board.armed
    assert "systemctl start --no-block maskwatch-first-boot.service" in board.calls.read_text()


def test_arming_leaves_the_start_to_the_next_boot(board):
    assert board.run("arm") == 0
    assert board.armed
    assert "systemctl" not in board.calls.read_text()


@pytest.mark.slow
def test_a_log_that_has_grown_long_is_shortened(board):
    (board.folder / "first-boot.log").write_text("x" * 300_000)
    board.run()
    assert len(board.log) < 150_000
    assert board.log.endswith("Installed.\n")


def test_no_command_is_a_mistake(board):
    assert board.run("") == 2


@pytest.mark.slow
def test_systemd_takes_the_unit(board):
    if not shutil.which("systemd-analyze"):
        pytest.skip("not run, because systemd-analyze is missing")
    board.run("arm")
    unit = board.root / "etc/systemd/system/maskwatch-first-boot.service"
    said = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True, check=False)
    assert (said.returncode, said.stdout + said.stderr) == (0, "")


@pytest.mark.slow
def test_shellcheck_finds_nothing_wrong():
    if not shutil.which("shellcheck"):
        pytest.skip("not run, because shellcheck is missing (apt install shellcheck)")
    assert subprocess.run(["shellcheck", FIRST_BOOT], check=False).returncode == 0
