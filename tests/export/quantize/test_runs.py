"""Runs whose files were damaged."""

import pytest

from edge.errors import UserError
from edge.vision.calibration import Calibration
from export.quantize.classifier_run import ClassifierRun
from export.quantize.runs import read_run
from training.common.runs import RunFiles


@pytest.mark.parametrize("metrics", ["{", "[]", "5", '{"kind": "x"}', '{"kind": []}', "{}", "[" * 100_000])
def test_a_run_with_damaged_figures_is_refused(tmp_path, metrics):
    (tmp_path / "model.keras").touch()
    (tmp_path / "metrics.json").write_text(metrics)
    with pytest.raises(UserError, match=r"damaged|split"):
        read_run(tmp_path)


@pytest.mark.parametrize("content", [b"", b"garbage", b"PK\x03\x04 half a zip", b"\x89HDF\r\n\x1a\n"])
def test_a_network_that_is_none_is_refused(tmp_path, content):
    (tmp_path / "model.keras").write_bytes(content)
    run = ClassifierRun(
        files=RunFiles(tmp_path),
        network="door_cnn",
        training_set_digest="",
        threshold=0.5,
        calibration=Calibration(1.0),
        photos=[],
        crop_widening=1.2,
    )
    with pytest.raises(UserError, match=r"model\.keras"):
        run.load()
