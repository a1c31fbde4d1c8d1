import pytest

from edge.bench.estimate import Processor, estimate


@pytest.mark.parametrize(
    ("model", "processor"),
    [
        ("Raspberry Pi Zero 2 W Rev 1.0", "cortex-a53"),
        ("Raspberry Pi 3 Model B Plus Rev 1.3", "cortex-a53"),
        ("Raspberry Pi 4 Model B Rev 1.4", "cortex-a72"),
        ("Raspberry Pi 5 Model B Rev 1.0", "cortex-a76"),
    ],
)
def test_the_usual_boards_have_an_estimate(model, processor):
    found = estimate(model)
    assert found.processor == processor
    assert 0 < found.spared_frame_ms < found.frame_ms


@pytest.mark.parametrize(
    "model", ["", "Raspberry Pi 2 Model B Rev 1.2", "Raspberry Pi 3 Model B Rev 1.2", "Orange Pi 5"]
)
def test_other_boards_have_none(model):
    assert estimate(model) is None


def test_a_faster_clock_takes_less_time():
    assert Processor("cortex-a72", 1.5).milliseconds(30e6) == pytest.approx(20.0)
