"""The real stream server, without a door behind it."""

import json

from edge.runtime.stream_server import StreamServer
from edge.stream.messages import encode


class Snapshot:
    """A frame's state as the server takes it."""

    def __init__(self, **values):
        self.values = values

    def line(self, *, picture):
        return encode(
            {
                "type": "state",
                "frame": 1,
                "at": 1_780_000_000.0,
                "seconds": 1.0,
                "width": 640,
                "height": 480,
                "people": [],
                "outputs": {"led": True, "buzzer": False, "clear_led": None, "relay": None},
                "blind": None,
                "milliseconds": {"locate": 5.0},
                "frames_per_second": 10.0,
                "celsius": 50.5,
                "buzzer_muted_seconds": 0.0,
                "min_face_px": 32.0,
                "evidence_bounds": [-3.0, 3.0],
            }
            | self.values
        )


class FakeDoor:
    """Says what a test has it say, and remembers what it was told to do."""

    def __init__(self, folder):
        self.address, self.told = folder / "stream.sock", []
        self.server = StreamServer(self.address, command=self._carry_out, dropped=lambda *_: None)

    def __enter__(self):
        self.server.__enter__()
        return self

    def __exit__(self, *exception):
        self.server.__exit__(None, None, None)

    def event(self, kind, at=1_780_000_000.0, **more):
        self.server.tell(json.dumps({"at": at, "event": kind, **more}))

    def state(self, **values):
        self.server.offer(Snapshot(**values))

    def _carry_out(self, request, *_):
        self.told.append(request)
        return encode({"type": "answer", "ok": True, "reason": ""})
