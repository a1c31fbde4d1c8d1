import os
import sys

import pytest
from gpiozero.pins.mock import MockFactory

from edge.alarm.alarm import Alarm
from edge.alarm.pins import open_pins
from edge.errors import UserError
from edge.settings.schema import AlarmSettings


def test_pins_that_cannot_be_driven_are_said_to_be(monkeypatch):
    monkeypatch.setitem(sys.modules, "lgpio", None)
    with pytest.raises(UserError, match="python3-lgpio"):
        open_pins(mock=False)


def test_lgpios_pipe_goes_where_the_service_may_write(monkeypatch, tmp_path):
    monkeypatch.delenv("LG_WD", raising=False)
    monkeypatch.setenv("RUNTIME_DIRECTORY", str(tmp_path))
    monkeypatch.setitem(sys.modules, "lgpio", None)
    with pytest.raises(UserError):
        open_pins(mock=False)
    assert os.environ.pop("LG_WD") == str(tmp_path)


class BusyFactory(MockFactory):
    """Says of a pin in use what lgpio says, in an error of no kind."""

    def pin(self, name):
        raise Exception("'GPIO busy'")


def test_pins_of_a_running_maskwatch_are_refused_with_how_to_stop_it():
    with pytest.raises(UserError, match=r"led_pin = 17 cannot be used \('GPIO busy'\).*systemctl stop maskwatch"):
        Alarm(AlarmSettings(), BusyFactory())
