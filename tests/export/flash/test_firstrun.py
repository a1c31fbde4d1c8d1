import re
import shutil
import subprocess

import pytest

from edge.errors import UserError
from export.flash.access import Access, Wifi
from export.flash.cmdline import with_country, with_first_run, with_instance
from export.flash.firstrun import merged_firstrun

ARM = "sh /boot/firmware/maskwatch/first-boot.sh arm "


@pytest.fixture(params=["new", "imager"])
def script(request, samples):
    return samples.imager("bookworm")["firstrun.sh"] if request.param == "imager" else ""


def test_our_commands_are_there_once(script, samples):
    once = merged_firstrun(script, samples.everything, user="")
    assert once.count(ARM) == 1
    assert merged_firstrun(once, samples.everything, user="") == once


def test_a_value_that_is_not_given_again_stays(script, samples):
    once = merged_firstrun(script, samples.everything, user="")
    assert merged_firstrun(once, Access(), user="") == once


def test_a_new_value_replaces_the_old_one_and_nothing_else(script, samples):
    once = merged_firstrun(script, samples.everything, user="")
    again = merged_firstrun(once, Access(hostname="door-2"), user="")
    assert again == once.replace("set_hostname door-1", "set_hostname door-2")


def test_another_key_is_for_the_user_of_the_last_time(samples):
    once = merged_firstrun("", samples.everything, user="")
    again = merged_firstrun(once, Access(ssh_key=f"{samples.key}-2"), user="")
    assert re.findall(r"userconf '?(\w+)'? ", again) == ["anna"]
    assert again.count("enable_ssh") == 1


def test_every_line_that_was_there_stays_in_its_order(samples):
    before = samples.imager("bookworm")["firstrun.sh"].splitlines()
    rest = iter(merged_firstrun("\n".join(before) + "\n", samples.everything, user="").splitlines())
    assert all(line in rest for line in before)


def test_the_system_s_own_repair_leaves_our_commands(script, samples, tmp_path):
    """Bookworm rewrites Imager's script in its initramfs: it cuts it off where the script removes itself."""
    path = tmp_path / "firstrun.sh"
    path.write_text(merged_firstrun(script, samples.everything, user=""))
    subprocess.run(["sed", "-n", "-i", r"/rm.*firstrun\.sh$/q;p", path], check=True)
    assert ARM in path.read_text()
    assert "set_wlan" in path.read_text()


@pytest.mark.parametrize("shell", ["sh", "bash"])
def test_the_shell_takes_it(script, samples, shell):
    text = merged_firstrun(script, samples.everything, user="")
    assert subprocess.run([shell, "-n"], input=text, text=True, check=False).returncode == 0


def test_quotes_in_a_network_s_name_do_no_harm(samples):
    wifi = Wifi(ssid="it's $(reboot) `reboot`", psk=samples.wifi.psk, country="DE")
    text = merged_firstrun("", Access(wifi=wifi), user="")
    line = next(line for line in text.splitlines() if "set_wlan" in line)
    said = subprocess.run(
        ["sh", "-c", f"set -- {line}; printf '%s' \"$3\""], capture_output=True, text=True, check=True
    )
    assert said.stdout == wifi.ssid


def test_a_card_that_has_a_user_keeps_it(samples):
    text = merged_firstrun(samples.imager("bookworm")["firstrun.sh"], Access(ssh_key=samples.key), user="")
    assert re.findall(r"userconf '?(\w+)'? ", text) == ["anna"]


def test_a_card_without_a_user_gets_pi_without_a_password(samples):
    assert "userconf pi '*'\n" in merged_firstrun("", Access(ssh_key=samples.key), user="")
    assert "userconf pi" not in merged_firstrun("", Access(ssh_key=samples.key), user="anna")


def test_a_script_that_ends_at_a_mistake_does_not_end_at_ours(tmp_path):
    text = merged_firstrun("#!/bin/sh -e\necho before\nexit 0\n", Access(hostname="door"), user="")
    text = text.replace("/boot/firmware/maskwatch/first-boot.log", str(tmp_path / "log"))
    path = tmp_path / "firstrun.sh"
    path.write_text(text)
    path.chmod(0o755)
    assert subprocess.run([path], capture_output=True, check=False).returncode == 0
    assert "imager_custom" in (tmp_path / "log").read_text()


def test_a_script_for_another_program_is_refused():
    with pytest.raises(UserError, match="no shell script"):
        merged_firstrun("#!/usr/bin/python3\nprint()\n", Access(), user="")


@pytest.mark.slow
def test_shellcheck_finds_nothing_wrong(samples, tmp_path):
    if not shutil.which("shellcheck"):
        pytest.skip("not run, because shellcheck is missing (apt install shellcheck)")
    path = tmp_path / "firstrun.sh"
    path.write_text(merged_firstrun("", samples.everything, user=""))
    assert subprocess.run(["shellcheck", path], check=False).returncode == 0


def test_the_command_line_names_the_script_once(samples):
    once = with_first_run(samples.stock("bookworm")["cmdline.txt"])
    assert once.count("\n") == 1
    assert " systemd.run=/boot/firmware/firstrun.sh systemd.run_success_action=reboot " in once
    assert with_first_run(once) == once


def test_a_command_line_that_imager_wrote_stays(samples):
    text = samples.imager("bookworm")["cmdline.txt"]
    assert with_first_run(text) == text


def test_a_command_line_that_runs_something_else_is_refused():
    with pytest.raises(UserError, match="let the card boot once"):
        with_first_run("root=x systemd.run=/boot/other.sh\n")


def test_the_country_is_named_once(samples):
    once = with_country(samples.imager("trixie")["cmdline.txt"], "DE")
    assert once.count("ieee80211_regdom=") == 1
    assert with_country(once, "DE") == once


def test_only_a_name_that_imager_gave_the_card_is_replaced(samples):
    assert with_instance(samples.imager("trixie")["cmdline.txt"], "x").endswith("ds=nocloud;i=x\n")
    text = samples.stock("trixie")["cmdline.txt"]
    assert with_instance(text, "x") == text
