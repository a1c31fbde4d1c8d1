from dataclasses import replace

import pytest

from edge.doctor.doctor import CHECKS, examine
from edge.doctor.networks import check_classifier, check_locator, check_runtime
from edge.settings.schema import LocatorSettings, ModelSettings, Settings
from edge.vision.model_file import pack, read_model_file


def test_the_runtime_is_named_and_fast(desk, find):
    found = find(check_runtime, desk)
    assert found.level == "ok"
    assert found.text.startswith("ai_edge_litert ")
    assert found.text.endswith(" with XNNPACK")


@pytest.mark.parametrize("check", [check_classifier, check_locator])
def test_the_shipped_networks_answer_as_golden(check, desk, find):
    assert find(check, desk).level == "ok"


def test_a_fixed_place_needs_no_network(desk, find):
    settings = Settings(model=ModelSettings(locator="none"), locator=LocatorSettings(kind="centre"))
    assert find(check_locator, desk, settings).level == "ok"


def test_a_network_that_answers_otherwise_fails(desk, find, shipped_model, tmp_path):
    model, other = read_model_file(shipped_model), tmp_path / "other.tflite"
    other.write_bytes(pack(model.tflite, model.metadata, replace(model.golden, seed=2)))
    found = find(check_classifier, desk, Settings(model=ModelSettings(classifier=str(other))))
    assert found.level == "fail"
    assert "does not answer as it did" in found.text


def test_a_locator_in_the_classifiers_place_fails(desk, find, shipped_locator):
    found = find(check_classifier, desk, Settings(model=ModelSettings(classifier=str(shipped_locator))))
    assert (found.level, found.remedy) == ("fail", "name a classifier under [model]")


def test_a_damaged_file_fails_with_its_remedy(desk, shipped_model, tmp_path):
    damaged, config = tmp_path / "damaged.tflite", tmp_path / "maskwatch.toml"
    damaged.write_bytes(b"?" + shipped_model.read_bytes()[1:])
    config.write_text(f'[model]\nclassifier = "{damaged}"\n')
    _, found = examine(config, desk.machine, {"classifier": CHECKS["classifier"]})
    assert (found.level, found.remedy) == ("fail", "copy it again from its origin")
    assert "is damaged" in found.text
