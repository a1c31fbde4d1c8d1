"""Frames with what the device made of them: boxes, verdicts, and a bar with the LED, the buzzer and the clock."""

import cv2
import numpy as np

from edge.alarm.pattern import AlarmState
from edge.replay.brush import Brush, draw_lamp, draw_sign, draw_speaker, writing_width
from edge.replay.palette import Color, look_of
from edge.runtime.frame_result import FrameResult
from edge.tracking.track import Track, Verdict

BAR: Color = (22, 25, 31)
PALE: Color = (226, 230, 236)
UNLIT: Color = (104, 112, 124)
LIT_LED: Color = (255, 84, 64)
LIT_BUZZER: Color = (255, 200, 72)
LIT_CLEAR: Color = (92, 224, 112)


def draw(result: FrameResult) -> np.ndarray:
    """A frame with its verdicts on it.

    Args:
        result: The frame and what came of it; it is left as it is.

    Returns:
        uint8 RGB, the frame with a bar added below it; both sides are even, as video encoders like it.
    """
    image = result.frame.image.copy()
    found = [track for track in result.tracks if not track.unseen_seconds]  # a guessed place may show no face
    for track in found:
        _draw_box(image, track)
    for track in found:  # afterwards, so that no box crosses a label
        _draw_label(image, track)
    width = image.shape[1]
    bar = _bar(width, _capital(image) * 2.6, result.frame.seconds, result.alarm)
    whole = np.vstack([image, bar])
    return cv2.copyMakeBorder(whole, 0, whole.shape[0] % 2, 0, width % 2, cv2.BORDER_REPLICATE)


def clock(seconds: float) -> str:
    """A clip's time as minutes, seconds and tenths."""
    tenths = round(seconds * 10)
    return f"{tenths // 600}:{tenths // 10 % 60:02d}.{tenths % 10}"


def _capital(image: np.ndarray) -> float:
    """Height of capitals that can be read in a picture of this size, in pixels."""
    return max(8.5, min(image.shape[:2]) * 0.026)


def _line(image: np.ndarray, track: Track) -> int:
    """Width of a box's line: fit for the picture, but never so wide that it hides a small face."""
    return max(1, round(min(min(image.shape[:2]) * 0.006, track.face.size * 0.06)))


def _draw_box(image: np.ndarray, track: Track) -> None:
    """A whole frame for who is not compliant, corners only for the others; with a dark rim to stand out anywhere."""
    line = _line(image, track)
    for thickness, color in ((line + 2, BAR), (line, look_of(track).color)):
        for stretch in _stretches(track):
            corners = [np.round(np.array(stretch)).astype(np.int32)]
            cv2.polylines(image, corners, track.verdict is Verdict.NOT_COMPLIANT, color, thickness, cv2.LINE_AA)


def _stretches(track: Track) -> list[list[tuple[float, float]]]:
    face = track.face
    (left, top), (right, bottom) = (face.left, face.top), (face.right, face.bottom)
    if track.verdict is Verdict.NOT_COMPLIANT:
        return [[(left, top), (right, top), (right, bottom), (left, bottom)]]
    arm = face.size * 0.22
    corners = [(left, top, 1, 1), (right, top, -1, 1), (right, bottom, -1, -1), (left, bottom, 1, -1)]
    return [[(x + dx * arm, y), (x, y), (x, y + dy * arm)] for x, y, dx, dy in corners]


def _draw_label(image: np.ndarray, track: Track) -> None:
    label = _label(track, _capital(image))
    height = label.shape[0]
    line = _line(image, track)
    above = round(track.face.top) - height - line
    _paste(image, label, round(track.face.left) - line // 2, above if above >= 0 else round(track.face.top))


def _label(track: Track, high: float) -> np.ndarray:
    look = look_of(track)
    text = look.word if track.muted else f"{look.word}  P {track.p_not_compliant:.2f}"
    gap = high * 0.75
    brush = Brush(round(writing_width(text, high) + high + 3 * gap), round(high * 2.1), look.color)
    middle = high * 1.05
    draw_sign(brush, track.verdict, gap + high / 2, middle, high * 1.15, look.ink)
    brush.write(text, 2 * gap + high, middle, high, look.ink)
    return brush.finish()


def _paste(image: np.ndarray, label: np.ndarray, left: int, top: int) -> None:
    """Put the label at a place, moved so that as much of it as fits lies within the image."""
    left = max(min(left, image.shape[1] - label.shape[1]), 0)
    top = max(min(top, image.shape[0] - label.shape[0]), 0)
    place = image[top : top + label.shape[0], left : left + label.shape[1]]
    place[:] = label[: place.shape[0], : place.shape[1]]


def _bar(width: int, height: float, seconds: float, alarm: AlarmState) -> np.ndarray:
    brush = Brush(width, round(height), BAR)
    middle, high, size = height / 2, height / 2.9, height * 0.60
    x = size * 0.9
    draw_lamp(brush, x, middle, size, on=alarm.led, lit=LIT_LED, unlit=UNLIT)
    brush.write("LED", x + size * 0.85, middle, high, LIT_LED if alarm.led else UNLIT)
    x += size * 2.3 + writing_width("LED", high)
    draw_speaker(brush, x, middle, size, on=alarm.buzzer, lit=LIT_BUZZER, unlit=UNLIT)
    brush.write("BUZZER", x + size * 0.85, middle, high, LIT_BUZZER if alarm.buzzer else UNLIT)
    if alarm.clear_led is not None:
        x += size * 2.3 + writing_width("BUZZER", high)
        draw_lamp(brush, x, middle, size, on=alarm.clear_led, lit=LIT_CLEAR, unlit=UNLIT)
        brush.write("CLEAR", x + size * 0.85, middle, high, LIT_CLEAR if alarm.clear_led else UNLIT)
    time = clock(seconds)
    brush.write(time, width - writing_width(time, high) - size * 0.6, middle, high, PALE)
    return brush.finish()
