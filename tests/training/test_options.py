import pytest

from training.classifier.settings import ClassifierFitSettings
from training.cli import main

REFUSED = [
    ("classifier", "--epochs", "0", "a whole number from 1 to 100000"),
    ("classifier", "--batch-size", "0", "a whole number from 1 to 65536"),
    ("classifier", "--learning-rate", "0", "a number above zero"),
    ("classifier", "--learning-rate", "nan", "a number above zero"),
    ("classifier", "--seed", "-1", "a whole number from 0 to 4294967295"),
    ("classifier", "--seed", str(2**32), "a whole number from 0 to 4294967295"),
    ("classifier", "--crop-widening", "0.9", "a number from 1.0 to 2.0"),
    ("classifier", "--crop-widening", "nan", "a number from 1.0 to 2.0"),
    ("locator", "--threads", "-1", "a whole number from 0 to 1024"),
    ("locator", "--height", "241", "an even number from 16 to 480"),
    ("locator", "--height", "482", "an even number from 16 to 480"),
    ("locator", "--height", "0", "an even number from 16 to 480"),
]


@pytest.mark.parametrize(("kind", "option", "number", "wanted"), REFUSED)
def test_a_number_that_no_fit_takes_is_refused(capsys, tmp_path, kind, option, number, wanted):
    network = ["--network", "seed_cnn"] if kind == "classifier" else []
    with pytest.raises(SystemExit, match="2"):
        main([kind, str(tmp_path), *network, "--out", str(tmp_path / "run"), option, number])
    assert f"{option}: must be {wanted}, not {number}" in capsys.readouterr().err


def test_omitted_options_are_the_defaults_of_a_fit():
    settings = ClassifierFitSettings(network="door_cnn")
    assert (settings.epochs, settings.batch_size, settings.seed, settings.threads) == (60, 64, 1, 0)
