"""The command `maskwatch-train`."""

import argparse
import os
import sys
from collections.abc import Callable
from dataclasses import fields
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

from edge.errors import UserError
from edge.help import example
from edge.stderr import silenced_stderr
from training.classifier.dataset_reader import read_dataset, read_further
from training.classifier.datasets import LABELS, Dataset
from training.classifier.settings import ClassifierFitSettings
from training.common.ending import INTERRUPTED, leave
from training.common.labels import LabelMap
from training.common.runs import RunFiles
from training.common.settings import FitSettings
from training.common.workstation import workstation_packages
from training.locator.scene_reader import read_scenes
from training.locator.scenes import IGNORE
from training.locator.settings import LocatorFitSettings

SCENE_LABELS = (*LABELS, IGNORE)
"""What a label in scenes can mean."""

Settings = TypeVar("Settings", bound=FitSettings)


def main(argv: list[str] | None = None) -> int:
    """Run the command line.

    Args:
        argv: The arguments, by default the program's own.

    Returns:
        The exit status: 0, 2 for something the user can fix, 130 after Ctrl-C.
    """
    status = _run(argv)
    if argv is None:
        leave(status)
    return status


def _run(argv: list[str] | None) -> int:
    args = _parser().parse_args(argv)
    # Before TensorFlow is imported: its C++ part would fill the terminal.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    # oneDNN's convolutions, which TensorFlow leaves off on processors without AVX-512: a quarter faster there.
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
    try:
        with workstation_packages():
            return args.command(args)
    except UserError as error:
        sys.stderr.write(f"maskwatch-train: {error}\n")
        return 2
    except KeyboardInterrupt:
        begun = RunFiles(args.out).hold_a_run
        sys.stderr.write(f"\nmaskwatch-train: stopped at once{'; add --resume to go on' if begun else ''}.\n")
        return INTERRUPTED


def train_classifier(args: argparse.Namespace) -> int:
    """`maskwatch-train classifier`: fit or go on fitting, evaluate, write the report.

    Raises:
        UserError: The folders, or options that do not fit the run that is resumed.
    """
    files = RunFiles(args.out)
    settings = _settings(ClassifierFitSettings, args, files)
    labels = LabelMap.parse(settings.labels, SCENE_LABELS)
    dataset = read_dataset(args.data, labels)
    for folder in settings.extra:
        dataset = dataset.joined_by(read_further(Path(folder), labels))
    if settings.scenes:
        from training.classifier.scene_faces import located_faces, unclear_places

        scenes = read_scenes(Path(settings.scenes), labels)
        dataset = dataset.joined_by(located_faces(scenes))
        if settings.second_detector:
            dataset = dataset.joined_by(Dataset(unclear_places(scenes, Path(settings.second_detector))))
    _prepare_folder(args, files, dataset.digest)
    # These imports take seconds, so bad input is refused before them.
    with silenced_stderr():
        from training.classifier.session import train_classifier as train
    done = train(dataset, settings, files, fit_on=not args.score_only, on_all_devices=args.distribute)
    return 0 if done else INTERRUPTED


def train_locator(args: argparse.Namespace) -> int:
    """`maskwatch-train locator`: fit or go on fitting, score on the validation split.

    Raises:
        UserError: The folders, or options that do not fit the run that is resumed.
    """
    files = RunFiles(args.out)
    settings = _settings(LocatorFitSettings, args, files)
    scenes = read_scenes(args.data, LabelMap.parse(settings.labels, SCENE_LABELS))
    _prepare_folder(args, files, scenes.digest)
    with silenced_stderr():
        from training.locator.session import train_locator as train
    done = train(scenes, settings, files, fit_on=not args.score_only, on_all_devices=args.distribute)
    return 0 if done else INTERRUPTED


def _settings(kind: type[Settings], args: argparse.Namespace, files: RunFiles) -> Settings:
    return _resumed_settings(kind, args, files) if args.resume else _new_settings(kind, args, files)


def _prepare_folder(args: argparse.Namespace, files: RunFiles, digest: str) -> None:
    if args.resume:
        _refuse_other_pictures(digest, files)
    if args.score_only and not files.network.is_file():
        raise UserError(f"{files.folder} holds no network to score yet", "name a run with --resume, and fit it first")
    _make_folder(files.folder)


def _new_settings(kind: type[Settings], args: argparse.Namespace, files: RunFiles) -> Settings:
    if files.hold_a_run:
        raise UserError(f"{files.folder} already holds a run", "add --resume to go on with it or name another folder")
    if args.start_from:
        begun = RunFiles(Path(args.start_from)).read_settings(kind).network
        if begun != args.network:
            raise UserError(f"{args.start_from} holds a {begun}", f"name a run of {args.network} after --from")
    return kind(**_given(kind, args))


def _resumed_settings(kind: type[Settings], args: argparse.Namespace, files: RunFiles) -> Settings:
    if not files.hold_a_run:
        raise UserError(f"{files.folder} holds no run to go on with", "leave --resume out, or name the run's folder")
    settings = files.read_settings(kind)
    for name, value in _given(kind, args).items():
        if value != getattr(settings, name):
            option = "from" if name == "start_from" else name.replace("_", "-")
            raise UserError(
                f"{files.folder} was begun with --{option} {getattr(settings, name)}, not {value}",
                "go on with that, or name another folder",
            )
    return settings


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"The folder {folder} cannot be made ({error.strerror})", "name another one") from error


def _refuse_other_pictures(digest: str, files: RunFiles) -> None:
    if files.split.is_file() and digest != files.read_digest():
        raise UserError(
            f"{files.folder} was begun with other training pictures (their digest differs)",
            "go on with those, or name another folder",
        )


def _given(kind: type[Settings], args: argparse.Namespace) -> dict[str, Any]:
    """The settings given on the command line."""
    values = {f.name: getattr(args, f.name, None) for f in fields(kind)}
    return {name: tuple(v) if isinstance(v, list) else v for name, v in values.items() if v is not None}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="maskwatch-train", description="From photographs to a float network.")
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
        help="folder of with_mask/, without_mask/, [incorrect/, not_compliant/, unclear/]",
    )
    classifier.add_argument("--network", required=True, metavar="NAME", help="seed_cnn, seed_cnn_average or door_cnn")
    _add_settings(classifier, ClassifierFitSettings)
    classifier.add_argument(
        "--deterministic", action="store_const", const=True, help="the same weights twice, at the cost of speed"
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
        "--teacher",
        type=_run_folder,
        metavar="RUN",
        help="learn the answers of this run's network, a larger one, as well as the labels",
    )
    classifier.add_argument(
        "--extra",
        type=_absolute,
        action="append",
        metavar="FOLDER",
        help="add the pictures of with_mask/, without_mask/, incorrect/, not_compliant/ (bare or worn wrongly, not "
        "told apart) and unclear/ in this folder to those that are trained with; may be given again",
    )
    locator = commands.add_parser(
        "locator",
        **example("maskwatch-train locator SCENES --out runs/faces"),
        help="fit the network that finds faces",
        description="Fit the network that finds faces and score it.\nCtrl-C keeps the best so far; --resume goes on.",
    )
    locator.set_defaults(command=train_locator)
    locator.add_argument("data", type=Path, metavar="SCENES", help="folder of train.csv, val.csv ..., or Pascal VOC")
    locator.add_argument("--network", default=LocatorFitSettings.network, metavar="NAME", help="(default %(default)s)")
    _add_settings(locator, LocatorFitSettings)
    locator.add_argument("--height", type=_positive(int), metavar="N", help="of the training pictures (default 240)")
    locator.add_argument(
        "--as-int8",
        action="store_const",
        const=True,
        help="round kernels and maps as int8 does (quantization-aware), for some last epochs after --from",
    )
    locator.add_argument(
        "--second-detector",
        type=_absolute,
        metavar="FILE",
        help="a YuNet .onnx file: faces that it finds in the training scenes and no annotation covers become faces "
        "where it is sure, and are ignored where it is not",
    )
    locator.add_argument(
        "--faces", type=_absolute, metavar="CROPS", help="set faces of this folder of crops by class into the scenes"
    )
    for command in (classifier, locator):
        command.add_argument("--out", required=True, type=Path, metavar="RUN", help="folder for all that comes of it")
        command.add_argument("--resume", action="store_true", help="go on with the run in RUN, with its own settings")
        command.add_argument(
            "--score-only",
            action="store_true",
            help="with --resume: do not fit on, but score the best epoch so far and write the report",
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


def _add_settings(parser: argparse.ArgumentParser, defaults: type[Settings]) -> None:
    def add(name: str, kind: Callable[[str], object], what: str) -> None:
        default = getattr(defaults, name)
        option = "--" + name.replace("_", "-")
        parser.add_argument(option, type=kind, metavar="N", help=f"{what} (default {default})")

    add("epochs", _positive(int), "passes over the training pictures")
    add("batch_size", _positive(int), "pictures a batch")
    add("learning_rate", _positive(float), "highest learning rate")
    add("seed", int, "of every random choice")
    add("threads", int, "threads of TensorFlow, 0 for every core")
    parser.add_argument(
        "--from", dest="start_from", type=_run_folder, metavar="RUN", help="begin with the weights of another run"
    )


def _absolute(text: str) -> str:
    return str(Path(text).resolve())


def _run_folder(text: str) -> str:
    files = RunFiles(Path(text))
    if not files.network.is_file() or not files.hold_a_run:
        raise argparse.ArgumentTypeError(f"{text} holds no network: name the folder of another run")
    return str(Path(text).resolve())


def _positive(kind: Callable[[str], float]) -> Callable[[str], float]:
    def parse(text: str) -> float:
        value = kind(text)
        if not value > 0:
            raise argparse.ArgumentTypeError(f"{text} is not above zero")
        return value

    return parse
