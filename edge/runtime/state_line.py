"""A frame's state as a line of the stream, made when a reader wants it and once for all of them."""

from base64 import b64encode
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import cv2

from edge.runtime.frame_result import FrameResult
from edge.stream.messages import encode
from edge.tracking.track import Track

JPEG_QUALITY = 80


@dataclass(frozen=True, kw_only=True)
class StateLine:
    """See `edge.stream.messages.State` for the fields."""

    result: FrameResult
    frame: int
    epoch: float
    """Unix time at which the camera's clock showed 0."""
    frames_per_second: float
    buzzer_muted_seconds: float
    min_face_px: float
    evidence_bounds: tuple[float, float]
    celsius: Callable[[], float | None]
    blind: str | None = None

    def line(self, *, picture: bool) -> bytes:
        """The state, with the frame or without."""
        return self._with_picture if picture else self._alone

    @cached_property
    def _alone(self) -> bytes:
        return encode(self._state)

    @cached_property
    def _with_picture(self) -> bytes:
        # Base64 has nothing that JSON would have to escape: the large text need not go through its encoder.
        return self._alone[:-2] + b',"jpeg":"' + b64encode(_jpeg(self.result)) + b'"}\n'

    @cached_property
    def _state(self) -> dict[str, Any]:
        result = self.result
        height, width = result.frame.image.shape[:2]
        return {
            "type": "state",
            "frame": self.frame,
            "at": round(self.epoch + result.frame.seconds, 3),
            "seconds": round(result.frame.seconds, 3),
            "width": width,
            "height": height,
            "people": [_person(track) for track in result.tracks],
            "outputs": asdict(result.alarm),
            "blind": self.blind,
            "milliseconds": {stage: round(taken, 2) for stage, taken in result.milliseconds.items()},
            "frames_per_second": round(self.frames_per_second, 2),
            "celsius": self.celsius(),
            "buzzer_muted_seconds": round(self.buzzer_muted_seconds, 1),
            "min_face_px": self.min_face_px,
            "evidence_bounds": [round(bound, 3) for bound in self.evidence_bounds],
        }


def _person(track: Track) -> dict[str, Any]:
    face = track.face
    return {
        "number": track.number,
        "box": [round(side, 1) for side in (face.left, face.top, face.right, face.bottom)],
        "verdict": track.verdict.value,
        "evidence": round(track.evidence, 3),
        "p_not_compliant": round(track.p_not_compliant, 3),
        "unseen_seconds": round(track.unseen_seconds, 2),
        "muted": track.muted,
    }


def _jpeg(result: FrameResult) -> bytes:
    picture = cv2.cvtColor(result.frame.image, cv2.COLOR_RGB2BGR)
    _, encoded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    return encoded.tobytes()
