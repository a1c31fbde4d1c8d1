"""The command `maskwatch-train`."""

import argparse
import os
import sys
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, TypeVar

from edge.errors import UserError
from edge.program import exit_status
from edge.stderr import silenced_stderr
from training.classifier.dataset_reader import read_dataset
from training.classifier.datasets import LABELS
from training.classifier.settings import ClassifierFitSettings
from training.common.ending import INTERRUPTED, leave
from training.common.labels import LabelMap
from training.common.runs import RunFiles, RunState
from training.common.settings import FitSettings
from training.common.workstation import workstation_packages
from training.locator.scene_reader import read_scenes
from training.locator.scenes import IGNORE
from training.locator.settings import LocatorFitSettings
from training.options import make_parser

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
        return exit_status("maskwatch-train", lambda: _command(args))
    except KeyboardInterrupt:
        begun = RunFiles(args.out).state is RunState.BEGUN
        sys.stderr.write(f"\nmaskwatch-train: stopped at once{'; add --resume to go on' if begun else ''}.\n")
        return INTERRUPTED


def _command(args: argparse.Namespace) -> int:
    with workstation_packages():
        return args.command(args)


def train_classifier(args: argparse.Namespace) -> int:
    """`maskwatch-train classifier`: fit or go on fitting, evaluate, write the report.

    Raises:
        UserError: The folders, or options that do not fit the run that is resumed.
    """
    files = RunFiles(args.out)
    settings = _settings(ClassifierFitSettings, args, files)
    labels = LabelMap.parse(settings.labels, SCENE_LABELS)
    dataset = read_dataset(args.data, labels, map(Path, settings.extra))
    scenes = read_scenes(Path(settings.scenes), labels) if settings.scenes else None
    # Bad input is refused before the locator is loaded.
    from training.classifier.crop_faces import located_crops
    from training.classifier.scene_faces import located_faces, unclear_places

    dataset = located_crops(dataset)
    if scenes:
        found = located_faces(scenes)
        if settings.second_detector:
            found = replace(found, photos=found.photos + unclear_places(scenes, Path(settings.second_detector)))
        dataset = dataset.joined_by(found, Path(settings.scenes))
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
    if args.score_only and not (files.network.is_file() and files.history.is_file()):
        raise UserError(f"{files.folder} holds no network to score yet", "name a run with --resume, and fit it first")
    _make_folder(files.folder)


def _new_settings(kind: type[Settings], args: argparse.Namespace, files: RunFiles) -> Settings:
    if files.state in (RunState.BEGUN, RunState.FITTED):
        raise UserError(f"{files.folder} already holds a run", "add --resume to go on with it or name another folder")
    if kept := files.in_the_way:
        raise UserError(f"{kept} is there and would be lost", "name another folder after --out, such as a new one")
    if args.start_from:
        begun = RunFiles(Path(args.start_from)).read_settings(kind).network
        if begun != args.network:
            raise UserError(f"{args.start_from} holds a {begun}", f"name a run of {args.network} after --from")
    return kind(**_given(kind, args))


def _resumed_settings(kind: type[Settings], args: argparse.Namespace, files: RunFiles) -> Settings:
    if files.state is RunState.NONE:
        raise UserError(f"{files.folder} holds no run to go on with", "leave --resume out, or name the run's folder")
    if files.state is RunState.WITHOUT_HISTORY:
        raise UserError(
            f"{files.folder} holds a network without the history of its fit, which cannot go on",
            f"begin a new run with --from {files.folder} and another folder after --out",
        )
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
    return make_parser(train_classifier=train_classifier, train_locator=train_locator)
