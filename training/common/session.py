"""One call of `maskwatch-train`: fit what is left to fit, then score the best epoch, or say how to go on."""

from collections.abc import Callable

from rich.console import Console

from training.common.runs import RunFiles


def fit_and_score(
    files: RunFiles, console: Console, *, fit: Callable[[], bool], score: Callable[[], None], fit_on: bool = True
) -> bool:
    """Fit a run unless it is finished, then score it.

    After Ctrl-C nothing is scored: that takes minutes, and the person at the keyboard is waiting.

    Args:
        files: Of the run.
        console: For what is said.
        fit: Fits on; whether all epochs were done.
        score: Scores the best epoch and writes metrics and report.
        fit_on: Whether to fit at all.

    Returns:
        Whether nothing is left to do; False after Ctrl-C.
    """
    complete = not fit_on or files.hold_a_finished_fit or fit()
    if complete:
        score()
    else:
        console.print(_how_to_go_on(files))
    return complete


def _how_to_go_on(files: RunFiles) -> str:
    if not files.read_history():
        return (
            "Stopped before the first epoch was finished: nothing is kept. The same command with --resume begins again."
        )
    return (
        "Stopped; the best epoch so far is kept. The same command with --resume goes on after the last finished epoch, "
        "and with --resume --score-only it scores the best epoch and writes the report."
    )
