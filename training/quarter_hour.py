"""Train either network to the best that a given time allows, a quarter of an hour by default.

    KERAS_BACKEND=jax python -m training.quarter_hour locator SCENES --out RUN [options of maskwatch-train locator]
    KERAS_BACKEND=jax python -m training.quarter_hour classifier DATA --out RUN --network door_cnn [...]

The learning rate falls to almost zero by the last epoch, so the number of epochs must be known beforehand. Two short
trials measure what an epoch costs on this machine, and what comes before and after the epochs.
"""

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from edge.errors import UserError
from training.cli import main as train

TRIALS = (1, 3)
"""Epochs of the two trials."""

MARGIN = 0.05
"""Share of the time kept in reserve, for epochs that take longer than those of the trials."""

RECIPES = {
    "locator": ("--batch-size", "64", "--learning-rate", "4e-3"),
    "classifier": ("--batch-size", "256", "--learning-rate", "6e-3"),
}
"""Options that suit a GPU, by network; options on the command line override them."""


@dataclass(frozen=True)
class Cost:
    """The cost of a fit, in seconds."""

    once: float
    """Reading the pictures, compiling, the last evaluation."""
    epoch: float

    @classmethod
    def of_trials(cls, seconds: Sequence[float]) -> "Cost":
        """From the seconds that each of TRIALS took."""
        epoch = max((seconds[1] - seconds[0]) / (TRIALS[1] - TRIALS[0]), 1e-3)
        return cls(max(seconds[0] - TRIALS[0] * epoch, 0.0), epoch)

    def epochs_in(self, seconds: float) -> int:
        """How many epochs fit into a time; 0 if not even one does."""
        return max(0, int((seconds * (1 - MARGIN) - self.once) / self.epoch))


def fit_in(
    seconds: float,
    trial: Callable[[int], None],
    fit: Callable[[int], None],
    clock: Callable[[], float] = time.monotonic,
) -> int:
    """Fit for as many epochs as a time allows, the two trials included.

    Args:
        seconds: The time.
        trial: Fits for so many epochs; what comes of it is not kept.
        fit: The same, and it is kept.
        clock: Seconds that only rise.

    Returns:
        The epochs of the last fit.

    Raises:
        UserError: Not even one more epoch fits into the time.
    """
    began, taken = clock(), []
    for epochs in TRIALS:
        before = clock()
        trial(epochs)
        taken.append(clock() - before)
    cost = Cost.of_trials(taken)
    epochs = cost.epochs_in(seconds - (clock() - began))
    if not epochs:
        needed = (sum(taken) + cost.once + cost.epoch) / (1 - MARGIN) / 60
        raise UserError("No epoch is finished in this time", f"give --minutes {needed:.0f} or more")
    fit(epochs)
    return epochs


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=tuple(RECIPES))
    parser.add_argument("data", type=Path, metavar="DATA")
    parser.add_argument("--out", type=Path, required=True, metavar="RUN", help="folder for all that comes of it")
    parser.add_argument("--minutes", type=float, default=15.0, metavar="N", help="(default %(default)g)")
    arguments, options = parser.parse_known_args(argv)
    command = [arguments.kind, str(arguments.data), *RECIPES[arguments.kind], *options]
    try:
        with TemporaryDirectory() as folder:
            trial = partial(_trial, command, Path(folder))
            fit_in(60 * arguments.minutes, trial, partial(_fit, command, arguments.out))
    except UserError as error:
        sys.stderr.write(f"quarter_hour: {error}\n")
        return 2
    return 0


def _trial(command: list[str], folder: Path, epochs: int) -> None:
    _fit(command, folder / f"{epochs}-epochs", epochs)


def _fit(command: list[str], folder: Path, epochs: int) -> None:
    if status := train([*command, "--epochs", str(epochs), "--out", str(folder)]):
        raise UserError(f"The fit ended with status {status}", "see above why")


if __name__ == "__main__":
    sys.exit(main())
