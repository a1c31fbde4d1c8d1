"""One Pi, from a card just flashed to a device that has seen every kind of trouble; each test leaves it watching."""

import pytest

pytestmark = pytest.mark.machine

CAMERA = """
[camera]
source = "/dev/video0"
width = 320
height = 240
frames_per_second = 2.0
"""

MOST_MEGABYTES = 85.0
"""What the service may hold in memory while it watches a camera."""

INSTALL_NEXT = "python3 /var/tmp/next/install.py --root /"


def test_the_registers_that_are_read_from_outside_are_the_board_s_pins(pi):
    for level in (True, False):
        pi.run(f"gpioset -t0 -c $(gpiodetect | sed -n 's/ .*pinctrl-bcm2835.*//p') 5={int(level)}")
        assert pi.gpio_level(5) is level


def test_the_first_boot_installs_and_the_service_becomes_ready(pi, door):
    door.wait_until_watching()
    pi.wait_until(lambda: "Installed." in pi.run("cat /boot/firmware/maskwatch/first-boot.log"), seconds=1800, every=10)
    assert door.is_watching()


def test_the_led_s_pin_goes_high_for_a_bare_face_and_low_again(door):
    for _ in range(2):
        door.wait_for_led(lit=True)
        door.wait_for_led(lit=False)


def test_an_alert_in_the_log_is_a_light_at_the_door(door):
    since = door.now()
    door.wait_for_event("alert_began", since)
    door.wait_for_led(lit=True, seconds=20)


def test_doctor_finds_nothing_wrong(door):
    door.pi.run("/opt/maskwatch/current/bin/maskwatch doctor", seconds=900)


def test_a_killed_service_comes_back_and_its_led_is_off_meanwhile(door):
    door.wait_for_led(lit=True)
    killed = door.main_pid()
    door.pi.run(f"kill -9 {killed}")
    door.wait_for_led(lit=False, seconds=60)
    door.wait_until_watching()
    assert door.main_pid() != killed


def test_the_watchdog_restarts_a_service_that_hangs(door):
    hanging, since = door.main_pid(), door.now()
    door.pi.run(f"kill -STOP {hanging}")
    door.pi.wait_until(lambda: door.main_pid() not in (0, hanging), seconds=600, every=3)
    door.wait_until_watching()
    assert "watchdog" in door.pi.run(f"journalctl -u maskwatch --no-pager --after-cursor='{since}' | tr A-Z a-z")


def test_a_camera_is_watched_lost_and_found_again(door, settings_with):
    door.pi.run("modprobe vivid n_devs=1 node_types=0x1 && udevadm settle")
    since = door.now()
    door.change_settings(settings_with(CAMERA))
    assert door.wait_for_event("started", since, seconds=900)["source"] == "/dev/video0"
    door.wait_until_watching()
    assert door.resident_megabytes() <= MOST_MEGABYTES

    since = door.now()
    door.pi.run("echo vivid.0 > /sys/bus/platform/drivers/vivid/unbind")
    door.wait_for_event("blind", since)
    levels = door.led_levels(10.0)
    assert door.is_watching()
    assert 0 < sum(levels) < len(levels) / 3, "the blind LED is off most of the time, and flashes"

    door.pi.run("echo vivid.0 > /sys/bus/platform/drivers/vivid/bind && udevadm settle")
    door.wait_for_event("sighted", since)
    assert door.is_watching()

    door.change_settings(settings_with())
    door.wait_until_watching()


def test_a_reboot_brings_the_door_back(pi, door):
    pi.reboot()
    door.wait_until_watching()
    door.wait_for_led(lit=True)


def test_a_power_cut_amid_an_installation_brings_back_the_release_before(pi, door):
    before = current(pi)
    unpack_next(pi)
    pi.run(f"systemd-run --unit=push {INSTALL_NEXT}")
    pi.wait_until(lambda: trial_runs(pi), seconds=900, every=2)
    pi.power_cut()
    pi.power_on()
    door.wait_until_watching()
    assert current(pi) == before
    door.wait_for_led(lit=True)


def test_the_next_release_is_installed_after_all(pi, door):
    before = current(pi)
    unpack_next(pi)
    pi.run(INSTALL_NEXT, seconds=1800)
    assert current(pi) != before
    assert door.is_watching()
    door.wait_for_led(lit=True)


def current(pi):
    return pi.run("readlink /opt/maskwatch/current")


def unpack_next(pi):
    pi.run("rm -rf /var/tmp/next && mkdir /var/tmp/next && tar -xf /boot/firmware/next.tar -C /var/tmp/next")


def trial_runs(pi):
    """Whether the new release is unpacked, and runs in place of the old one for now."""
    return pi.succeeds("test -e /run/systemd/system/maskwatch.service")
