import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.errors import UserError
from training.quarter_hour import TRIAL_EPOCHS, fit_in, main


class Machine:
    """A machine on which a fit costs so many seconds once and for each epoch; its clock is turned by the fits."""

    def __init__(self, once, epoch):
        self.once, self.epoch, self.seconds, self.fits = once, epoch, 0.0, []

    def fit(self, epochs):
        self.fits.append(epochs)
        self.seconds += self.once + epochs * self.epoch
        return [self.once / 2 + self.epoch, *[self.epoch] * (epochs - 1)]


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


@pytest.mark.parametrize("minutes", ["nan", "inf", "0", "-3"])
def test_a_time_that_is_none_is_refused(tmp_path, capsys, minutes):
    with pytest.raises(SystemExit, match="2"):
        main(["locator", str(tmp_path), "--out", str(tmp_path / "run"), "--minutes", minutes])
    assert f"must be a number from 0.001 to 10000.0, not {minutes}" in capsys.readouterr().err


def test_a_refusal_of_the_training_command_ends_it(tmp_path, capsys):
    assert main(["locator", str(tmp_path / "none"), "--out", str(tmp_path / "run")]) == 2
    assert "no folder" in capsys.readouterr().err.lower()


@pytest.mark.slow
def test_a_trial_costs_what_its_history_says(drawn_faces, tmp_path, capsys):
    options = ("--network", "seed_cnn", "--batch-size", "16", "--minutes", "0.001")
    assert main(["classifier", str(drawn_faces), "--out", str(tmp_path / "run"), *options]) == 2
    assert "No epoch is finished in this time: give --minutes" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()
