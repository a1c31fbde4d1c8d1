"""One sitting of `maskwatch-train locator`: fit, evaluate, and say what came of it."""

from pathlib import Path

from rich.console import Console

from edge.errors import UserError
from training.common.left_out import summary
from training.common.runs import RunFiles
from training.common.session import fit_and_score
from training.locator.evaluate import LocatorMetrics, evaluate
from training.locator.fit import fit, save_settings
from training.locator.further_faces import read_further_faces
from training.locator.network import LOCATORS
from training.locator.progress import LocatorProgress
from training.locator.report import write_report
from training.locator.runs import LocatorFitSettings
from training.locator.scenes import SceneSet
from training.locator.second_detector import completed


def train_locator(scenes: SceneSet, settings: LocatorFitSettings, files: RunFiles, *, fit_on: bool = True) -> bool:
    """Fit what is still to be fitted, then score the best epoch on the validation split and write the metrics.

    Args:
        scenes: To learn from, to choose by and to score on.
        settings: Of the fit.
        files: Of the run.
        fit_on: Whether to fit at all, or only to score.

    Returns:
        Whether all epochs are done; Ctrl-C may have ended the fit early.

    Raises:
        UserError: No such network, second detector or folder of faces.
    """
    if settings.network not in LOCATORS:
        raise UserError(f"There is no network {settings.network}", f"choose one of {', '.join(LOCATORS)}")
    console = Console(highlight=False, markup=False, soft_wrap=True)
    if settings.second_detector:
        scenes = completed(scenes, Path(settings.second_detector), files.second_detector)
    _say_scenes(scenes, console)
    # Every time: the training pictures are those of before, but the others are scored as they are now.
    scenes.save_split(files.split)
    return fit_and_score(
        files,
        console,
        fit=lambda: _fit(scenes, settings, files, console),
        score=lambda: _evaluate(scenes, files, console),
        fit_on=fit_on,
    )


def _fit(scenes: SceneSet, settings: LocatorFitSettings, files: RunFiles, console: Console) -> bool:
    faces, left_out = read_further_faces(Path(settings.faces)) if settings.faces else ([], {})
    for line in summary(left_out):
        console.print(line)
    if not files.hold_a_run:
        save_settings(settings, files)
    progress = LocatorProgress(console, batch_size=settings.batch_size)
    try:
        return fit(scenes, settings, files, progress, faces)
    finally:
        progress.stop()


def _say_scenes(scenes: SceneSet, console: Console) -> None:
    for split, counts in scenes.counts().items():
        console.print(f"{split:5} {counts['scenes']:5} scenes, {counts['faces']:5} faces")
    for line in (*scenes.notes, *summary(scenes.skipped)):
        console.print(line)


def _evaluate(scenes: SceneSet, files: RunFiles, console: Console) -> None:
    evaluation = evaluate(scenes, files)
    evaluation.save(files)
    write_report(evaluation, files)
    _say_metrics(evaluation.metrics, console)
    console.print(f"The best network is {files.network}; look at {files.report}.")


def _say_metrics(metrics: LocatorMetrics, console: Console) -> None:
    val = metrics.val
    console.print(
        f"Best epoch {metrics.best_epoch}: on the validation split {val.recall:.3f} of the faces found "
        f"({val.small_recall:.3f} of those of 16 to 32 px) at {val.false_faces_an_image:.3f} false ones an image, "
        f"score {metrics.threshold:.3f} and up."
    )
