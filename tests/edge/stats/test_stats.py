import csv
import json
import os
import tempfile
import time
from pathlib import Path

import cv2
import pytest

from edge.cli import main
from edge.stats.database import Database, local_midnight
from edge.stream.messages import Position
from edge.stream.visits import BlindTime, Visit, Visits


@pytest.fixture
def stats(tmp_path, capsys):
    """Runs `maskwatch stats` on two visits and ten minutes without sight, just now."""
    database, settings, now = tmp_path / "counts.db", tmp_path / "maskwatch.toml", time.time()
    settings.write_text(f'[stats]\ndatabase = "{database}"\n')
    with Database(database) as opened:
        visits = [Visit(now, "compliant", 1.0), Visit(now, "not compliant", 2.0), BlindTime(now, 90.0)]
        opened.record(Position("run", 1), Visits(), visits)

    def stats(*options):
        status = main(["stats", *options, "--config", str(settings)])
        return status, capsys.readouterr()

    return stats


def test_a_table_shows_what_the_day_added_up_to(stats):
    _, said = stats()
    numbers = [line.split()[1:] for line in said.out.splitlines()[1:]]
    assert [sum(float(row[column]) for row in numbers) for column in (0, 1, 2, 3)] == [2, 1, 1, 0]


def test_json_and_csv_say_the_same(stats):
    rows = json.loads(stats("--json")[1].out)
    assert sum(row["people"] for row in rows) == 2
    assert rows[0]["seconds_to_verdict"] == 1.5
    assert sum(row["minutes_blind"] for row in rows) == 1.5
    table = list(csv.DictReader(stats("--csv")[1].out.splitlines()))
    assert [int(row["people"]) for row in table] == [row["people"] for row in rows]


def test_the_first_day_is_shown_whole(tmp_path, capsys):
    database, settings = tmp_path / "counts.db", tmp_path / "maskwatch.toml"
    settings.write_text(f'[stats]\ndatabase = "{database}"\n')
    began = local_midnight()
    with Database(database) as opened:
        times = (began - 60, began + 60, time.time())
        opened.record(Position("run", 1), Visits(), [Visit(at, "compliant", 1.0) for at in times])
    assert main(["stats", "--days", "1", "--json", "--config", str(settings)]) == 0
    assert [row["people"] for row in json.loads(capsys.readouterr().out)] == [2]


NOBODY = 65534


@pytest.fixture
def closed_folder():
    """A folder that is open to this user alone, in one that anyone may enter, unlike pytest's."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "closed").mkdir(mode=0o700)
        yield folder / "closed"
        (folder / "closed").chmod(0o700)


def test_counts_of_another_user_are_an_answer(closed_folder, capsys):
    settings = closed_folder.parent / "maskwatch.toml"
    settings.write_text(f'[stats]\ndatabase = "{closed_folder}/counts.db"\n')
    with Database(closed_folder / "counts.db"):
        assert main(["stats", "--config", str(settings)]) == 0
    user = os.geteuid()
    if user == 0:
        os.seteuid(NOBODY)  # nothing is closed to root
    else:
        closed_folder.chmod(0)
    try:
        assert main(["stats", "--config", str(settings)]) == 2
    finally:
        os.seteuid(user)
    assert f"{closed_folder}/counts.db cannot be used (Permission denied): use sudo" in capsys.readouterr().err


@pytest.fixture
def damaged(tmp_path, request):
    """Settings whose counts are a file that SQLite cannot read to its end."""
    database, settings = tmp_path / "counts.db", tmp_path / "maskwatch.toml"
    settings.write_text(f'[stats]\ndatabase = "{database}"\n')
    database.touch()
    if request.param == "overwritten":
        with Database(database) as opened:
            visits = [Visit(3600.0 * hour, "compliant", 1.0) for hour in range(2000)]
            opened.record(Position("run", 1), Visits(), visits)
        with database.open("r+b") as file:
            file.seek(8192)
            file.write(b"\xaa" * 8192)
    return settings


@pytest.mark.parametrize("damaged", ["empty", "overwritten"], indirect=True)
def test_damaged_counts_are_an_answer(damaged, capsys):
    assert main(["stats", "--days", "36500", "--config", str(damaged)]) == 2
    assert "counts.db cannot be used" in capsys.readouterr().err


def test_a_picture_is_written(stats, tmp_path):
    status, _ = stats("--hourly", "--png", str(tmp_path / "counts.png"))
    assert status == 0
    assert cv2.imread(str(tmp_path / "counts.png")) is not None


def test_a_picture_that_cannot_be_written_is_an_answer(stats, tmp_path):
    status, said = stats("--png", str(tmp_path / "nowhere" / "counts.png"))
    assert (status, "There is no folder" in said.err) == (2, True)


@pytest.mark.parametrize("name", ["counts.db", "counts.txt"])
@pytest.mark.parametrize("force", [(), ("--force",)])
def test_a_picture_has_the_ending_of_one_and_never_takes_the_place_of_the_counts(stats, tmp_path, name, force):
    before = (tmp_path / "counts.db").read_bytes()
    assert stats("--png", str(tmp_path / name), *force)[0] == 2
    assert (tmp_path / "counts.db").read_bytes() == before


def test_a_picture_that_is_there_is_only_replaced_by_force(stats, tmp_path):
    (tmp_path / "counts.png").write_bytes(b"a memory")
    assert stats("--png", str(tmp_path / "counts.png"))[0] == 2
    assert (tmp_path / "counts.png").read_bytes() == b"a memory"
    assert stats("--png", str(tmp_path / "counts.png"), "--force")[0] == 0
    assert cv2.imread(str(tmp_path / "counts.png")) is not None


def test_nothing_counted_yet_is_an_answer(tmp_path, capsys):
    settings = tmp_path / "maskwatch.toml"
    settings.write_text(f'[stats]\ndatabase = "{tmp_path / "none.db"}"\n')
    assert main(["stats", "--config", str(settings)]) == 2
    assert "Nothing has been counted yet" in capsys.readouterr().err
