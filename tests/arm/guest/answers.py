"""What the shipped networks answer to fixed pictures, and to the one that is named: digests, as JSON, and by what.

Runs on a Pi and on this machine alike. Then runs each network a few times more, and calls getppid before and after: a
mark for the program that counts.
"""

import gc
import hashlib
import json
import os
import sys
from pathlib import Path

from ai_edge_litert.interpreter import Interpreter

import edge
from edge.camera.still_pictures import Pictures
from edge.vision.golden import golden_pictures
from edge.vision.interpreter import Int8Network, open_interpreter
from edge.vision.letterbox import letterbox
from edge.vision.model_file import read_model_file

NETWORKS = ("door_cnn", "face_cnn")

SEED, COUNT = 2, 3

INVOCATIONS = 4


def answers(model, photograph):
    network = Int8Network(model, threads=1)
    pictures = [*golden_pictures(SEED, COUNT, network.input_size), letterbox(photograph, network.input_size)[0]]
    digests = [
        {output: hashlib.sha256(values.tobytes()).hexdigest() for output, values in network.run(picture).items()}
        for picture in pictures
    ]
    return {"xnnpack": network.delegated, "digests": digests}


def invoke_between_marks(model):
    """Nothing but the runtime's own work lies between the marks: Python's depends on its heap."""
    interpreter = open_interpreter(Interpreter, model.tflite, 1)
    for _ in range(INVOCATIONS):
        os.getppid()
        interpreter.invoke()
        os.getppid()


def main(photograph):
    models = {name: read_model_file(Path(edge.__file__).parent / "models" / f"{name}.tflite") for name in NETWORKS}
    sys.stdout.write(json.dumps({name: answers(model, photograph) for name, model in models.items()}))
    gc.collect()
    gc.disable()
    for model in models.values():
        invoke_between_marks(model)


if __name__ == "__main__":
    main(next(iter(Pictures([Path(sys.argv[1])]))).image)
