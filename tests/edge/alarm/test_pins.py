import pytest

from edge.alarm.pins import on_a_raspberry_pi, open_pins
from edge.errors import UserError


def test_a_raspberry_pi_is_known_by_its_device_tree(tmp_path):
    model = tmp_path / "model"
    assert not on_a_raspberry_pi(model)
    model.write_bytes(b"Raspberry Pi 4 Model B Rev 1.4\0")
    assert on_a_raspberry_pi(model)


def test_pins_that_cannot_be_driven_are_said_to_be(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "lgpio", None)
    with pytest.raises(UserError, match="python3-lgpio"):
        open_pins(mock=False)
