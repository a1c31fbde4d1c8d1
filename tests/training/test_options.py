import pytest

from training.classifier.settings import ClassifierFitSettings
from training.cli import main


@pytest.mark.parametrize("option", ["--epochs", "--batch-size", "--learning-rate"])
def test_zero_is_refused(capsys, tmp_path, option):
    with pytest.raises(SystemExit) as ending:
        main(["classifier", str(tmp_path), "--network", "seed_cnn", "--out", str(tmp_path / "run"), option, "0"])
    assert ending.value.code == 2
    assert "above zero, not 0" in capsys.readouterr().err


def test_omitted_options_are_the_defaults_of_a_fit():
    settings = ClassifierFitSettings(network="door_cnn")
    assert (settings.epochs, settings.batch_size, settings.seed, settings.threads) == (60, 64, 1, 0)
