"""The command line of `maskwatch-train`: its commands and their options."""

import argparse
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from edge.arguments import above_zero, between, even_between
from edge.help import example
from edge.vision.preprocessing import CROP_WIDENINGS
from training.classifier.settings import ClassifierFitSettings
from training.common.runs import RunFiles
from training.common.settings import FitSettings
from training.locator.settings import LocatorFitSettings

Command = Callable[[argparse.Namespace], int]
"""Takes the parsed arguments and returns the exit status."""


def make_parser(*, train_classifier: Command, train_locator: Command) -> argparse.ArgumentParser:
    """The parser; what it returns holds, as `command`, the function of the chosen command."""
    parser = argparse.ArgumentParser(prog="maskwatch-train", description="Train the networks on photographs.")
    parser.add_argument("--version", action="version", version=f"%(prog)s {version('maskwatch')}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    classifier = commands.add_parser(
        "classifier",
        **example("maskwatch-train classifier DATA --network door_cnn --out runs/door"),
        help="fit the network that tells masked faces from others",
        description="Fit the network that tells masked faces from others, score it, and write a report.\n"
        "Ctrl-C keeps the best so far; --resume goes on.",
    )
    classifier.set_defaults(command=train_classifier)
    classifier.add_argument(
        "data",
        type=Path,
        metavar="DATA",
        help="folder of with_mask/, without_mask/, [incorrect/, not_compliant/, unclear/], or of train/, val/ and "
        "test/ with these",
    )
    classifier.add_argument(
        "--network",
        required=True,
        metavar="NAME",
        help="needed: door_cnn, which ships; seed_cnn or seed_cnn_average, textbook networks to compare with; or "
        "efficientnet_lite0, a teacher",
    )
    _add_settings(classifier, ClassifierFitSettings)
    classifier.add_argument(
        "--deterministic", action="store_const", const=True, help="get the same weights each time, at the cost of speed"
    )
    classifier.add_argument(
        "--scenes",
        type=_absolute,
        metavar="SCENES",
        help="add the faces of the training split of scenes with boxes labeled by class, as the locator boxes them",
    )
    classifier.add_argument(
        "--second-detector",
        type=_absolute,
        metavar="FILE",
        help="a YuNet .onnx file: what the locator takes for a face in --scenes, and neither the annotation nor this "
        "detector does, is learned as unclear",
    )
    classifier.add_argument(
        "--extra",
        type=_absolute,
        action="append",
        metavar="FOLDER",
        help="add the pictures of with_mask/, without_mask/, incorrect/, not_compliant/ (bare or worn wrongly, not "
        "told apart) and unclear/ in this folder to those that are trained with; may be given again",
    )
    classifier.add_argument(
        "--crop-widening",
        type=between(*CROP_WIDENINGS),
        metavar="RATIO",
        help="how wide the network's view of a face is, in sides of the face "
        f"(default {ClassifierFitSettings.crop_widening})",
    )
    locator = commands.add_parser(
        "locator",
        **example("maskwatch-train locator SCENES --out runs/faces"),
        help="fit the network that finds faces",
        description="Fit the network that finds faces and score it.\nCtrl-C keeps the best so far; --resume goes on.",
    )
    locator.set_defaults(command=train_locator)
    locator.add_argument("data", type=Path, metavar="SCENES", help="folder of train.csv, val.csv ..., or Pascal VOC")
    locator.add_argument(
        "--network",
        default=LocatorFitSettings.network,
        metavar="NAME",
        help="face_cnn, or efficientnet_lite0 as a teacher (default %(default)s)",
    )
    _add_settings(locator, LocatorFitSettings)
    locator.add_argument(
        "--height", type=even_between(16, 480), metavar="N", help="height of the training pictures (default 240)"
    )
    locator.add_argument(
        "--as-int8",
        action="store_const",
        const=True,
        help="train with the rounding of int8 (quantization-aware), for some last epochs after --from: `quantize` then "
        "loses less",
    )
    locator.add_argument(
        "--second-detector",
        type=_absolute,
        metavar="FILE",
        help="a YuNet .onnx file: its boxes of the faces in the training scenes replace the annotators', and faces "
        "that it finds beside them become faces where it is sure, and are ignored where it is not",
    )
    locator.add_argument(
        "--faces",
        type=_absolute,
        metavar="CROPS",
        help="paste faces from this folder of crops, one folder per class, into the training scenes",
    )
    for command in (classifier, locator):
        command.add_argument(
            "--out", required=True, type=Path, metavar="RUN", help="folder for the network, the scores and the report"
        )
        command.add_argument("--resume", action="store_true", help="go on with the run in RUN, with its own settings")
        command.add_argument(
            "--score-only",
            action="store_true",
            help="with --resume: do not go on fitting, but score the best epoch so far and write the report",
        )
        command.add_argument(
            "--distribute",
            action="store_true",
            help="split each batch over all GPUs, of one machine or of several; needs Keras's JAX backend",
        )
        command.add_argument(
            "--labels",
            action="append",
            metavar="THEIRS=OURS",
            help="read a class folder or label of another name as one of ours; may be given several times. "
            "The usual names, such as mask_weared_incorrect, are known",
        )
    return parser


def _add_settings(parser: argparse.ArgumentParser, defaults: type[FitSettings]) -> None:
    def add(name: str, kind: Callable[[str], object], what: str) -> None:
        default = getattr(defaults, name)
        option = "--" + name.replace("_", "-")
        parser.add_argument(option, type=kind, metavar="N", help=f"{what} (default {default})")

    add("epochs", between(1, 100_000), "passes over the training pictures")
    add("batch_size", between(1, 65_536), "pictures a batch")
    add("learning_rate", above_zero(float), "highest learning rate")
    add("seed", between(0, 2**32 - 1), "seed of every random choice")
    add("threads", between(0, 1024), "threads of TensorFlow, 0 for every core")
    parser.add_argument(
        "--from", dest="start_from", type=_run_folder, metavar="RUN", help="begin with the weights of another run"
    )
    parser.add_argument(
        "--teacher",
        type=_run_folder,
        metavar="RUN",
        help="learn the answers of this run's network, a larger one, as well as the labels",
    )


def _absolute(text: str) -> str:
    return str(Path(text).resolve())


def _run_folder(text: str) -> str:
    files = RunFiles(Path(text))
    if not files.network.is_file() or not files.settings.is_file():
        raise argparse.ArgumentTypeError(f"{text} holds no network: name the folder of another run")
    return str(Path(text).resolve())
