"""Print how many images a second either network trains with, against what this machine's matrix multiply allows.

    PYTHONPATH=. .venv/bin/python tests/bench/training_speed.py ../shared/data --json tests/bench/training_speed.json

DATA holds crops/ and scenes/. Run it on a machine that does nothing else; it takes two to three minutes. --quick times
fewer batches, to try the command. Each fit is timed as it is, and with one batch again and again, which shows what the
input pipeline costs; the pipeline is also timed alone. The committed file's table stands in README.md.
"""

import argparse
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from card import with_figures
from emulated import HERE
from tables import TextTable
from timed_fits import TimedFit, timed_classifier, timed_locator

Record = dict[str, Any]

COMMITTED, PAGE = HERE / "training_speed.json", HERE / "README.md"

STEPS, QUICK_STEPS = {"door_cnn": 48, "face_cnn": 32}, {"door_cnn": 8, "face_cnn": 8}
"""Batches of each fit."""

MATRIX = 2048
"""Rows and columns of the matrices that are multiplied, float32."""


def main() -> int:
    """Run the command; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, metavar="DATA")
    parser.add_argument("--quick", action="store_true", help="fewer batches")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there")
    arguments = parser.parse_args()
    record = {"quick": arguments.quick, **measured(arguments.data, QUICK_STEPS if arguments.quick else STEPS)}
    table = speed_table(record).markdown()
    sys.stdout.write(f"{table}\n")
    if arguments.json:
        arguments.json.write_text(json.dumps(record, indent=1) + "\n")
    if arguments.json and arguments.json.samefile(COMMITTED):
        PAGE.write_text(with_figures(PAGE.read_text(), [table], by="training_speed.py"))
    return 0


def measured(data: Path, steps: dict[str, int]) -> Record:
    """All figures: of the machine, and of both fits."""
    fits = {
        "door_cnn": timed_classifier(data / "crops", steps["door_cnn"]),
        "face_cnn": timed_locator(data / "scenes", steps["face_cnn"]),
    }
    gigaflops = [matrix_gigaflops()]
    networks = {}
    for name, fit in fits.items():
        networks[name] = _speeds(fit)
        gigaflops.append(matrix_gigaflops())
    # The machine may have been slower for a while.
    return {"cores": len(os.sched_getaffinity(0)), "gigaflops": max(gigaflops), "networks": networks}


def _speeds(fit: TimedFit) -> Record:
    return {
        "batch_size": fit.settings.batch_size,
        "multiply_adds": training_multiply_adds(fit.network),
        "with_constants": fit.with_constants(),
        "with_pictures": fit.with_pictures(),
        "pictures_alone": fit.pictures_alone(),
    }


def matrix_gigaflops(tries: int = 10) -> float:
    """The most that TensorFlow's matrix multiply reaches, on as many threads as a fit has."""
    a, b = (tf.constant(np.random.default_rng(n).random((MATRIX, MATRIX), np.float32)) for n in (1, 2))
    seconds = []
    for _ in range(tries):
        began = time.perf_counter()
        tf.matmul(a, b).numpy()
        seconds.append(time.perf_counter() - began)
    return 2 * MATRIX**3 / min(seconds) / 1e9


def training_multiply_adds(network: keras.Model) -> int:
    """Those of an image, forward and backward, of all convolutions and fully connected layers.

    Backward takes as many for the weights' gradients, and as many again for those of the layer's input, which the first
    layer does not need.
    """
    layers = [layer for layer in network.layers if hasattr(layer, "kernel")]
    forward = [int(np.prod(layer.kernel.shape) * np.prod(layer.output.shape[1:-1])) for layer in layers]
    return 3 * sum(forward) - forward[0]


def limit(record: Record, name: str) -> float:
    """Images a second if a step were nothing but multiply-adds at the rate of the matrix multiply."""
    return 1e9 * record["gigaflops"] / (2 * record["networks"][name]["multiply_adds"])


def speed_table(record: Record) -> TextTable:
    """The images a second of both fits."""
    rows = [_row(name, of, limit(record, name)) for name, of in record["networks"].items()]
    headings = (
        "network",
        "batch",
        "multiply-adds an image, M",
        "the matrix multiply allows",
        "one batch again and again",
        "share",
        "as it trains",
        "share of that",
        "pictures alone",
    )
    title = f"Images a second on {record['cores']} cores, matrix multiply {record['gigaflops']:.0f} GFLOP/s"
    return TextTable(f"{title}; a quick try on a busy machine" if record["quick"] else title, headings, rows)


def _row(name: str, of: Record, limit: float) -> list[str]:
    counts = [f"{of['batch_size']}", f"{of['multiply_adds'] / 1e6:.0f}", f"{limit:.0f}"]
    constants = [f"{of['with_constants']:.0f}", f"{of['with_constants'] / limit:.0%}"]
    pictures = [f"{of['with_pictures']:.0f}", f"{of['with_pictures'] / of['with_constants']:.0%}"]
    return [name, *counts, *constants, *pictures, f"{of['pictures_alone']:.0f}"]


if __name__ == "__main__":
    sys.exit(main())
