import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

sys.path.insert(0, str(Path(__file__).parents[1] / "stream"))

from fake_door import FakeDoor

from edge.cli import main
from edge.metrics.command import follow
from edge.metrics.metrics import Metrics
from edge.stream.client import Away, StreamClient
from edge.stream.messages import Hello, NumberedEvent, Position

PROMTOOL = shutil.which("promtool")
RULES = Path(__file__).parents[3] / "systemd" / "prometheus"
DASHBOARD = json.loads((RULES / "grafana.json").read_text())


def event(number, kind, **more):
    return NumberedEvent(Position("run", number), {"event": kind, "at": 1000.0 + number, **more})


VISIT = (
    event(1, "track_began", track=1),
    event(2, "verdict_turned", track=1, verdict="not compliant"),
    event(3, "alert_began", track=1),
    event(4, "alert_ended", track=1),
    event(5, "track_ended", track=1),
)


def metrics(*messages):
    metrics = Metrics()
    for message in messages:
        metrics.take(message)
    return metrics.registry


def test_a_visit_is_counted_by_how_it_turned_out():
    registry = metrics(*VISIT)
    assert registry.get_sample_value("maskwatch_people_total", {"outcome": "not_compliant"}) == 1
    assert registry.get_sample_value("maskwatch_people_total", {"outcome": "compliant"}) == 0
    assert registry.get_sample_value("maskwatch_verdict_seconds_sum") == 1.0


def test_an_alert_shows_while_it_is_on():
    assert metrics(*VISIT[:3]).get_sample_value("maskwatch_alerts") == 1
    assert metrics(*VISIT).get_sample_value("maskwatch_alerts") == 0


def test_a_door_that_is_away_is_down_and_its_starts_are_counted():
    hello = Hello(1, "1.0", "first", 0)
    registry = metrics(hello, Away("it has ended"))
    assert registry.get_sample_value("maskwatch_up") == 0
    registry = metrics(hello, Away("it has ended"), Hello(1, "1.0", "second", 0))
    assert registry.get_sample_value("maskwatch_up") == 1
    assert registry.get_sample_value("maskwatch_door_starts_total") == 2


def test_blind_time_is_counted_and_shown():
    registry = metrics(event(1, "blind"))
    assert registry.get_sample_value("maskwatch_blind") == 1
    registry = metrics(event(1, "blind"), event(4, "sighted", unseen_seconds=3.5))
    assert registry.get_sample_value("maskwatch_blind") == 0
    assert registry.get_sample_value("maskwatch_blind_seconds_total") == 3.5


def test_events_from_before_the_process_tell_how_the_door_is_and_are_not_counted():
    hello = Hello(1, "1.0", "run", 4)
    registry = metrics(hello, *VISIT[:3], event(4, "blind"))
    assert registry.get_sample_value("maskwatch_alerts") == 1
    assert registry.get_sample_value("maskwatch_blind") == 1
    assert registry.get_sample_value("maskwatch_events_total", {"event": "blind"}) is None
    registry = metrics(hello, *VISIT)
    assert registry.get_sample_value("maskwatch_people_total", {"outcome": "not_compliant"}) == 1
    assert registry.get_sample_value("maskwatch_people_total", {"outcome": "undecided"}) == 0
    registry = metrics(Hello(1, "1.0", "run", 5), *VISIT)
    assert registry.get_sample_value("maskwatch_people_total", {"outcome": "not_compliant"}) == 0


def test_events_that_were_missed_during_a_reconnection_are_counted():
    registry = metrics(Hello(1, "1.0", "run", 0), Away("it hangs"), Hello(1, "1.0", "run", 5), *VISIT)
    assert registry.get_sample_value("maskwatch_people_total", {"outcome": "not_compliant"}) == 1


def test_every_name_ends_in_its_unit_and_parses():
    text = generate_latest(metrics(*VISIT)).decode()
    families = {family.name for family in text_string_to_metric_families(text)}
    assert families
    assert all(name.startswith("maskwatch_") for name in families)
    assert not any(name.endswith(("_ms", "_milliseconds", "_minutes")) for name in families)


WRITER = "import edge.cli, edge.metrics.command as c, sys; c.FILE_SECONDS = 1.0; edge.cli.main(sys.argv[1:])"
"""`maskwatch metrics`, which writes its file more often than it usually does."""


@pytest.fixture
def metrics_file(tmp_path, eventually):
    """Starts the program, and returns its file once it knows of the door."""
    started = []

    def start(door):
        config, file = tmp_path / "maskwatch.toml", tmp_path / "maskwatch.prom"
        config.write_text(f'[stream]\nsocket = "{door.address}"\n[metrics]\nfile = "{file}"\n')
        command = [sys.executable, "-c", WRITER, "metrics", "--config", str(config)]
        started.append(subprocess.Popen(command, stderr=subprocess.DEVNULL))
        eventually(lambda: file.exists() and "maskwatch_up 1.0" in file.read_text())
        return file

    yield start
    for process in started:
        process.kill()
        process.wait()


def test_the_file_says_that_the_door_is_blind_though_no_message_follows(metrics_file, tmp_path, eventually):
    with FakeDoor(tmp_path) as door:
        file = metrics_file(door)
        door.state(blind="no picture for 3 s")
        eventually(lambda: "maskwatch_blind 1.0" in file.read_text())


def test_the_file_says_that_the_door_was_blind_before_the_program_started(metrics_file, tmp_path, eventually):
    with FakeDoor(tmp_path) as door:
        door.event("blind")
        file = metrics_file(door)
        eventually(lambda: "maskwatch_blind 1.0" in file.read_text())


def test_the_file_says_that_the_door_is_gone(metrics_file, tmp_path, eventually):
    with FakeDoor(tmp_path) as door:
        file = metrics_file(door)
    eventually(lambda: "maskwatch_up 0.0" in file.read_text())


def test_a_real_door_is_read_and_served(tmp_path):
    with FakeDoor(tmp_path) as door:
        door.state(celsius=61.5)
        client, shown = StreamClient(door.address, states=True), Metrics()

        def end_when_seen():
            if shown.registry.get_sample_value("maskwatch_temperature_celsius"):
                client.close()

        follow(client, shown, end_when_seen)
    assert shown.registry.get_sample_value("maskwatch_temperature_celsius") == 61.5
    assert shown.registry.get_sample_value("maskwatch_stage_seconds", {"stage": "locate"}) == 0.005


def test_an_address_in_use_is_an_answer(tmp_path, capsys):
    from http.server import HTTPServer, SimpleHTTPRequestHandler

    with HTTPServer(("127.0.0.1", 0), SimpleHTTPRequestHandler) as taken:
        config = tmp_path / "maskwatch.toml"
        config.write_text(f'[metrics]\nlisten = "127.0.0.1:{taken.server_port}"\n')
        assert main(["metrics", "--config", str(config)]) == 2
    assert "cannot be offered" in capsys.readouterr().err


def test_a_file_that_cannot_be_written_is_an_answer(tmp_path, capsys):
    config = tmp_path / "maskwatch.toml"
    config.write_text(f'[metrics]\nfile = "{tmp_path / "nowhere" / "maskwatch.prom"}"\n')
    assert main(["metrics", "--config", str(config)]) == 2
    assert "cannot be written" in capsys.readouterr().err


@pytest.mark.skipif(PROMTOOL is None, reason="not run, because promtool is missing: apt install prometheus")
@pytest.mark.parametrize("arguments", [["check", "rules", "alerts.yml"], ["test", "rules", "alerts_test.yml"]])
def test_prometheus_takes_the_alert_rules(arguments):
    done = subprocess.run([PROMTOOL, *arguments], cwd=RULES, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.skipif(PROMTOOL is None, reason="not run, because promtool is missing: apt install prometheus")
def test_prometheus_finds_nothing_wrong_with_the_names():
    done = subprocess.run([PROMTOOL, "check", "metrics"], input=generate_latest(metrics(*VISIT)), capture_output=True)
    assert done.returncode == 0, done.stderr.decode()


def test_the_dashboard_asks_for_metrics_that_there_are():
    expressions = [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]
    asked = {name for text in expressions for name in re.findall(r"maskwatch_\w+", text)}
    offered = {sample.name for family in metrics(*VISIT).collect() for sample in family.samples}
    offered |= {"maskwatch_temperature_celsius", "maskwatch_stage_seconds"}  # once a state has come
    assert asked <= offered


def test_metrics_never_take_the_place_of_another_file(tmp_path, capsys):
    config = tmp_path / "maskwatch.toml"
    before = f'[metrics]\nfile = "{config}"\n'
    config.write_text(before)
    assert main(["metrics", "--config", str(config)]) == 2
    assert 'must end in ".prom"' in capsys.readouterr().err
    assert config.read_text() == before
