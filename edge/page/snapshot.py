"""`maskwatch snapshot`: one annotated picture of what the door sees now."""

import threading
from contextlib import closing
from pathlib import Path

import cv2
import numpy as np

from edge.alarm.pattern import AlarmState
from edge.camera.frame import Frame
from edge.errors import UserError
from edge.files import write_whole
from edge.output_file import cannot_write, check_output
from edge.replay.annotate import draw
from edge.runtime.frame_result import FrameResult
from edge.stream.client import StreamClient, connected, unreachable
from edge.stream.messages import PersonState, State
from edge.tracking.track import Track, Verdict
from edge.vision.face import Face

SUFFIXES = (".jpg", ".jpeg", ".png")

LONGEST_SECONDS = 10.0
"""How long to wait for the first frame of a door that has just started, in seconds."""


def save_snapshot(door: Path, file: Path, *, force: bool = False) -> State:
    """Write the newest annotated frame.

    Args:
        door: The door's socket.
        file: The picture to write; its name ends in .jpg or .png.
        force: Whether an existing file may be replaced.

    Returns:
        The state that the picture shows.

    Raises:
        UserError: The door does not answer or has no picture, or the file exists or cannot be written.
    """
    check_output(file, what="snapshot", endings=SUFFIXES, force=force)
    state = _newest(door)
    _, encoded = cv2.imencode(file.suffix, draw(_as_result(state))[:, :, ::-1])
    try:
        write_whole(file, encoded.tobytes(), mode=0o600)  # people are in it
    except OSError as error:
        raise cannot_write(file, "snapshot", error) from error
    return state


def _newest(door: Path) -> State:
    try:
        connected(door).close()
    except OSError as error:
        raise UserError(unreachable(door, error)) from error
    with closing(StreamClient(door, pictures=True)) as client:
        late = threading.Timer(LONGEST_SECONDS, client.close)
        late.daemon = True
        late.start()
        for message in client:
            if isinstance(message, State):
                late.cancel()
                return message
    raise UserError(f"The door process at {door} has no picture", "see `maskwatch doctor`")


def _as_result(state: State) -> FrameResult:
    image = cv2.imdecode(np.frombuffer(state.jpeg or b"", np.uint8), cv2.IMREAD_COLOR)
    if image is None:
        raise UserError("The door process has sent a picture that cannot be read", "try again")
    frame = Frame(np.ascontiguousarray(image[:, :, ::-1]), state.seconds)
    tracks = [_track(person) for person in state.people]
    return FrameResult(frame, tracks, _alarm(state), (), dict(state.milliseconds))


def _alarm(state: State) -> AlarmState:
    on = state.outputs
    return AlarmState(bool(on["led"]), bool(on["buzzer"]), on["clear_led"], on["relay"])


def _track(person: PersonState) -> Track:
    return Track(
        person.number,
        Face(*person.box),
        person.p_not_compliant,
        Verdict(person.verdict),
        person.evidence,
        person.unseen_seconds,
        person.muted,
    )
