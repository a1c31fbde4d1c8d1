import json
import os
import signal
import subprocess
import sys
from dataclasses import replace

import cv2
import numpy as np
import pytest
from gpiozero.pins.mock import MockFactory

from edge.camera.frame import Frame
from edge.cli import main
from edge.vision.model_file import pack, read_model_file


def maskwatch(*arguments, **options):
    return subprocess.run([sys.executable, "-m", "edge", *arguments], capture_output=True, text=True, **options)


@pytest.fixture(scope="module")
def long_clip(tmp_path_factory):
    path = tmp_path_factory.mktemp("clip") / "long.mp4"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), 25.0, (64, 48))
    for _ in range(5000):
        writer.write(np.zeros((48, 64, 3), np.uint8))
    writer.release()
    return path


@pytest.fixture(scope="module")
def picture(tmp_path_factory):
    path = tmp_path_factory.mktemp("picture") / "picture.png"
    assert cv2.imwrite(str(path), np.full((96, 128, 3), 90, np.uint8))
    return path


@pytest.fixture(scope="module")
def run_on_a_wall(picture):
    """A finished run of the real program, with both shipped networks, on a gray wall."""
    return maskwatch("run", "--source", str(picture))


@pytest.fixture
def kiosk(tmp_path):
    """Settings that take the middle of the picture for a face, whatever is there."""
    path = tmp_path / "kiosk.toml"
    path.write_text('[locator]\nkind = "centre"\n')
    return path


def test_a_run_logs_one_json_object_a_line(picture, kiosk):
    finished = maskwatch("run", "--source", str(picture), "--config", str(kiosk))
    events = [json.loads(line) for line in finished.stdout.splitlines()]
    assert finished.returncode == 0
    assert events[0]["event"] == "started"
    assert events[0]["locator"] == "centre"
    assert events[-1] == {"at": 0.9, "event": "stopped", "frames": 10}


def test_both_shipped_networks_answer_as_golden(run_on_a_wall):
    started = json.loads(run_on_a_wall.stdout.splitlines()[0])
    assert started["locator"] == "face_cnn"
    assert started["golden"]
    assert started["locator_golden"]


def test_a_network_that_answers_otherwise_is_told_of(picture, shipped_locator, tmp_path, capsys):
    model, other = read_model_file(shipped_locator), tmp_path / "other.tflite"
    other.write_bytes(pack(model.tflite, model.metadata, replace(model.golden, seed=2)))
    config = tmp_path / "maskwatch.toml"
    config.write_text(f'[model]\nlocator = "{other}"\n')
    assert main(["run", "--source", str(picture), "--config", str(config)]) == 0
    started = json.loads(capsys.readouterr().out.splitlines()[0])
    assert started["golden"]
    assert not started["locator_golden"]


def test_a_wall_is_no_face(run_on_a_wall):
    assert [json.loads(line)["event"] for line in run_on_a_wall.stdout.splitlines()] == ["started", "stopped"]


def test_mock_pins_are_mentioned_once(run_on_a_wall):
    assert run_on_a_wall.stderr.count("mock pins") == 1


@pytest.mark.parametrize(("sent", "status"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_a_signal_ends_the_run_in_order(long_clip, sent, status):
    command = [sys.executable, "-m", "edge", "run", "--source", str(long_clip)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        process.stdout.readline()
        process.send_signal(sent)
        output, errors = process.communicate(timeout=120)
    assert process.returncode == status
    assert json.loads(output.splitlines()[-1])["event"] == "stopped"
    assert "Traceback" not in errors


def test_a_reader_that_leaves_disturbs_nothing(long_clip):
    reading, writing = os.pipe()
    os.close(reading)
    finished = subprocess.run(
        [sys.executable, "-m", "edge", "run", "--source", str(long_clip)],
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        timeout=120,
        check=False,
    )
    os.close(writing)
    assert finished.returncode == 1
    assert "Traceback" not in finished.stderr


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ('[model]\nclassifier = "none.tflite"\n', "none.tflite cannot be read"),
        ('[model]\nclassifier = "{readme}"\n', "has no maskwatch metadata"),
        ('[model]\nlocator = "none.tflite"\n', "none.tflite cannot be read"),
        ('[model]\nlocator = "{classifier}"\n', "is a classifier, not a locator"),
        ('[locator]\nkind = "center"\n', 'must be "faces" or "centre", not \'center\''),
        ("[alarm]\nled_pin = 99\n", '"led_pin" must be a BCM number'),
        ("[alarm]\nled_pn = 9\n", 'did you mean "led_pin"'),
    ],
)
def test_settings_that_cannot_work_are_refused_in_a_sentence(tmp_path, picture, shipped_model, settings, said, capsys):
    (tmp_path / "readme").write_text("not a model")
    config = tmp_path / "maskwatch.toml"
    config.write_text(settings.format(readme=tmp_path / "readme", classifier=shipped_model))
    assert main(["run", "--source", str(picture), "--config", str(config)]) == 2
    output, errors = capsys.readouterr()
    assert said in errors
    assert '"started"' not in output


@pytest.mark.parametrize("source", ["none.mp4", "/dev/video97", "picamera2"])
def test_a_source_that_cannot_be_read_ends_with_status_2(source, capfd):
    assert main(["run", "--source", source]) == 2
    errors = capfd.readouterr().err
    assert errors.splitlines()[-1].startswith("maskwatch: ")
    assert "Traceback" not in errors


@pytest.fixture(scope="module")
def loaded():
    """The modules that the device's program loads."""
    code = "import sys, edge, edge.runtime.run, edge.cli; print(*sys.modules)"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()


@pytest.mark.parametrize("unwanted", ["tensorflow", "keras", "matplotlib", "rich", "skimage", "training", "export"])
def test_the_device_program_does_not_load(unwanted, loaded):
    assert "edge.runtime.run" in loaded
    assert unwanted not in loaded


def first(events, name):
    return next(event["at"] for event in events if event["event"] == name)


def test_a_bare_face_on_a_real_clip_raises_the_alert(shared_data):
    clip = shared_data / "clips" / "studio_man_no_mask.mp4"
    command = [sys.executable, "-m", "edge", "run", "--source", str(clip)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        events = (json.loads(line) for line in process.stdout)
        assert first(events, "alert_began") < 1.0
        process.terminate()


@pytest.fixture
def replayed(shared_data, capsys):
    """The events of a real clip; ten frames a second are enough to judge by."""

    def replayed(name, config):
        assert main(["replay", str(shared_data / "clips" / name), "--rate", "10", "--config", str(config)]) == 0
        return [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return replayed


def test_a_masked_face_on_a_real_clip_raises_none(replayed, tmp_path):
    config = tmp_path / "maskwatch.toml"
    config.write_text('[locator]\nkind = "centre"\nx = 0.62\n')  # he stands right of the middle
    events = replayed("cafe_man_masked.mp4", config)
    assert "compliant" in {event.get("verdict") for event in events}
    assert "alert_began" not in {event["event"] for event in events}


def test_a_mask_pulled_to_the_chin_raises_the_alert(replayed, tmp_path):
    config = tmp_path / "maskwatch.toml"
    # Where his face is: the bare one on the telephone that he holds up is found, too, where all are looked for.
    config.write_text('[locator]\nkind = "centre"\nx = 0.58\ny = 0.34\nsize = 0.3\n')
    events = replayed("webcam_mask_to_chin.mp4", config)
    assert 2.3 <= first(events, "alert_began") <= 3.6


@pytest.fixture
def stop_while_loading(monkeypatch, eventually):
    """The pins of a run that is sent SIGTERM while it loads the network, once its LED has come on."""
    pins = MockFactory()

    def load(_settings, **_):
        eventually(lambda: True in [state.state for state in pins.pin(17).states])
        os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr("edge.runtime.run.open_pins", lambda *, mock: pins)
    monkeypatch.setattr("edge.runtime.run.load_models", load)
    return pins


def test_the_led_blinks_while_the_network_is_loaded_and_is_off_if_stopped_then(stop_while_loading, picture, capsys):
    assert main(["run", "--source", str(picture)]) == 0
    assert not stop_while_loading.pin(17).state
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["event"] == "stopped"


@pytest.fixture
def kept_classifier(picture, shipped_model, tmp_path, monkeypatch):
    """Settings that name a classifier of which a run has kept a copy; and its file."""
    file, config = tmp_path / "door.tflite", tmp_path / "door.toml"
    file.write_bytes(shipped_model.read_bytes())
    config.write_text(f'[model]\nclassifier = "{file}"\n[locator]\nkind = "centre"\n')
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path / "state"))
    assert main(["run", "--source", str(picture), "--config", str(config)]) == 0
    return config, file


def test_a_model_file_that_is_cut_off_later_is_told_of_and_its_copy_used(kept_classifier, picture, capsys):
    config, file = kept_classifier
    file.write_bytes(file.read_bytes()[:100_000])
    capsys.readouterr()
    assert main(["run", "--source", str(picture), "--config", str(config)]) == 0
    fault, started = (json.loads(line) for line in capsys.readouterr().out.splitlines()[:2])
    assert fault["event"] == "fault"
    assert "a copy of the last good one is used" in fault["reason"]
    assert started["golden"]


class FailingCamera:
    """Two frames, and then an error."""

    epoch = 1_760_000_000.0

    def __iter__(self):
        yield Frame(np.zeros((48, 64, 3), np.uint8), 0.0)
        yield Frame(np.zeros((48, 64, 3), np.uint8), 0.1)
        raise OSError("the bus has gone")

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        pass


def test_an_error_in_the_loop_is_logged_shown_and_passed_on(monkeypatch, capsys):
    pins = MockFactory()
    monkeypatch.setattr("edge.runtime.run.open_pins", lambda *, mock: pins)
    monkeypatch.setattr("edge.runtime.run.open_camera", lambda *_: FailingCamera())
    with pytest.raises(OSError, match="the bus has gone"):
        main(["run", "--source", "0"])
    fault = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (fault["event"], fault["reason"]) == ("fault", "the bus has gone")
    assert True in [state.state for state in pins.pin(17).states[2:]]  # blinked again after starting
    assert not pins.pin(17).state
