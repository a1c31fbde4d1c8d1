import pytest

from edge.doctor.board import check_clock, check_disk, check_power, check_temperature

THROTTLED = "/sys/devices/platform/soc/soc:firmware/get_throttled"
TEMPERATURE = "/sys/class/thermal/thermal_zone0/temp"


@pytest.mark.parametrize("check", [check_clock, check_disk, check_power, check_temperature])
def test_a_healthy_board_passes(check, pi, find):
    assert find(check, pi).level == "ok"


@pytest.mark.parametrize("check", [check_clock, check_disk, check_power, check_temperature])
def test_a_machine_without_these_sensors_passes(check, desk, find):
    assert find(check, desk).level == "ok"


@pytest.mark.parametrize(
    ("flags", "said"), [("1", "is too weak now"), ("50005", "is too weak now"), ("10000", "since the board was booted")]
)
def test_a_weak_supply_is_warned_of(flags, said, pi, find):
    pi.write(THROTTLED, flags + "\n")
    found = find(check_power, pi)
    assert found.level == "warn"
    assert said in found.text


def test_the_kernels_own_sensor_of_the_supply_counts(pi, find):
    pi.write("/sys/class/hwmon/hwmon1/name", "rpi_volt\n")
    pi.write("/sys/class/hwmon/hwmon1/in0_lcrit_alarm", "1\n")
    assert find(check_power, pi).level == "warn"


def test_a_kernel_that_does_not_tell_leaves_it_to_the_firmwares_tool(pi, find):
    (pi.root / THROTTLED.lstrip("/")).unlink()
    assert find(check_power, pi).text == "not known here"
    pi.answer("vcgencmd", "throttled=0x10000\n")
    assert find(check_power, pi).level == "warn"


@pytest.mark.parametrize(
    ("millidegrees", "flags", "level"),
    [
        ("48312", "0", "ok"),
        ("76000", "0", "warn"),
        ("86000", "0", "warn"),
        ("60000", "8", "warn"),
        ("60000", "40000", "warn"),
        ("60000", "10000", "ok"),
    ],
)
def test_heat_is_warned_of(millidegrees, flags, level, pi, find):
    pi.write(TEMPERATURE, millidegrees + "\n")
    pi.write(THROTTLED, flags + "\n")
    found = find(check_temperature, pi)
    assert found.level == level
    assert found.text.startswith(f"{int(millidegrees) / 1000:.0f} °C")


def test_a_clock_that_wakes_up_in_1970_is_warned_of(pi, find):
    pi.facts["clock"] = lambda: 60.0
    found = find(check_clock, pi)
    assert (found.level, found.text) == ("warn", "1970-01-01 00:01 UTC cannot be right")


def test_a_clock_that_no_network_has_set_is_warned_of(pi, find):
    pi.answer("timedatectl", "no\n")
    found = find(check_clock, pi)
    assert (found.level, found.remedy) == ("warn", "sudo timedatectl set-ntp true")


def test_a_full_disk_is_warned_of(pi, find):
    asked = []
    pi.write("/var/lib/other/file", "")

    def free_bytes(folder):
        asked.append(folder)
        return 20_000_000

    pi.facts["free_bytes"] = free_bytes
    found = find(check_disk, pi)
    assert (found.level, found.text) == ("warn", "20 MB free")
    assert asked == [pi.root / "var" / "lib"]
