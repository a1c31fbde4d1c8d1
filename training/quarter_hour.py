"""Train either network to the best that a given time allows, a quarter of an hour by default.

    KERAS_BACKEND=jax python -m training.quarter_hour locator SCENES --out RUN [options of maskwatch-train locator]
    KERAS_BACKEND=jax python -m training.quarter_hour classifier DATA --out RUN --network door_cnn [...]

The learning rate falls to almost zero by the last epoch, so the number of epochs must be known beforehand. A short
trial measures what an epoch costs on this machine, and what comes before and after the epochs. --distribute only works
for the GPUs of one machine here: several machines would not agree on the number of epochs.
"""

import argparse
import math
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from edge.arguments import between
from edge.errors import UserError
from training.cli import main as train
from training.common.runs import RunFiles

TRIAL_EPOCHS = 4
"""The first of them also compiles the network, and does not count."""

MARGIN = 0.05
"""Share of the time kept in reserve, for epochs that take longer than those of the trial."""

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
    def of_trial(cls, seconds: float, epochs: Sequence[float]) -> "Cost":
        """From the seconds that a trial took in all, and those of each of its epochs."""
        epoch = statistics.fmean(epochs[1:])
        return cls(max(seconds - len(epochs) * epoch, 0.0), max(epoch, 1e-3))

    def epochs_in(self, seconds: float) -> int:
        """How many epochs fit into a time; 0 if not even one does."""
        return max(0, int((seconds * (1 - MARGIN) - self.once) / self.epoch))


def fit_in(
    seconds: float,
    trial: Callable[[int], Sequence[float]],
    fit: Callable[[int], None],
    clock: Callable[[], float] = time.monotonic,
) -> int:
    """Fit for as many epochs as a time allows, the trial included.

    Args:
        seconds: The time.
        trial: Fits for so many epochs, which is not kept; gives the seconds that each took.
        fit: Fits for so many epochs, and it is kept.
        clock: Seconds that only rise.

    Returns:
        The epochs of the last fit.

    Raises:
        UserError: Not even one more epoch fits into the time.
    """
    began = clock()
    seconds_of_epochs = trial(TRIAL_EPOCHS)
    taken = clock() - began
    cost = Cost.of_trial(taken, seconds_of_epochs)
    epochs = cost.epochs_in(seconds - taken)
    if not epochs:
        needed = taken + (cost.once + cost.epoch) / (1 - MARGIN)
        raise UserError("No epoch is finished in this time", f"give --minutes {math.ceil(needed / 60)} or more")
    fit(epochs)
    return epochs


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=tuple(RECIPES))
    parser.add_argument("data", type=Path, metavar="DATA")
    parser.add_argument("--out", type=Path, required=True, metavar="RUN", help="folder for the network and its scores")
    parser.add_argument(
        "--minutes", type=between(0.001, 10_000.0), default=15.0, metavar="N", help="(default %(default)g)"
    )
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


def _trial(command: list[str], folder: Path, epochs: int) -> list[float]:
    _fit(command, folder / "trial", epochs)
    return [row["seconds"] for row in RunFiles(folder / "trial").read_history()]


def _fit(command: list[str], folder: Path, epochs: int) -> None:
    if status := train([*command, "--epochs", str(epochs), "--out", str(folder)]):
        raise UserError(f"The fit ended with status {status}", "see above why")


if __name__ == "__main__":
    sys.exit(main())
