"""Print how good the shipped int8 files are, beside their aims and their peers, in one run.

    PYTHONPATH=. python tests/bench/accuracy.py DATA --peers FOLDER --clips CLIPS --json figures.json

DATA holds crops/, crops_unseen/ and scenes/, as `maskwatch-train classifier` and `maskwatch-train locator` take them.
Faces are measured by their shorter side, and a box finds a face at an overlap (IoU) of 0.3 or with mutual centers
inside; a second box on a face is a false one. Every chain is counted by the same code. Shares come with Wilson's 95 %
interval. `tests/bench/card.py` makes the model card's tables of what --json writes.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import cv2
from chains import Chain
from device import Device
from float_loss import losses
from peers import peers_in
from records import Measured, Record, clips_record, files_record, negatives_record, split_record
from rich.console import Console
from tables import tables_of

from edge.errors import UserError
from edge.settings.schema import MODELS, VerdictSettings
from training.locator.scene_reader import read_scenes

LOCATOR, CLASSIFIER = MODELS / "face_cnn.tflite", MODELS / "door_cnn.tflite"
"""The files that the device ships with."""

OTHER_CLASSIFIERS = (MODELS / "seed_cnn.tflite",)

WIDTH = 150
"""Columns of the tables where the output is no terminal."""


def main() -> int:
    """Run the command; returns the exit status."""
    arguments = _arguments()
    cv2.setNumThreads(1)
    try:
        record = _record(arguments)
    except UserError as error:
        sys.stderr.write(f"accuracy: {error}\n")
        return 2
    console = Console(width=None if sys.stdout.isatty() else WIDTH, markup=False)
    for table in tables_of(record):
        console.print(table.rich())
    if arguments.json:
        arguments.json.write_text(json.dumps(record, indent=1) + "\n")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, metavar="DATA")
    parser.add_argument("--peers", type=Path, metavar="FOLDER", help="weights that others published")
    parser.add_argument(
        "--split", choices=("val", "test", "unseen"), nargs="+", default=("test", "unseen"), help="(test unseen)"
    )
    parser.add_argument(
        "--clips", type=Path, metavar="FOLDER", help="annotated clips, as `maskwatch evaluate` takes them"
    )
    parser.add_argument("--only-report", nargs="+", default=(), metavar="CLIP", help="clips that need not pass")
    parser.add_argument("--runs", type=Path, nargs="+", metavar="RUN", help="float networks, to compare int8 with")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there too")
    return parser.parse_args()


def _record(arguments: argparse.Namespace) -> Record:
    # First, because the other figures take minutes, after which a folder that holds no run would be refused.
    below_float = dict(losses(arguments.runs, (LOCATOR, CLASSIFIER))) if arguments.runs else {}
    chains = list(_chains(arguments.peers))
    scenes = read_scenes(arguments.data / "scenes")
    measured = Measured(arguments.data, scenes, chains, (CLASSIFIER, *OTHER_CLASSIFIERS))
    return {
        "splits": {split: split_record(measured, split) for split in arguments.split},
        "negatives": negatives_record(measured),
        "clips": clips_record(arguments.clips, arguments.only_report) if arguments.clips else None,
        "files": files_record(chains, scenes.split(arguments.split[0])),
        "int8_below_float": below_float,
    }


def _chains(peers: Path | None) -> Iterator[Chain]:
    yield Device(LOCATOR, CLASSIFIER, VerdictSettings())
    if peers and not peers.is_dir():
        raise UserError(f"There is no folder {peers}", "name the one that holds the peers' weights, or leave it out")
    if peers:
        yield from peers_in(peers)


if __name__ == "__main__":
    sys.exit(main())
