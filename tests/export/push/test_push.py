import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from edge.errors import UserError
from export.cli import main
from export.push.push import push
from export.push.remote import FOLDER


def left_behind():
    return set(Path("/").glob(f"{FOLDER.lstrip('/')}*"))


@pytest.mark.usefixtures("ssh")
def test_what_is_said_there_is_shown_and_its_end_kept(small_bundle, console):
    (result,) = push(["door-1"], small_bundle, console)
    assert (result.good, result.said) == (True, "door-1 ends with 0, root /")
    assert "unpacking\ndoor-1 ends with 0" in console.file.getvalue()


@pytest.mark.usefixtures("ssh")
@pytest.mark.parametrize("host", ["door-1", "sick", "greeting", "full", "cut-off"])
def test_nothing_is_left_behind(small_bundle, console, host):
    before = left_behind()
    push([host], small_bundle, console)
    assert left_behind() == before


def test_what_a_power_cut_leaves_there_the_next_boot_removes(tmp_path):
    if not shutil.which("systemd-tmpfiles"):
        pytest.skip("not run, because systemd-tmpfiles (systemd) is missing")
    (tmp_path / "var/tmp").mkdir(parents=True)
    for name in (f"{FOLDER}01abCD89", "/var/tmp/others"):
        (tmp_path / name.lstrip("/")).mkdir()
    rules = Path("systemd/tmpfiles.conf").resolve()
    # It complains that this machine has no user maskwatch, and does the rest.
    subprocess.run(["systemd-tmpfiles", f"--root={tmp_path}", "--boot", "--remove", rules], check=False)
    assert [path.name for path in (tmp_path / "var/tmp").iterdir()] == ["others"]


@pytest.mark.usefixtures("ssh")
@pytest.mark.parametrize("host", ["full", "cut-off"])
def test_a_copy_that_is_not_whole_is_not_installed(small_bundle, console, host):
    (result,) = push([host], small_bundle, console)
    assert result.outcome == "not reached, or no room there: nothing was changed"
    assert "unpacking" not in console.file.getvalue()


@pytest.mark.usefixtures("ssh")
def test_a_shell_that_greets_is_no_hindrance(small_bundle, console):
    (result,) = push(["greeting"], small_bundle, console)
    assert (result.good, result.said) == (True, "greeting ends with 0, root /")


@pytest.mark.usefixtures("ssh")
def test_an_installer_that_cannot_be_started_is_not_taken_for_a_sick_release(small_bundle, shipped_model, console, ssh):
    (ssh / "id").write_text("#!/bin/sh\necho 1000\n")
    (ssh / "sudo").write_text("#!/bin/sh\necho 'pi is not in the sudoers file'\nexit 1\n")
    (ssh / "id").chmod(0o755)
    for file in (small_bundle, shipped_model):
        (result,) = push(["door-1"], file, console)
        assert result.outcome == "the installer could not be started: nothing was changed"
        assert result.said == "pi is not in the sudoers file"


@pytest.mark.usefixtures("ssh")
def test_a_model_without_a_program_there_is_not_taken_for_a_sick_one(shipped_model, console, tmp_path):
    (result,) = push(["door-1"], shipped_model, console, root=str(tmp_path))
    assert result.outcome == "the installer could not be started: nothing was changed"
    assert result.said == "maskwatch is not installed: push a bundle first"


@pytest.mark.usefixtures("ssh")
def test_it_stops_at_the_first_device_that_fails(small_bundle, console):
    results = push(["door-1", "sick", "door-3"], small_bundle, console)
    assert [result.good for result in results] == [True, False, False]
    assert [result.outcome for result in results][1:] == [
        "not healthy: the release before runs again, if there was one",
        "not tried",
    ]


@pytest.mark.usefixtures("ssh")
def test_it_goes_on_after_a_failure_with_keep_going(small_bundle, console):
    results = push(["switched-off", "other", "door-3"], small_bundle, console, keep_going=True)
    assert [result.good for result in results] == [False, False, True]
    assert results[0].outcome.startswith("not reached")
    assert results[1].outcome == "refused it"


@pytest.mark.usefixtures("ssh")
def test_ctrl_c_over_there_stops_and_tells_the_results_so_far(small_bundle, console):
    results = push(["door-1", "stopped", "door-3"], small_bundle, console, keep_going=True)
    assert [result.outcome for result in results] == [
        "runs it",
        "interrupted: ask `maskwatch releases` there what it runs",
        "not tried",
    ]


@pytest.mark.usefixtures("ssh")
def test_ctrl_c_here_stops_and_tells_the_results_so_far(small_bundle, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    command = [sys.executable, "-m", "export", "push", "--keep-going", "door-1", "interrupted", "door-3", small_bundle]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (1, "")
    outcomes = [line.split("│")[2].strip() for line in done.stdout.splitlines() if line.startswith("│")]
    assert outcomes == ["runs it", "interrupted: ask `maskwatch releases` there what it runs", "not tried"]


@pytest.mark.usefixtures("ssh")
@pytest.mark.parametrize(("hosts", "status"), [(["door-1"], 0), (["door-1", "sick"], 1)])
def test_the_exit_status_tells_whether_all_took_it(small_bundle, capsys, hosts, status):
    assert main(["push", *hosts, str(small_bundle)]) == status
    assert hosts[-1] in capsys.readouterr().out


@pytest.mark.usefixtures("ssh")
def test_a_model_goes_to_the_program_that_is_there(shipped_model, console, tmp_path):
    program = tmp_path / "opt/maskwatch/current/bin/maskwatch"
    program.parent.mkdir(parents=True)
    program.write_text('#!/bin/sh\necho "$@" "$(wc -c <"$4")"\n')
    program.chmod(0o755)
    (result,) = push(["door-1"], shipped_model, console, root=str(tmp_path))
    assert result.said == f"install --root {tmp_path} door_cnn.tflite {shipped_model.stat().st_size}"


@pytest.mark.parametrize("name", ["missing.tar", "missing.tflite"])
def test_a_file_that_is_neither_is_refused(console, name):
    with pytest.raises(UserError):
        push(["door-1"], Path(name), console)


def test_an_option_is_no_host(small_bundle, console):
    with pytest.raises(UserError, match="is no host"):
        push(["-oProxyCommand=touch"], small_bundle, console)


def test_two_files_are_refused_before_a_device_is_reached(small_bundle, console, tmp_path):
    other = tmp_path / "notes"
    other.touch()
    for name in ("maskwatch-1.0-bookworm.tar", "door.tflite", str(other)):
        with pytest.raises(UserError, match="is a file and no host: push one file at a time"):
            push(["door-1", name], small_bundle, console)
    assert console.file.getvalue() == ""


@pytest.mark.usefixtures("ssh")
@pytest.mark.parametrize("keys", ["", "ssh-ed25519 AAAA anna\n"])
def test_where_keys_are_trusted_the_program_that_is_there_checks_the_bundle(small_bundle, console, tmp_path, keys):
    program = tmp_path / "opt/maskwatch/current/bin/maskwatch"
    program.parent.mkdir(parents=True)
    program.write_text('#!/bin/sh\necho checked by "$@"\n')
    program.chmod(0o755)
    (tmp_path / "etc/maskwatch").mkdir(parents=True)
    (tmp_path / "etc/maskwatch/trusted_keys").write_text(keys)
    (result,) = push(["door-1"], small_bundle, console, root=str(tmp_path))
    by_program = f"checked by install --root {tmp_path} {small_bundle.name}"
    assert result.said == (by_program if keys else f"door-1 ends with 0, root {tmp_path}")
