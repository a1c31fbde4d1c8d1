"""Score the shipped classifiers on face crops, through the device's own code: python tests/bench/classifiers.py DATA.

DATA is a folder as `maskwatch-train classifier` takes it; its `test` split is used. Sources whose pictures were cut out
of scenes are also shown by themselves: in the others, the source alone nearly gives the class away.
"""

import argparse
import time
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from edge.device import load_classifier
from edge.service.settings import MODELS, ModelSettings
from edge.vision.golden import golden_pictures
from edge.vision.model_file import read_model_file
from export.classifier_run import predict_int8
from export.graph import read_graph
from training.datasets import Photo, read_dataset
from training.scores import score_decisions

FROM_SCENES = ("jolignier", "chunmusic")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, metavar="DATA")
    photos = read_dataset(parser.parse_args().data).split("test")
    table = Table(
        "int8 network", "with / without", "of scene sources", "incorrect caught", "bytes", "M multiply-adds", "ms"
    )
    for path in sorted(p for p in MODELS.glob("*.tflite") if read_model_file(p).metadata.kind == "classifier"):
        table.add_row(path.stem, *figures(path, photos))
    Console().print(table, f"{len(photos)} pictures; ms an inference, one thread, median of 200, this machine.")


def figures(path: Path, photos: list[Photo]):
    classifier, model = load_classifier(ModelSettings(classifier=str(path), threads=1))
    predictions = predict_int8(classifier, photos, classifier.threshold)
    from_scenes = np.array([photo.source.startswith(FROM_SCENES) for photo in photos])
    everything = score_decisions(predictions.alerts, predictions.labels)
    scenes = score_decisions(predictions.alerts[from_scenes], predictions.labels[from_scenes])
    yield f"{everything.with_without_accuracy:.4f}"
    yield f"{scenes.with_without_accuracy:.4f}"
    yield f"{everything.incorrect_caught:.4f}"
    yield f"{path.stat().st_size:,}"
    yield f"{read_graph(model.tflite).multiply_adds / 1e6:.1f}"
    yield f"{milliseconds(classifier.network):.2f}"


def milliseconds(network) -> float:
    (picture,) = golden_pictures(1, 1, network.input_size)
    took = []
    for _ in range(200):
        began = time.perf_counter()
        network.run(picture)
        took.append(time.perf_counter() - began)
    return 1000 * float(np.median(took))


if __name__ == "__main__":
    main()
