"""Work between marks, on an emulated Pi: costs.py networks | ours FRAMES.npy | peer NAME FOLDER FRAMES.npy.

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
from edge.runtime.frame_result import FrameResult
from edge.runtime.loop import StageTimer
from edge.runtime.motion_gate import MotionGate
from edge.runtime.pipeline import build_pipeline, load_models, make_alarm, upright_frames
from edge.settings.schema import ModelSettings, Settings
from edge.vision.interpreter import open_interpreter
from edge.vision.model_file import read_model_file

RATE = 10
INVOCATIONS = 3
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


class Silent:
    """Nobody to be told."""

    def publish(self, result: FrameResult) -> None:
        """Nothing."""


def camera(pictures: np.ndarray) -> Iterator[Frame]:
    """Frames as picamera2 gives them: the array of a request is a copy of its buffer."""
    for number, picture in enumerate(pictures):
        mark("rest")
        image = picture.copy()
        mark("grab")
        yield Frame(image, number / RATE)
    mark("rest")


def ours(pictures: np.ndarray) -> None:
    """The device's own loop; then the grab of a USB camera, which sends JPEG."""
    edge.runtime.loop.StageTimer = MarkingTimer  # type: ignore[misc]
    models = load_models(SETTINGS)
    with make_alarm(SETTINGS.alarm, open_pins(mock=True), live=False) as alarm:
        gate = MotionGate(SETTINGS.camera.idle_frames_per_second)
        frames = gate.select(upright_frames(camera(pictures), SETTINGS.camera))
        build_pipeline(SETTINGS, models, alarm).watch(frames, gate)
    for picture in pictures[:INVOCATIONS]:
        jpeg = cv2.imencode(".jpg", picture)[1]
        mark("rest")
        cv2.cvtColor(cv2.imdecode(jpeg, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)
        mark("USB grab")


def networks() -> None:
    """Nothing but the runtime's own work on each shipped network."""
    for role in ("locator", "classifier"):
        model = read_model_file(Path(getattr(SETTINGS.model, role)))
        interpreter = open_interpreter(Interpreter, model.tflite, 1)
        repeat(role, interpreter.invoke, range(INVOCATIONS))


def peer(name: str, folder: str, pictures: np.ndarray) -> None:
    """A peer's whole way, on pictures that it has been given."""
    chain = next(chain for chain in peers_in(Path(folder)) if chain.name == name)
    repeat(name, chain.find, pictures[:INVOCATIONS])


def repeat(what: str, work: Callable[..., object], over: Iterable[object]) -> None:
    """Do it for each argument, between marks; the first time the library still warms up."""
    for argument in over:
        mark("rest")
        work() if isinstance(argument, int) else work(argument)
        mark(what)


def main(job: str, *arguments: str) -> None:
    cv2.setNumThreads(1)
    gc.collect()
    gc.disable()
    if job == "networks":
        networks()
    elif job == "ours":
        ours(np.load(arguments[0]))
    else:
        peer(arguments[0], arguments[1], np.load(arguments[2]))
    sys.stdout.write(json.dumps(done))


if __name__ == "__main__":
    main(*sys.argv[1:])
