"""A door's stream without its loop: what a test publishes is what its readers get."""

from gpiozero.pins.mock import MockFactory

from edge.alarm.alarm import Alarm
from edge.events.journal import Journal
from edge.events.types import TrackBegan
from edge.runtime.stream import Stream
from edge.settings.connections import StreamSettings
from edge.settings.schema import AlarmSettings


class Log:
    def __init__(self):
        self.lines = []

    def write(self, text):
        self.lines.append(text)

    def flush(self):
        pass


class Door:
    """A context manager, within which there is a socket in `folder`."""

    def __init__(self, folder, **options):
        self.address = folder / "stream.sock"
        self.pins, self.log = MockFactory(), Log()
        self.journal = Journal(self.log, epoch=lambda: 1000.0)
        self.alarm = Alarm(AlarmSettings(), self.pins)
        settings = StreamSettings(socket=str(self.address))
        self.stream = Stream(settings, self.journal, self.alarm, **options)
        self.stream.evidence_bounds = lambda: (-3.0, 3.0)

    def __enter__(self):
        self.alarm.__enter__()
        self.stream.__enter__()
        return self

    def __exit__(self, *exception):
        self.stream.__exit__()
        self.alarm.__exit__()

    def track(self, number):
        self.journal.write(TrackBegan(at=float(number), track=number))
