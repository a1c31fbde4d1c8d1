import pytest

from edge.doctor.gpio_lines import busy_lines
from edge.doctor.pins import check_groups, check_pins


def test_off_a_pi_there_are_no_pins_to_check(desk, find):
    found = find(check_pins, desk)
    assert found.level == "ok"
    assert "not a Raspberry Pi" in found.text


def test_free_pins_pass(pi, find):
    found = find(check_pins, pi)
    assert (found.level, found.text) == ("ok", "GPIO17, GPIO27: free")


def test_pins_of_the_running_service_are_not_asked_for(pi, find):
    pi.facts["busy_lines"] = pytest.fail
    found = find(check_pins, pi, installed=True, active="active")
    assert (found.level, found.text) == ("ok", "GPIO17, GPIO27: used by the service")


def test_a_pin_of_another_program_fails_and_names_both(pi, find):
    pi.facts["busy_lines"] = lambda _: {17: "lg", 2: "i2c"}
    found = find(check_pins, pi)
    assert (found.level, found.text) == ("fail", 'GPIO17 is in use by "lg"')
    assert "another led_pin" in found.remedy


def test_a_chip_that_may_not_be_read_fails(pi, find):
    pi.facts["busy_lines"] = lambda _: None
    assert find(check_pins, pi).remedy.startswith("sudo usermod -aG gpio")


def test_files_that_are_no_chips_tell_nothing(tmp_path):
    (tmp_path / "gpiochip0").write_text("no device")
    assert busy_lines(tmp_path) is None


def test_root_needs_no_groups(pi, find):
    assert find(check_groups, pi).level == "ok"


def test_a_user_outside_a_group_is_told_how_to_join_it(pi, find):
    pi.facts |= {"user": "anna", "groups": frozenset({"anna", "video"})}
    found = find(check_groups, pi)
    assert (found.level, found.remedy) == ("warn", "sudo usermod -aG gpio anna, then log in again")


def test_a_user_in_both_groups_passes(pi, find):
    pi.facts |= {"user": "anna", "groups": frozenset({"video", "gpio"})}
    assert find(check_groups, pi).level == "ok"


def test_off_a_pi_no_group_is_needed(desk, find):
    desk.facts["user"] = "anna"
    assert find(check_groups, desk).level == "ok"
