from pathlib import Path

import pytest

from edge.errors import UserError
from export.cli import main
from export.push.push import push


def left_behind():
    return set(Path("/var/tmp").glob("maskwatch-push-*"))


@pytest.mark.usefixtures("ssh")
def test_what_is_said_there_is_shown_and_its_end_kept(small_bundle, console):
    (result,) = push(["door-1"], small_bundle, console)
    assert (result.good, result.said) == (True, "door-1 ends with 0, root /")
    assert "unpacking\ndoor-1 ends with 0" in console.file.getvalue()


@pytest.mark.usefixtures("ssh")
def test_nothing_is_left_behind(small_bundle, console):
    before = left_behind()
    push(["door-1", "sick"], small_bundle, console)
    assert left_behind() == before


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
