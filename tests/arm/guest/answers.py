"""What the shipped networks answer to fixed pictures, and to the one that is named: digests, as JSON.

Runs on a Pi and on this machine alike. Calls getppid before and after each inference: a mark for whoever counts.
"""

import gc
import hashlib
import json
import os
import sys
from pathlib import Path

import edge
from edge.camera.recording import Pictures
from edge.vision.golden import golden_pictures
from edge.vision.interpreter import Int8Network
from edge.vision.letterbox import letterbox
from edge.vision.model_file import read_model_file

NETWORKS = ("door_cnn", "face_cnn")

SEED, COUNT = 2, 3


def answers(name, photograph):
    model = read_model_file(Path(edge.__file__).parent / "models" / f"{name}.tflite")
    network = Int8Network(model, threads=1)
    pictures = [*golden_pictures(SEED, COUNT, network.input_size), letterbox(photograph, network.input_size)[0]]
    return [
        {output: hashlib.sha256(values.tobytes()).hexdigest() for output, values in _run(network, picture).items()}
        for picture in pictures
    ]


def _run(network, picture):
    gc.collect()
    os.getppid()
    outputs = network.run(picture)
    os.getppid()
    return outputs


if __name__ == "__main__":
    gc.disable()
    image = next(iter(Pictures([Path(sys.argv[1])]))).image
    sys.stdout.write(json.dumps({name: answers(name, image) for name in NETWORKS}))
