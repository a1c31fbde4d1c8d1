"""The command `maskwatch-train`."""

import argparse
import os
import sys
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

from edge.errors import UserError
from training.datasets import Dataset, read_dataset
from training.runs import FitSettings, RunFiles
from training.silence import silenced_stderr

INTERRUPTED = 130
"""Exit status after Ctrl-C, as shells have it: 128 and the signal's number."""


def main(argv: list[str] | None = None) -> int:
    """Run the command line.

    Args:
        argv: The arguments, by default the program's own.

    Returns:
        The exit status: 0, 2 for something the person at the keyboard can mend, 130 after Ctrl-C.
    """
    args = _parser().parse_args(argv)
    # Before TensorFlow is imported: its C++ part would fill the terminal.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
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
    settings = _resumed_settings(args, files) if args.resume else _new_settings(args, files)
    dataset = read_dataset(args.data)
    if args.resume:
        _refuse_other_pictures(dataset, files)
    _make_folder(files.folder)
    # Only now the imports that take seconds: bad input has been answered.
    with silenced_stderr():
        from training.session import train
    return 0 if train(dataset, settings, files) else INTERRUPTED


def _new_settings(args: argparse.Namespace, files: RunFiles) -> FitSettings:
    if files.hold_a_run:
        raise UserError(f"{files.folder} already holds a run: add --resume to go on with it or name another folder.")
    settings = FitSettings(**_given(args))
    if settings.start_from:
        began = RunFiles(Path(settings.start_from)).read_settings().network
        if began != settings.network:
            raise UserError(f"{settings.start_from} holds a {began}: name a run of {settings.network} after --from.")
    return settings


def _resumed_settings(args: argparse.Namespace, files: RunFiles) -> FitSettings:
    if not files.hold_a_run:
        raise UserError(f"{files.folder} holds no run to go on with: leave --resume out, or name the run's folder.")
    settings = files.read_settings()
    for name, value in _given(args).items():
        if value != getattr(settings, name):
            option = "from" if name == "start_from" else name.replace("_", "-")
            raise UserError(
                f"{files.folder} was begun with --{option} {getattr(settings, name)}, not {value}: "
                f"go on with that, or name another folder."
            )
    return settings


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"The folder {folder} cannot be made ({error.strerror}): name another one.") from error


def _refuse_other_pictures(dataset: Dataset, files: RunFiles) -> None:
    if files.split.is_file() and dataset.digest != files.read_digest():
        raise UserError(
            f"{files.folder} was begun with other training pictures (their digest differs): "
            "go on with those, or name another folder."
        )


def _given(args: argparse.Namespace) -> dict[str, Any]:
    """The settings that stand on the command line."""
    values = {f.name: getattr(args, f.name, None) for f in fields(FitSettings)}
    return {name: value for name, value in values.items() if value is not None}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="maskwatch-train", description="From photographs to a float network.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    classifier = commands.add_parser(
        "classifier",
        help="fit the network that tells masked faces from others",
        description="Fit the network that tells masked faces from others, score it, and write a report. "
        "Ctrl-C keeps the best so far; --resume goes on.",
    )
    classifier.set_defaults(command=train_classifier)
    classifier.add_argument("data", type=Path, metavar="DATA", help="folder of with_mask/, without_mask/, [incorrect/]")
    classifier.add_argument("--network", required=True, metavar="NAME", help="seed_cnn, seed_cnn_average or door_cnn")
    classifier.add_argument("--out", required=True, type=Path, metavar="RUN", help="folder for all that comes of it")
    _add_settings(classifier)
    classifier.add_argument("--resume", action="store_true", help="go on with the run in RUN, with its own settings")
    return parser


def _add_settings(parser: argparse.ArgumentParser) -> None:
    def add(name: str, kind: Callable[[str], object], what: str) -> None:
        default = getattr(FitSettings, name)
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
    parser.add_argument(
        "--deterministic", action="store_const", const=True, help="the same weights twice, at the cost of speed"
    )


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
