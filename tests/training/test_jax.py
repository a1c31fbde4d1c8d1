"""Training on Keras's JAX backend, on one device and on several; its packages are fetched for these tests only."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from training.common.runs import RunFiles, RunState
from training.common.saved_network import load_network

pytestmark = pytest.mark.slow

HERE = Path(__file__).parent
REPOSITORY = HERE.parents[1]

# At the usual rate the first batches enlarge differences of rounding.
SMALL = ("--learning-rate", "1e-4", "--epochs", "2", "--batch-size", "8")
CLASSIFIER = ("--network", "door_cnn", *SMALL)
LOCATOR = ("--height", "80", *SMALL)

ANSWER = """
import sys
import keras, numpy as np
from training.common.saved_network import load_network
from pathlib import Path
network = load_network(Path(sys.argv[1]))
answers = network(np.load(sys.argv[2]), training=False)
np.savez(sys.argv[3], **{name: keras.ops.convert_to_numpy(answer) for name, answer in answers.items()})
"""


@pytest.fixture(scope="module")
def packages(tmp_path_factory):
    """A folder with JAX."""
    folder = tmp_path_factory.mktemp("jax")
    target = ["--no-deps", "--require-hashes", "--target", str(folder)]
    pip = [sys.executable, "-m", "pip", "install", "--quiet", *target, "-r", str(HERE / "from-pypi.txt")]
    if (fetched := subprocess.run(pip, capture_output=True, text=True)).returncode:
        pytest.skip(f"not run, because jax cannot be fetched: {fetched.stderr.strip().splitlines()[-1]}")
    yield folder
    # pytest keeps the folders of three runs; this one holds 380 MB.
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def begin(packages):
    """Begins a Python process in which Keras uses JAX on so many devices."""

    def begin(*arguments, devices=1, **variables):
        environment = os.environ | {
            "PYTHONPATH": f"{REPOSITORY}{os.pathsep}{packages}",
            "KERAS_BACKEND": "jax",
            "XLA_FLAGS": f"--xla_force_host_platform_device_count={devices}",
        }
        return subprocess.Popen(
            [sys.executable, "-u", *map(str, arguments)],
            cwd=REPOSITORY,
            env=environment | variables,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    return begin


def ended(*processes):
    """What the processes say, if all end well."""
    says = [process.communicate(timeout=1200) for process in processes]
    assert [process.returncode for process in processes] == [0] * len(processes), says
    return says


@pytest.fixture(scope="module")
def classifier(begin, drawn_faces, tmp_path_factory):
    """A run on one device."""
    run = RunFiles(tmp_path_factory.mktemp("classifier") / "run")
    ended(begin("-m", "training", "classifier", drawn_faces, "--out", run.folder, *CLASSIFIER))
    return run


@pytest.fixture(scope="module")
def scenes(draw_scenes, tmp_path_factory):
    folder = tmp_path_factory.mktemp("scenes")
    for i, (split, count) in enumerate((("train", 24), ("val", 4), ("test", 4))):
        draw_scenes(folder, split, count, first=100 * i)
    return folder


@pytest.fixture(scope="module")
def locator(begin, scenes, tmp_path_factory):
    """A run on one device."""
    run = RunFiles(tmp_path_factory.mktemp("locator") / "run")
    ended(begin("-m", "training", "locator", scenes, "--out", run.folder, *LOCATOR))
    return run


@pytest.mark.parametrize("kind", ["classifier", "locator"])
def test_a_network_trained_on_jax_answers_alike_on_tensorflow(kind, begin, tmp_path, request):
    run = request.getfixturevalue(kind)
    network = load_network(run.network)
    pictures = np.random.default_rng(1).random((2, *network.input_shape[1:]), np.float32)
    np.save(tmp_path / "pictures.npy", pictures)
    ended(begin("-c", ANSWER, run.network, tmp_path / "pictures.npy", tmp_path / "answers.npz"))
    answers = np.load(tmp_path / "answers.npz")
    here = network(pictures, training=False)
    assert here.keys() == {*answers}
    assert all(np.array(here[name]) == pytest.approx(answers[name], abs=1e-4) for name in answers)


def curve(run):
    """The losses of the epochs, in training and, of a classifier, on the validation split with averaged weights."""
    return [row[name] for row in run.read_history() for name in ("loss", "val_loss") if name in row]


def test_a_classifier_learns_on_two_devices_as_on_one(classifier, begin, drawn_faces, tmp_path):
    two = RunFiles(tmp_path / "two")
    call = ("classifier", drawn_faces, "--out", two.folder, *CLASSIFIER, "--distribute")
    ((out, _),) = ended(begin("-m", "training", *call, devices=2))
    assert "split over 2 devices" in out
    assert curve(two) == pytest.approx(curve(classifier), rel=0.01)


def test_a_locator_learns_on_two_machines_as_on_one(locator, begin, scenes, tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    machines = {
        "KERAS_DISTRIBUTION_JOB_ADDRESSES": f"127.0.0.1:{port}",
        "KERAS_DISTRIBUTION_NUM_PROCESSES": "2",
    }
    runs = [RunFiles(tmp_path / number) for number in "01"]
    calls = [("locator", scenes, "--out", run.folder, *LOCATOR, "--distribute") for run in runs]
    ended(
        *(
            begin("-m", "training", *call, KERAS_DISTRIBUTION_PROCESS_ID=str(number), **machines)
            for number, call in enumerate(calls)
        )
    )
    assert curve(runs[0]) == curve(runs[1])
    assert curve(runs[0]) == pytest.approx(curve(locator), rel=0.01)


def test_an_interrupted_fit_on_two_devices_goes_on_on_four(begin, drawn_faces, tmp_path):
    run = RunFiles(tmp_path / "run")
    call = ("-m", "training", "classifier", drawn_faces, "--network", "seed_cnn", "--out", run.folder, "--distribute")
    # More epochs than are done before the signal, however busy the machine is.
    process = begin(*call, "--batch-size", 16, "--epochs", 500, devices=2)
    for line in process.stdout:
        if line.startswith("epoch   1/"):
            process.send_signal(signal.SIGINT)
            break
    _, err = process.communicate(timeout=600)
    assert process.returncode == 130, err
    done = len(run.read_history())
    run.settings.write_text(json.dumps(json.loads(run.settings.read_text()) | {"epochs": done + 1}))
    ended(begin(*call, "--resume", devices=4))
    assert [row["epoch"] for row in run.read_history()] == list(range(1, done + 2))
    assert run.state is RunState.FITTED


def test_a_batch_that_cannot_be_split_equally_is_refused(begin, drawn_faces, tmp_path):
    call = ("classifier", drawn_faces, "--network", "seed_cnn", "--out", tmp_path / "run", "--distribute")
    process = begin("-m", "training", *call, "--batch-size", 16, devices=3)
    _, err = process.communicate(timeout=600)
    assert process.returncode == 2
    assert err.endswith("make --batch-size a multiple of 3.\n")
    assert err.count("\n") == 1
