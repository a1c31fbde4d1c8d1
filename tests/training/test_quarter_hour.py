import sys
from contextlib import redirect_stdout

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from edge.errors import UserError
from training.common.progress import EpochProgress
from training.quarter_hour import TRIAL_EPOCHS, EpochEnds, fit_in, main


class Machine:
    """A machine on which a fit costs so many seconds once and for each epoch; its clock is turned by the fits."""

    def __init__(self, once, epoch):
        self.once, self.epoch, self.seconds, self.fits = once, epoch, 0.0, []

    def fit(self, epochs):
        self.fits.append(epochs)
        before, after = self.once / 2, self.once / 2
        ends = [self.seconds + before + (number + 1) * self.epoch for number in range(epochs)]
        self.seconds = ends[-1] + after
        return ends


@given(st.floats(0, 120), st.floats(0.5, 60))
def test_all_fits_together_end_in_time_and_the_last_uses_most_of_what_is_left(once, epoch):
    machine = Machine(once, epoch)
    epochs = fit_in(900, machine.fit, machine.fit, lambda: machine.seconds)
    assert machine.fits == [TRIAL_EPOCHS, epochs]
    assert machine.seconds <= 900
    assert machine.seconds + 2 * epoch >= 900 * 0.9


def test_too_short_a_time_is_refused_with_the_time_that_it_takes():
    machine = Machine(60, 60)
    with pytest.raises(UserError, match="--minutes 8 or more"):
        fit_in(300, machine.fit, machine.fit, lambda: machine.seconds)


def test_an_epoch_ends_when_its_line_is_printed(capsys):
    ends = EpochEnds(sys.stdout)
    with redirect_stdout(ends):
        progress = EpochProgress(Console(), batch_size=8)
        progress.set_params({"steps": 3, "epochs": 2})
        progress.on_train_begin()
        for epoch in (0, 1):
            progress.on_epoch_begin(epoch)
            progress.epoch_scored({"epoch": epoch + 1, "loss": 0.5, "val_score": 0.9, "best": True})
        progress.stop()
        progress.console.print("The best network is saved.")
    assert len(ends.moments) == 2
    assert capsys.readouterr().out.count("\n") == 3


def test_what_the_training_command_refuses_ends_it(tmp_path, capsys):
    assert main(["locator", str(tmp_path / "none"), "--out", str(tmp_path / "run")]) == 2
    assert "no folder" in capsys.readouterr().err.lower()
