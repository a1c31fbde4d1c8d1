from pathlib import Path

import pytest

from training.locator.network import LOCATORS
from training.locator.runs import LocatorSettings
from training.networks import CLASSIFIERS
from training.runs import FitSettings, RunFiles

WEIGHTS = Path(__file__).parents[2] / "training" / "weights"


@pytest.mark.parametrize(
    ("network", "settings", "build"),
    [("door_cnn", FitSettings, CLASSIFIERS["door_cnn"]), ("face_cnn", LocatorSettings, LOCATORS["face_cnn"])],
)
def test_a_fit_can_begin_with_the_shipped_weights(network, settings, build):
    files = RunFiles(WEIGHTS / network)
    assert files.read_settings(settings).network == network
    fresh = build()
    before = [weights.copy() for weights in fresh.get_weights()]
    fresh.load_weights(files.network)
    assert any((a != b).any() for a, b in zip(before, fresh.get_weights(), strict=True))


def test_the_record_of_shipped_weights_names_no_folder_of_their_maker():
    for record in WEIGHTS.rglob("settings.json"):
        assert "/" not in record.read_text()
