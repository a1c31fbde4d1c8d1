import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from mqtt_broker import DeafBroker, until

from edge.cli import main
from edge.stats.database import Database
from edge.stream.messages import Position
from edge.stream.visits import Visit, Visits

OPENSSL = (
    *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"),
    *("-addext", "subjectAltName=IP:127.0.0.1"),
)

AVAILABILITY, STATE, COUNTS, EVENT = (
    f"maskwatch/door-1/{name}" for name in ("availability", "state", "counts", "event")
)
DISCOVERY = "homeassistant/device/maskwatch-door-1/config"


def test_an_alert_at_the_door_is_on_at_the_broker_until_it_ends(broker, door, program, listen):
    port = broker().port
    program(port)
    heard = listen(port)
    door.event("alert_began", track=3, p_not_compliant=0.9)
    until(lambda: heard.json(STATE).get("alert") == "ON")
    door.event("alert_ended", track=3)
    until(lambda: heard.json(STATE).get("alert") == "OFF")
    assert [text for topic, text in heard.messages if topic == EVENT]


def test_people_in_view_before_the_bridge_started_are_known(broker, door, program, listen):
    door.event("alert_began", track=3, p_not_compliant=0.9)
    port = broker().port
    program(port)
    heard = listen(port)
    until(lambda: heard.json(STATE).get("alert") == "ON")


def test_a_blind_door_and_one_that_is_away_are_told_apart(broker, door, program, listen):
    port = broker().port
    program(port)
    heard = listen(port)
    door.state(blind="no picture for 3 s")
    until(lambda: heard.json(STATE).get("blind") == "ON")
    assert heard.json(STATE)["door"] == "ON"
    door.__exit__()
    until(lambda: heard.json(STATE).get("door") == "OFF")


def test_a_state_is_sent_again_though_the_door_says_nothing(broker, door, program, listen):
    port = broker().port
    program(port, "tls = false", "state_seconds = 1.0")
    heard = listen(port)
    door.state(blind="no picture for 3 s")
    until(lambda: heard.json(STATE).get("blind") == "ON")
    before = len(heard.messages)
    until(lambda: len([topic for topic, _ in heard.messages[before:] if topic == STATE]) >= 2)


def test_a_mute_ends_at_the_broker_too_while_the_door_is_blind(broker, door, program, listen):
    port = broker().port
    program(port, "tls = false", "state_seconds = 1.0")
    heard = listen(port)
    door.state(blind="no picture for 3 s", buzzer_muted_seconds=2.0)
    until(lambda: heard.json(STATE).get("muted") == "ON")
    until(lambda: heard.json(STATE).get("muted") == "OFF")
    assert heard.json(STATE)["blind"] == "ON"


def test_what_a_broker_never_acknowledged_does_not_follow_what_is_so_now(door, program):
    with DeafBroker() as broker:
        program(broker.port)
        door.state(blind=None)
        until(lambda: {"blind": "OFF", "door": "ON"}.items() <= broker.state(0).items())
        door.event("blind", reason="no picture for 3 s")
        until(lambda: broker.state(0)["blind"] == "ON")
        door.event("sighted", unseen_seconds=1.0)
        until(lambda: broker.state(0)["blind"] == "OFF")
        door.event("track_began", track=1)
        until(lambda: broker.events(0) == 3)
        broker.hang_up()
        door.event("blind", reason="no picture for 3 s")
        until(lambda: broker.state(1).get("blind") == "ON")
        until(lambda: broker.events(1) >= 3)  # paho has sent again what it keeps
        assert broker.state(1)["blind"] == "ON"


def test_a_bridge_that_is_killed_is_offline_by_the_brokers_word(broker, program, listen):
    port = broker().port
    bridge = program(port)
    heard = listen(port)
    until(lambda: heard.text(AVAILABILITY) == "online")
    bridge.end(signal.SIGKILL)
    until(lambda: heard.text(AVAILABILITY) == "offline")


def test_a_bridge_that_is_stopped_says_so_and_ends_well(broker, program, listen):
    port = broker().port
    bridge = program(port)
    heard = listen(port)
    until(lambda: heard.text(AVAILABILITY) == "online")
    assert bridge.end() == 0
    until(lambda: heard.text(AVAILABILITY) == "offline")


def test_a_broker_that_was_killed_hears_everything_again_once_it_is_back(broker, door, program, listen):
    first = broker()
    program(first.port)
    before = listen(first.port)
    until(lambda: before.text(AVAILABILITY) == "online")
    first.kill()
    door.event("alert_began", track=3, p_not_compliant=0.9)
    broker(port=first.port)
    heard = listen(first.port)
    until(lambda: heard.json(STATE).get("alert") == "ON")
    until(lambda: heard.text(DISCOVERY))


def test_home_assistant_hears_everything_again_when_it_has_started(broker, program, listen):
    port = broker().port
    program(port)
    heard = listen(port)
    until(lambda: heard.text(STATE))
    before = len([topic for topic, _ in heard.messages if topic == DISCOVERY])
    heard.say("homeassistant/status", "online")
    until(lambda: len([topic for topic, _ in heard.messages if topic == DISCOVERY]) > before)


def test_buttons_and_the_switch_reach_the_door(broker, door, program, listen):
    port = broker().port
    program(port)
    heard = listen(port)
    until(lambda: heard.text(AVAILABILITY) == "online")
    for command, payload in (("test_led", "PRESS"), ("mute", "ON"), ("mute", "OFF")):
        heard.say(f"maskwatch/door-1/command/{command}", payload)
    until(lambda: len(door.told) == 3)
    asked = [{key: told[key] for key in told if key in ("do", "output", "minutes")} for told in door.told]
    assert asked == [{"do": "test", "output": "led"}, {"do": "mute", "minutes": 10}, {"do": "unmute"}]


def test_a_command_that_the_broker_kept_is_not_carried_out_again(broker, door, program, listen):
    port = broker().port
    heard = listen(port)
    heard.say("maskwatch/door-1/command/mute", "ON", retain=True)
    program(port)
    until(lambda: heard.text(AVAILABILITY) == "online")
    heard.say("maskwatch/door-1/command/test_led", "PRESS")
    until(lambda: door.told)
    assert [told["do"] for told in door.told] == ["test"]


def test_todays_counts_come_from_the_database(broker, program, listen, tmp_path):
    with Database(tmp_path / "counts.db") as database:
        visits = [Visit(time.time(), outcome, 1.0) for outcome in ("compliant", "not compliant")]
        database.record(Position("run", 1), Visits(), visits)
    port = broker().port
    program(port)
    heard = listen(port)
    until(lambda: heard.text(COUNTS))
    assert heard.json(COUNTS) == {"people": 2, "compliant": 1, "not_compliant": 1, "undecided": 0}


def test_a_wrong_password_is_said_and_tried_again(broker, program, tmp_path):
    passwords, ours = tmp_path / "passwords", tmp_path / "secret"
    passwords.touch(mode=0o644)
    subprocess.run(["mosquitto_passwd", "-b", passwords, "door", "right"], check=True, capture_output=True)
    passwords.chmod(0o644)
    ours.write_text("wrong\n")
    ours.chmod(0o600)
    port = broker("allow_anonymous false", f"password_file {passwords}").port
    bridge = program(port, "tls = false", 'username = "door"', f'password_file = "{ours}"')
    until(lambda: bridge.says("The broker refuses the connection: Not authorized"))
    assert bridge.process.poll() is None


def test_a_broker_with_another_certificate_is_not_spoken_to(broker, program, tmp_path, listen):
    for name in ("theirs", "expected"):
        written = ("-keyout", tmp_path / f"{name}.key", "-out", tmp_path / f"{name}.pem")
        subprocess.run(
            (*OPENSSL, *written),
            check=True,
            capture_output=True,
        )
    for file in tmp_path.glob("*.key"):
        file.chmod(0o644)
    secure = f"certfile {tmp_path / 'theirs.pem'}\nkeyfile {tmp_path / 'theirs.key'}\nallow_anonymous true"
    port = broker(secure).port
    bridge = program(port, f'ca_file = "{tmp_path / "expected.pem"}"')
    until(lambda: bridge.says("certificate verify failed"))
    bridge.end()
    trusting = program(port, f'ca_file = "{tmp_path / "theirs.pem"}"')
    until(lambda: trusting.says("Connected to the broker."))


def test_a_broker_that_accepts_and_never_answers_delays_no_end(program):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        taken = []
        threading.Thread(target=lambda: taken.append(silent.accept()), daemon=True).start()
        bridge = program(silent.getsockname()[1])
        until(lambda: taken)
        assert bridge.end() == 0


def test_a_password_file_in_another_encoding_is_refused(tmp_path, capsys):
    secret = tmp_path / "secret"
    secret.touch(mode=0o600)
    secret.write_bytes("café".encode("latin-1"))
    config = tmp_path / "maskwatch.toml"
    config.write_text(
        f'[mqtt]\nbroker = "127.0.0.1"\ntls = false\nusername = "door"\npassword_file = "{secret}"\n', encoding="utf-8"
    )
    assert main(["mqtt", "--config", str(config)]) == 2
    assert "not written in UTF-8" in capsys.readouterr().err


def test_a_password_that_everyone_can_read_is_refused(tmp_path, capsys):
    secret, config = tmp_path / "secret", tmp_path / "maskwatch.toml"
    secret.write_text("right\n")
    secret.chmod(0o644)
    config.write_text(f'[mqtt]\nbroker = "127.0.0.1"\nusername = "door"\npassword_file = "{secret}"\n')
    assert main(["mqtt", "--config", str(config)]) == 2
    assert "Everyone on this machine can read the password" in capsys.readouterr().err


def test_without_a_broker_the_answer_says_what_to_write(tmp_path, capsys):
    config = tmp_path / "maskwatch.toml"
    config.write_text("")
    assert main(["mqtt", "--config", str(config)]) == 2
    assert '"broker" in [mqtt]' in capsys.readouterr().err
