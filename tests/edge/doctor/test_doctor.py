import io
import json
import subprocess
import sys

import cv2
import numpy as np
import pytest

from edge.doctor.check import Finding, failure
from edge.doctor.doctor import CHECKS, examine, run_doctor, write_table
from edge.doctor.machine import Machine, answer_of
from edge.errors import UserError


@pytest.fixture
def config(tmp_path):
    """Settings with a source that is there on every machine."""
    picture, path = tmp_path / "picture.png", tmp_path / "maskwatch.toml"
    assert cv2.imwrite(str(picture), np.full((48, 64, 3), 90, np.uint8))
    path.write_text(f'[camera]\nsource = "{picture}"\n')
    return path


def test_this_machine_passes_and_the_findings_are_json(config):
    command = [sys.executable, "-m", "edge", "doctor", "--config", str(config), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    findings = json.loads(done.stdout)
    assert [finding["name"] for finding in findings] == ["settings", *CHECKS]
    assert all(finding.keys() == {"name", "level", "text", "remedy"} for finding in findings)
    assert done.returncode == sum(finding["level"] == "fail" for finding in findings) == 0
    assert done.stderr == ""


def test_a_pi_whose_service_watches_passes(pi, config):
    pi.answer("systemctl", "LoadState=loaded\nActiveState=active\nNRestarts=0\n")
    out = io.StringIO()
    assert run_doctor(config, out, machine=pi.machine) == 0
    assert "used by the service" in out.getvalue()
    assert out.getvalue().endswith("15 checks, all well.\n")


def test_the_status_counts_the_failures(config, pi):
    pi.facts |= {"bits": 32, "python": (3, 9, 2)}
    assert run_doctor(config, io.StringIO(), machine=pi.machine) == 2


def test_the_device_s_own_settings_count_where_none_are_named(pi):
    pi.write("/etc/maskwatch/maskwatch.toml", "[model]\nthreads = 0.5\n")
    (settings,) = examine(None, pi.machine, {})
    assert settings.level == "fail"
    assert '"threads" must be a whole number' in settings.text


def test_bad_settings_are_a_finding_and_the_rest_is_still_checked(tmp_path, pi):
    (tmp_path / "bad.toml").write_text("[alarm]\nled_pn = 9\n")
    settings, system = examine(tmp_path / "bad.toml", pi.machine, {"system": CHECKS["system"]})
    assert (settings.level, settings.remedy) == ("fail", 'did you mean "led_pin"?')
    assert system.level == "ok"


@pytest.mark.parametrize("error", [ImportError("libGL.so.1 is missing"), RuntimeError("the driver"), TimeoutError()])
def test_a_check_that_breaks_is_a_finding_and_the_next_one_is_made(error, config, pi):
    def check(_case):
        raise error

    _, found, system = examine(config, pi.machine, {"camera": check, "system": CHECKS["system"]})
    assert (found.name, found.level) == ("camera", "fail")
    assert str(error) in found.text
    assert found.text
    assert system.level == "ok"


def test_without_its_packages_the_doctor_still_says_what_is_missing(config):
    missing = "import sys; sys.modules |= dict.fromkeys(['numpy', 'cv2', 'gpiozero', 'ai_edge_litert']);"
    code = f"{missing} from edge.cli import main; sys.exit(main(['doctor', '--config', sys.argv[1]]))"
    done = subprocess.run([sys.executable, "-c", code, str(config)], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.returncode == 4
    assert done.stdout.count("FAIL") == 4


def test_a_user_error_becomes_a_finding_with_its_remedy():
    found = failure("camera", UserError("There is no camera /dev/video0", "plug it in"))
    assert found == Finding("camera", "fail", "There is no camera /dev/video0", "plug it in")


def test_the_table_puts_the_remedy_below_the_finding():
    out = io.StringIO()
    write_table([Finding("disk", "ok", "12.3 GB free"), Finding("clock", "warn", "1970", "set it")], out)
    assert out.getvalue().splitlines() == [
        "ok    disk         12.3 GB free",
        "WARN  clock        1970",
        "                   -> set it",
        "",
        "2 checks: 1 well, 1 warning, 0 failures.",
    ]


def test_only_a_terminal_gets_colors(monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)

    class Screen(io.StringIO):
        def isatty(self):
            return True

    plain, screen = io.StringIO(), Screen()
    for out in (plain, screen):
        write_table([Finding("disk", "fail", "full")], out)
    assert "\033[31mFAIL" in screen.getvalue()
    assert "\033" not in plain.getvalue()


@pytest.mark.parametrize("command", [["no-such-command"], ["false"], ["sh", "-c", "echo no; exit 1"]])
def test_a_command_that_fails_has_no_answer(command):
    assert answer_of(command) == ""


def test_this_machine_can_be_asked(tmp_path):
    machine = Machine()
    assert machine.bits in (32, 64)
    assert machine.user
    assert machine.free_bytes(tmp_path) > 0
    assert machine.read("/proc/none") == ""
