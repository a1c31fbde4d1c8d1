import pytest

from edge.doctor.software import APT, check_numpy, check_python, check_system
from edge.settings.schema import CameraSettings, Settings

LOCAL = "/usr/local/lib/python3.11/dist-packages"
VENV = "/opt/maskwatch/current/lib/python3.11/site-packages"


def test_a_64_bit_system_is_named_with_its_board(pi, find):
    found = find(check_system, pi)
    assert found.level == "ok"
    assert found.text == "Raspberry Pi 4 Model B Rev 1.4, Debian GNU/Linux 12 (bookworm), 64-bit aarch64"


def test_32_bit_programs_on_a_64_bit_kernel_fail(pi, find):
    pi.facts["bits"] = 32
    found = find(check_system, pi)
    assert (found.level, found.remedy) == ("fail", "install Raspberry Pi OS (64-bit)")


@pytest.mark.parametrize(
    ("version", "level"), [((3, 10, 9), "fail"), ((3, 11, 0), "ok"), ((3, 13, 5), "ok"), ((3, 14, 0), "fail")]
)
def test_a_python_is_one_that_maskwatch_runs_on(version, level, pi, find):
    pi.facts["python"] = version
    assert find(check_python, pi).level == level


@pytest.fixture
def numpys(pi):
    """Puts a numpy into each of Python's folders."""

    def put(**versions):
        folders = {
            "pip": (VENV, "numpy-{}.dist-info/METADATA"),
            "local": (LOCAL, "numpy-{}.dist-info/METADATA"),
            "apt": (APT, "numpy-{}.egg-info/PKG-INFO"),
        }
        pi.facts["search_path"] = tuple(folders[by][0] for by in versions)
        for by, version in versions.items():
            folder, record = folders[by]
            pi.write(f"{folder}/numpy/__init__.py", "")
            pi.write(f"{folder}/{record.format(version)}", "")
        return pi

    return put


def test_apts_numpy_is_the_right_one(numpys, find):
    found = find(check_numpy, numpys(apt="1.24.2"))
    assert (found.level, found.text) == ("ok", "1.24.2, from apt")


def test_pips_numpy_alone_is_said_to_be_pips(numpys, find):
    found = find(check_numpy, numpys(pip="2.3.1"))
    assert (found.level, found.text) == ("ok", "2.3.1, from pip")


def test_a_pip_numpy_that_hides_apts_fails_with_the_command_that_takes_it_away(numpys, find):
    pi = numpys(pip="2.3.1", apt="1.24.2")
    pi.write("/opt/maskwatch/current/bin/pip", "")
    found = find(check_numpy, pi)
    assert found.level == "fail"
    assert "hides apt's 1.24.2" in found.text
    assert found.remedy.endswith("/opt/maskwatch/current/bin/pip uninstall -y numpy")


def test_it_is_only_warned_of_where_no_picamera2_is_used(numpys, find):
    settings = Settings(camera=CameraSettings(source="/dev/video0"))
    assert find(check_numpy, numpys(pip="2.3.1", apt="1.24.2"), settings).level == "warn"


def test_a_numpy_that_pip_put_beside_apts_is_not_apts(numpys, find):
    found = find(check_numpy, numpys(local="2.3.1", apt="1.24.2"))
    assert (found.level, found.remedy[:11]) == ("fail", "sudo python")


def test_no_numpy_at_all_fails(numpys, find):
    assert find(check_numpy, numpys()).remedy == "sudo apt install python3-numpy"
