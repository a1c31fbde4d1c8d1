"""One sitting of `maskwatch-train classifier`: fit, evaluate, report, and say what came of it."""

from rich.console import Console

from edge.errors import UserError
from training.datasets import LABELS, SPLITS, Dataset
from training.evaluate import evaluate
from training.fit import fit, save_settings
from training.networks import CLASSIFIERS
from training.progress import EpochProgress
from training.report.page import write_report
from training.report.rendering import percent
from training.runs import FitSettings, RunFiles


def train(dataset: Dataset, settings: FitSettings, files: RunFiles) -> bool:
    """Fit what is still to be fitted, then score the best epoch and write metrics and report.

    Returns:
        Whether all epochs were done; False after Ctrl-C.

    Raises:
        UserError: No such network.
    """
    if settings.network not in CLASSIFIERS:
        raise UserError(f"There is no network {settings.network}", f"choose one of {', '.join(CLASSIFIERS)}")
    console = Console(highlight=False, markup=False, soft_wrap=True)
    _say_dataset(dataset, console)
    complete = files.hold_a_finished_fit or _fit(dataset, settings, files, console)
    if files.read_history():
        _evaluate(dataset, files, console)
    if not complete:
        console.print(_how_to_go_on(files))
    return complete


def _fit(dataset: Dataset, settings: FitSettings, files: RunFiles, console: Console) -> bool:
    if not files.hold_a_run:
        dataset.save_split(files.split)
        save_settings(settings, files)
    progress = EpochProgress(console, batch_size=settings.batch_size)
    try:
        return fit(dataset, settings, files, progress)
    finally:
        progress.stop()


def _how_to_go_on(files: RunFiles) -> str:
    if not files.read_history():
        return (
            "Stopped before the first epoch was finished: nothing is kept. The same command with --resume begins again."
        )
    return "Stopped; the best so far is kept. The same command with --resume goes on after the last finished epoch."


def _say_dataset(dataset: Dataset, console: Console) -> None:
    counts = dataset.counts()
    for split in SPLITS:
        console.print(f"{split:5}  " + ", ".join(f"{counts[split].get(label, 0)} {label}" for label in LABELS))
    if dataset.skipped:
        console.print(f"{len(dataset.skipped)} pictures were passed over:")
    for path, reason in dataset.skipped.items():
        console.print(f"  {path} {reason}")


def _evaluate(dataset: Dataset, files: RunFiles, console: Console) -> None:
    evaluation = evaluate(dataset, files)
    evaluation.save(files)
    write_report(evaluation, files)
    for split, scores in (("val", evaluation.metrics.val), ("test", evaluation.metrics.test)):
        console.print(
            f"{split:5}  with/without right {percent(scores.with_without_accuracy)}, "
            f"masked left alone {percent(scores.with_mask_left_alone)}, "
            f"bare caught {percent(scores.without_mask_caught)}, "
            f"incorrect caught {percent(scores.incorrect_caught)}"
        )
        if (clear := evaluation.metrics.clear[split]).unclear_images:
            console.print(
                f"       clear faces taken for clear {percent(clear.clear_kept)}, "
                f"others taken for unclear {percent(clear.unclear_told)}"
            )
    console.print(f"The best network is {files.network}; look at {files.report}.")
