"""One call of `maskwatch-train locator`: fit, evaluate, report, and say how good the network is."""

from pathlib import Path

from rich.console import Console

from edge.errors import UserError
from training.common.runs import RunFiles, RunState
from training.common.session import fit_and_score, print_left_out
from training.locator.evaluate import evaluate
from training.locator.fit import fit
from training.locator.further_faces import FaceCrop, read_further_faces, redrawn
from training.locator.network import LOCATORS
from training.locator.report import write_report
from training.locator.scenes import SceneSet
from training.locator.second_detector import completed, found_in
from training.locator.settings import LocatorFitSettings


def train_locator(
    scenes: SceneSet,
    settings: LocatorFitSettings,
    files: RunFiles,
    *,
    fit_on: bool = True,
    on_all_devices: bool = False,
) -> bool:
    """Fit what is still to be fitted, then score the best epoch on the validation split and write the metrics.

    Args:
        scenes: To learn from, to choose by and to score on.
        settings: Of the fit.
        files: Of the run.
        fit_on: Whether to fit at all, or only to score.
        on_all_devices: Whether to split the batches over all devices, see `training.common.distribution`.

    Returns:
        Whether all epochs were done; False after Ctrl-C.

    Raises:
        UserError: No such network, second detector or folder of faces, or the batches cannot be split.
    """
    if settings.network not in LOCATORS:
        raise UserError(f"There is no network {settings.network}", f"choose one of {', '.join(LOCATORS)}")
    console = Console(highlight=False, markup=False, soft_wrap=True)
    if settings.second_detector:
        scenes = completed(scenes, Path(settings.second_detector), files.second_detector)
    _print_scenes(scenes, console)
    to_fit = fit_on and files.state is not RunState.FITTED
    faces, missed = _read_faces(settings, files, console) if to_fit else ([], [])
    return fit_and_score(
        settings,
        files,
        console,
        save_split=scenes.save_split,
        fit=lambda progress, interruption: fit(scenes, settings, files, progress, interruption, faces, missed),
        score=lambda: _evaluate(scenes, files, console),
        fit_on=fit_on,
        on_all_devices=on_all_devices,
    )


def _read_faces(
    settings: LocatorFitSettings, files: RunFiles, console: Console
) -> tuple[list[FaceCrop], list[FaceCrop]]:
    """Those whose place is known, and those that the second detector misses."""
    if not settings.faces:
        return [], []
    faces, left_out = read_further_faces(Path(settings.faces))
    print_left_out(console, (), left_out)
    if settings.second_detector:
        widened = {face.digest: face.widened for face in faces}
        seen, missed = redrawn(faces, found_in(widened, Path(settings.second_detector), files.second_detector))
        missed_are = "searched by the teacher" if settings.teacher else "left out"
        console.print(f"Further faces: {len(seen)}; {len(missed)} that the second detector misses are {missed_are}")
        return seen, missed
    return faces, []


def _print_scenes(scenes: SceneSet, console: Console) -> None:
    for split, counts in scenes.counts().items():
        console.print(f"{split:5} {counts['scenes']:5} scenes, {counts['faces']:5} faces")
    print_left_out(console, scenes.notes, scenes.skipped)


def _evaluate(scenes: SceneSet, files: RunFiles, console: Console) -> None:
    evaluation = evaluate(scenes, files)
    evaluation.save(files)
    write_report(evaluation, files)
    metrics, val = evaluation.metrics, evaluation.metrics.val
    console.print(
        f"Best epoch {metrics.best_epoch}: on the validation split {val.recall:.3f} of the faces found "
        f"({val.small_recall:.3f} of those of 16 to 32 px) at {val.false_faces_an_image:.3f} false ones an image, "
        f"score {metrics.threshold:.3f} and up."
    )
