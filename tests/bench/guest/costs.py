"""Work between marks, on an emulated Pi: costs.py JOB, which is one of

    networks | cuts TFLITE... | frames FRAMES.npy | scenes FRAMES.npy... | door CLIP | peers FOLDER FRAMES.npy

A mark is a call of getppid, at which the plugin counts. What was done before each mark is written as JSON, in order.
"""

import gc
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import cv2
import numpy as np
from ai_edge_litert.interpreter import Interpreter
from peers import peers_in

import edge.runtime.loop
from edge.alarm.pins import open_pins
from edge.camera.frame import Frame
from edge.camera.live import is_black
from edge.camera.repetition import Repetition
from edge.runtime.loop import StageTimer
from edge.runtime.motion_gate import MotionGate
from edge.runtime.pipeline import build_pipeline, load_models, make_alarm, upright_frames
from edge.settings.schema import ModelSettings, Settings
from edge.vision.face import Face
from edge.vision.interpreter import open_interpreter
from edge.vision.model_file import read_model_file

RATE = 10
REPETITIONS = 3
FACE = Face(258, 140, 382, 290)
"""Of the drawn person, for the peers' second stages."""
SETTINGS = Settings(model=ModelSettings(threads=1))

done: list[str] = []


def mark(what: str) -> None:
    """Something is done."""
    done.append(what)
    os.getppid()


class MarkingTimer(StageTimer):
    """Marks where the loop takes the time."""

    def begin(self) -> None:
        super().begin()
        mark("gate")

    def end(self, stage: str) -> None:
        super().end(stage)
        mark(stage)


def camera(pictures: Iterable[np.ndarray]) -> Iterator[Frame]:
    """Frames as picamera2 gives them, an array is a copy of its buffer, and as `LiveCamera` checks them."""
    repetition = Repetition()
    for number, picture in enumerate(pictures):
        mark("not ours")
        image = picture.copy()
        repetition.is_new(image, number / RATE)
        is_black(image)
        mark("grab")
        yield Frame(image, number / RATE)
        mark("gate")


def clip(path: str) -> Iterator[np.ndarray]:
    """The pictures of a clip."""
    capture = cv2.VideoCapture(path)
    while capture.grab():
        yield cv2.cvtColor(capture.retrieve()[1], cv2.COLOR_BGR2RGB)


def watch(pictures: Iterable[np.ndarray]) -> None:
    """The device's own loop, with nobody to be told."""
    edge.runtime.loop.StageTimer = MarkingTimer  # type: ignore[misc]
    models = load_models(SETTINGS)
    with make_alarm(SETTINGS.alarm, open_pins(mock=True), live=False) as alarm:
        gate = MotionGate(SETTINGS.camera.idle_frames_per_second)
        frames = gate.select(upright_frames(camera(pictures), SETTINGS.camera))
        build_pipeline(SETTINGS, models, alarm).watch(frames, gate)


def networks() -> None:
    """Nothing but the runtime's own work on each shipped network."""
    for path in (SETTINGS.model.locator, SETTINGS.model.classifier):
        model = read_model_file(Path(path))
        interpreter = open_interpreter(Interpreter, model.tflite, 1)
        repeat(model.metadata.network, interpreter.invoke)


def cuts(files: Iterable[str]) -> None:
    """The same for networks that lie in files of their own."""
    for file in files:
        interpreter = open_interpreter(Interpreter, Path(file).read_bytes(), 1)
        repeat(Path(file).name, interpreter.invoke)


def scenes(files: Iterable[str]) -> None:
    """The device's own loop on several scenes, one after the other."""
    for file in files:
        mark("not ours")
        mark(Path(file).name)
        watch(np.load(file, mmap_mode="r"))


def decode(picture: np.ndarray) -> None:
    """What a USB camera's picture costs, which comes as JPEG, before it is one."""
    jpeg = cv2.imencode(".jpg", cv2.GaussianBlur(picture, (0, 0), 1), [cv2.IMWRITE_JPEG_QUALITY, 80])[1]
    repeat("USB grab", lambda: cv2.cvtColor(cv2.imdecode(jpeg, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB))


def peers(folder: str, picture: np.ndarray) -> None:
    """Each stage of each peer."""
    for chain in peers_in(Path(folder)):
        for stage, work in chain.stages(picture, FACE).items():
            repeat(f"{chain.name}: {stage}", work)


def repeat(what: str, work: Callable[[], object]) -> None:
    """Do it a few times between marks; the first time the library still warms up."""
    for _ in range(REPETITIONS):
        mark("not ours")
        work()
        mark(what)


def main(job: str, *arguments: str) -> None:
    """Do a job."""
    cv2.setNumThreads(1)
    gc.collect()
    gc.disable()
    if job == "networks":
        networks()
    elif job == "cuts":
        cuts(arguments)
    elif job == "scenes":
        scenes(arguments)
    elif job == "frames":
        pictures = np.load(arguments[0])
        watch(pictures)
        decode(pictures[0])
    elif job == "door":
        watch(clip(arguments[0]))
    else:
        peers(arguments[0], np.load(arguments[1])[0])
    sys.stdout.write(json.dumps(done))


if __name__ == "__main__":
    main(*sys.argv[1:])
