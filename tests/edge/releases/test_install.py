import io
import json
import os
import signal
import subprocess
from pathlib import Path

import pytest

from edge.errors import UserError
from edge.releases.command import show_releases
from edge.releases.install import install_bundle
from edge.releases.record import installed_releases, linked_release, read_health

from .board import write_bundle

REPOSITORY = Path(__file__).parents[3]


def names(board):
    return [record.name for record in installed_releases(board.layout)]


def test_a_first_release_runs_and_is_current(board, install):
    assert install(board, "1.0+a") == 0
    assert board.running == linked_release(board.layout.current) == "1.0+a"


def test_a_first_release_that_is_not_healthy_stays_for_there_is_no_other(board, install):
    assert install(board, "1.0+a", "mute") == 1
    assert linked_release(board.layout.current) == "1.0+a"
    assert (
        "1.0+a is not healthy: the service did not become ready: the camera gives no frame." in board.notes.getvalue()
    )


def test_a_healthy_release_takes_over(board, install):
    install(board, "1.0+a")
    assert install(board, "1.0+b") == 0
    assert board.running == linked_release(board.layout.current) == "1.0+b"
    assert linked_release(board.layout.previous) == "1.0+a"
    assert not board.layout.trial_unit.exists()
    assert not board.guard


@pytest.mark.parametrize(
    ("temper", "why"),
    [("mute", "the service did not become ready"), ("sick", "`maskwatch doctor` fails (locator: answers wrongly)")],
)
def test_a_release_that_is_not_healthy_makes_way_for_the_old_one(board, install, temper, why):
    install(board, "1.0+a")
    assert install(board, "1.0+b", temper) == 1
    assert board.running == linked_release(board.layout.current) == "1.0+a"
    assert why in read_health(board.layout.release("1.0+b")).why
    assert not board.layout.trial_unit.exists()
    assert not board.guard


def test_during_the_trial_current_is_still_the_old_release(board, install):
    install(board, "1.0+a")
    seen = []
    board.before_program = lambda: seen.append((board.running, linked_release(board.layout.current)))
    install(board, "1.0+b")
    assert ("1.0+b", "1.0+a") in seen
    assert seen.index(("1.0+b", "1.0+a")) < len(seen) - 1


def test_a_lost_connection_does_not_end_a_trial(board, install):
    class Lost:
        def write(self, _):
            raise BrokenPipeError

    install(board, "1.0+a")
    board.notes = Lost()
    assert install(board, "1.0+b") == 0
    assert board.running == "1.0+b"


def test_an_interrupted_trial_brings_the_old_release_back(board, install):
    def interrupt():
        if board.running == "1.0+b":
            board.before_program = lambda: None
            raise KeyboardInterrupt

    install(board, "1.0+a")
    board.before_program = interrupt
    with pytest.raises(KeyboardInterrupt):
        install(board, "1.0+b")
    assert board.running == linked_release(board.layout.current) == "1.0+a"


@pytest.mark.parametrize("which", [signal.SIGINT, signal.SIGTERM])
def test_the_first_request_to_end_brings_the_old_release_back_and_no_further_one_disturbs_that(board, install, which):
    def ask_to_end():
        if board.running == "1.0+b" or asked:
            asked.append(which)
            signal.raise_signal(which)

    asked = []
    install(board, "1.0+a")
    board.before_program = ask_to_end
    with pytest.raises(SystemExit, match=str(128 + which)):
        install(board, "1.0+b")
    assert len(asked) > 1
    assert board.running == linked_release(board.layout.current) == "1.0+a"


def test_the_service_s_user_can_read_it_however_careful_root_is(board, install):
    before = os.umask(0o077)
    try:
        install(board, "1.0+a")
    finally:
        os.umask(before)
    folders = [path for path in board.layout.base.parent.rglob("*") if path.is_dir()]
    assert {path.stat().st_mode & 0o777 for path in folders} == {0o755}


def test_settings_that_are_there_are_kept(board, install):
    board.layout.settings.parent.mkdir(parents=True)
    board.layout.settings.write_text("# mine\n")
    install(board, "1.0+a")
    assert board.layout.settings.read_text() == "# mine\n"


def test_missing_settings_are_the_bundle_s(board, install):
    install(board, "1.0+a")
    assert board.layout.settings.read_text() == "# the bundle's\n"


def test_the_same_bundle_again_changes_nothing_and_restarts_nothing(board, install):
    install(board, "1.0+a")
    board.calls.clear()
    assert install(board, "1.0+a") == 0
    assert ["systemctl", "restart", "maskwatch.service"] not in board.calls
    assert names(board) == ["1.0+a"]


def test_without_systemd_a_release_becomes_current_untried(board, install):
    install(board, "1.0+a")
    assert install(board, "1.0+b", live=False) == 0
    assert linked_release(board.layout.current) == "1.0+b"
    assert read_health(board.layout.release("1.0+b")) is None


def test_the_current_release_the_one_before_it_and_one_more_are_kept(board, install):
    for letter in "abcde":
        install(board, f"1.0+{letter}")
    assert names(board) == ["1.0+c", "1.0+d", "1.0+e"]


def test_failed_releases_never_push_out_the_current_one(board, install):
    install(board, "1.0+a")
    for letter in "bcdef":
        install(board, f"1.0+{letter}", "mute")
    assert names(board) == ["1.0+a", "1.0+e", "1.0+f"]


def test_a_release_that_failed_does_not_push_out_one_that_was_healthy(board, install):
    for letter in "abc":
        install(board, f"1.0+{letter}")
    install(board, "1.0+d", "mute")
    assert names(board) == ["1.0+a", "1.0+b", "1.0+c"]


def test_the_launcher_runs_the_release_that_it_lies_in(board, install):
    install(board, "1.0+a")
    program = board.root / "opt/maskwatch/current/bin/maskwatch"
    assert subprocess.run([program], capture_output=True, text=True, check=True).stdout == "1.0+a\n"


def test_compiled_modules_name_the_place_where_they_will_lie(board, install):
    install(board, "1.0+a")
    compiled = list((board.layout.release("1.0+a") / "lib/edge/__pycache__").glob("cli.*.pyc"))
    assert len(compiled) == 1
    assert b".partial" not in compiled[0].read_bytes()


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        ({"python": "2.7"}, r"^This bundle is for trixie \(Python 2.7 on"),
        ({"needs": {"nowhere": "python3-nowhere"}}, "sudo apt install python3-nowhere"),
    ],
)
def test_a_bundle_that_does_not_belong_here_is_refused(board, tmp_path, entry, why):
    bundle = write_bundle(tmp_path / "bundle", "1.0+a")
    manifest = json.loads((bundle / "manifest.json").read_text()) | entry
    (bundle / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(UserError, match=why):
        install_bundle(bundle, board.system())
    assert names(board) == []


def test_too_little_space_is_noticed_before_anything_is_written(board, install, monkeypatch):
    install(board, "1.0+a")
    monkeypatch.setattr("edge.releases.unpack.SPARE", 1e15)
    with pytest.raises(UserError, match="make room first"):
        install(board, "1.0+b")
    assert names(board) == ["1.0+a"]


def test_two_installations_at_once_are_refused(board, install):
    install(board, "1.0+a")
    board.before_program = lambda: install(board, "1.0+c")
    with pytest.raises(UserError, match="Another installation"):
        install(board, "1.0+b")


def test_the_table_says_what_each_release_is_to_the_device(board, install):
    install(board, "1.0+a")
    install(board, "1.0+b")
    install(board, "1.0+c", "sick")
    out = io.StringIO()
    show_releases(board.layout, out)
    lines = [line.split(maxsplit=3) for line in out.getvalue().splitlines()[1:]]
    assert [(name, rest.split(maxsplit=1)) for name, _, _, rest in lines] == [
        ("1.0+a", ["previous", "yes"]),
        ("1.0+b", ["current", "yes"]),
        ("1.0+c", ["no:", "`maskwatch doctor` fails (locator: answers wrongly)"]),
    ]


def test_every_unit_is_installed_and_only_the_door_and_the_page_s_socket_start_with_the_board(board, install):
    install(board, "1.0+a")
    units = {path.name for path in (board.root / "usr/local/lib/systemd/system").iterdir()}
    assert units == {file.name for file in (REPOSITORY / "systemd").glob("maskwatch*") if file.suffix != ".conf"}
    started = {path.name for path in (board.root / "etc/systemd/system").glob("*.wants/*")}
    assert started == {"maskwatch.service", "maskwatch-page.socket"}


def test_programs_that_read_the_stream_are_of_the_new_release_too(board, install):
    install(board, "1.0+a")
    board.calls.clear()
    install(board, "1.0+b")
    assert ["systemctl", "start", "maskwatch-page.socket"] in board.calls
    (again,) = (call for call in board.calls if call[:2] == ["systemctl", "try-restart"])
    assert "maskwatch-page.service" in again
    assert "maskwatch.service" not in again
