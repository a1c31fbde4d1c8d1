"""One call of `maskwatch-train classifier`: fit, evaluate, report, and say how good the network is."""

from rich.console import Console

from edge.errors import UserError
from training.classifier.datasets import LABELS, Dataset
from training.classifier.evaluate import evaluate
from training.classifier.fit import fit
from training.classifier.networks import CLASSIFIERS
from training.classifier.report import shares, write_report
from training.classifier.settings import ClassifierFitSettings
from training.common.runs import RunFiles
from training.common.session import fit_and_score, print_left_out
from training.common.splits import SPLITS
from training.report.rendering import counted


def train_classifier(
    dataset: Dataset,
    settings: ClassifierFitSettings,
    files: RunFiles,
    *,
    fit_on: bool = True,
    on_all_devices: bool = False,
) -> bool:
    """Fit what is still to be fitted, then score the best epoch and write metrics and report.

    Args:
        dataset: To learn from, to choose by and to score on.
        settings: Of the fit.
        files: Of the run.
        fit_on: Whether to fit at all, or only to score.
        on_all_devices: Whether to split the batches over all devices, see `training.common.distribution`.

    Returns:
        Whether all epochs were done; False after Ctrl-C.

    Raises:
        UserError: No such network, or the batches cannot be split.
    """
    if settings.network not in CLASSIFIERS:
        raise UserError(f"There is no network {settings.network}", f"choose one of {', '.join(CLASSIFIERS)}")
    console = Console(highlight=False, markup=False, soft_wrap=True)
    _print_dataset(dataset, console)
    return fit_and_score(
        settings,
        files,
        console,
        save_split=dataset.save_split,
        fit=lambda progress, interruption: fit(dataset, settings, files, progress, interruption),
        score=lambda: _evaluate(dataset, files, console),
        fit_on=fit_on,
        on_all_devices=on_all_devices,
    )


def _print_dataset(dataset: Dataset, console: Console) -> None:
    counts = dataset.counts()
    for split in SPLITS:
        console.print(f"{split:5}  " + ", ".join(f"{counts[split].get(label, 0)} {label}" for label in LABELS))
    print_left_out(console, dataset.notes, dataset.skipped)


def _evaluate(dataset: Dataset, files: RunFiles, console: Console) -> None:
    evaluation = evaluate(dataset, files)
    evaluation.save(files)
    write_report(evaluation, files)
    for split, scores in (("val", evaluation.metrics.val), ("test", evaluation.metrics.test)):
        said = {name: _in_a_line(share) for name, share in shares(scores).items()}
        console.print(
            f"{split:5}  with/without right {said['with_without_accuracy']}, "
            f"masked without an alert {said['with_mask_left_alone']}, "
            f"bare caught {said['without_mask_caught']}, "
            f"incorrect caught {said['incorrect_caught']}"
        )
        if (clear := evaluation.metrics.clear[split]).unclear_images:
            console.print(
                f"       clear faces taken for clear {_in_a_line(counted(clear.clear_kept, clear.clear_images))}, "
                f"others taken for unclear {_in_a_line(counted(clear.unclear_told, clear.unclear_images))}"
            )


def _in_a_line(share: str) -> str:
    """A share of the report as plain text, its interval in brackets."""
    return str(share).replace("<small>", " (").replace("</small>", ")")
