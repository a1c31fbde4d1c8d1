import os
import signal
import threading

import pytest

from edge.alarm.alarm import Alarm
from edge.alarm.pattern import BLIND
from edge.alarm.undisturbed import undisturbed
from edge.settings.schema import AlarmSettings


class StoppedError(Exception):
    """SIGTERM came."""


@pytest.fixture
def raising():
    def stop(*_):
        raise StoppedError

    before = signal.signal(signal.SIGTERM, stop)
    yield stop
    signal.signal(signal.SIGTERM, before)


def test_a_signal_waits_for_the_end_of_the_block(raising):
    done = False
    with pytest.raises(StoppedError), undisturbed():
        signal.raise_signal(signal.SIGTERM)
        done = True
    assert done
    assert signal.getsignal(signal.SIGTERM) is raising


def test_ctrl_c_waits_too():
    with pytest.raises(KeyboardInterrupt), undisturbed():
        signal.raise_signal(signal.SIGINT)


def test_another_thread_may_use_it():
    thread = threading.Thread(target=lambda: undisturbed().__enter__())
    thread.start()
    thread.join()


@pytest.mark.parametrize("milliseconds", [0.5, 0.7, 1.0, 1.3, 1.7, 2.0, 2.5, 3.0, 4.0, 5.0] * 3)
def test_everything_is_off_whenever_the_stop_comes(milliseconds, pins, bare, raising):
    stop = threading.Timer(milliseconds / 1000, os.kill, (os.getpid(), signal.SIGTERM))
    led, buzzer = pins.pin(17), pins.pin(27)
    with pytest.raises(StoppedError), Alarm(AlarmSettings(buzzer_refractory_seconds=0), pins) as alarm:
        stop.start()
        for seconds in range(1_000_000):
            alarm.play(BLIND)
            alarm.show(float(seconds), [bare(seconds)])
    assert [led.state, buzzer.state] == [False, False]
