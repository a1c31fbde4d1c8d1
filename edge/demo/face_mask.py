"""Drawing a surgical mask on a portrait."""

from dataclasses import replace

import cv2
import numpy as np

from edge.demo.portraits import Landmarks, Points, Portrait

FINENESS = 4
"""The mask is drawn this many times larger and shrunk, which smooths its lines."""

CLOTH = (160, 194, 214)
"""Color of the mask, RGB."""

EDGING = (206, 226, 236)
"""Color of its hem and straps."""

PLEATS = (0.30, 0.50, 0.70)
"""Where the folds lie, from the upper edge (0) to the lower (1)."""


def with_mask(portrait: Portrait) -> Portrait:
    """The portrait with a mask over mouth and nose; its alpha and everything above the nose stay as they were."""
    return _wearing(portrait, mask_layer(portrait))


def with_mask_on_chin(portrait: Portrait) -> Portrait:
    """The portrait with a mask pulled down to the chin: incorrectly worn."""
    return _wearing(portrait, mask_layer(replace(portrait, landmarks=_on_chin(portrait.landmarks))))


def mask_layer(portrait: Portrait) -> np.ndarray:
    """The mask by itself.

    Returns:
        uint8 (height, width, 4), RGBA, to be laid over the portrait.
    """
    near, left, top = _near_the_mask(portrait)
    layer = np.zeros_like(portrait.image)
    layer[top : top + near.image.shape[0], left : left + near.image.shape[1]] = _draw(near)
    return layer


def _near_the_mask(portrait: Portrait) -> tuple[Portrait, int, int]:
    """The part of a portrait in which the mask and its shadow lie, and that part's left and top."""
    marks, margin = portrait.landmarks, round(portrait.face.size * 0.2)
    points = np.array([*marks.top, *marks.bottom, *marks.upper_ears, *marks.lower_ears])
    left, top = np.maximum(points.min(axis=0) - margin, 0).tolist()
    right, bottom = (points.max(axis=0) + margin).tolist()

    def moved(points: Points) -> Points:
        return tuple((x - left, y - top) for x, y in points)

    shifted = Landmarks(
        top=moved(marks.top),
        bottom=moved(marks.bottom),
        upper_ears=moved(marks.upper_ears),
        lower_ears=moved(marks.lower_ears),
        mouth=(marks.mouth[0] - left, marks.mouth[1] - top),
    )
    return replace(portrait, image=portrait.image[top:bottom, left:right], landmarks=shifted), left, top


def _draw(portrait: Portrait) -> np.ndarray:
    """The mask on a portrait that is cut down to where it lies; uint8 (height, width, 4)."""
    marks, (height, width) = portrait.landmarks, portrait.image.shape[:2]
    cloth = _outline(marks)
    body = _filled(cloth, height, width)
    straps = _straps(marks, height, width, face_width=portrait.face.right - portrait.face.left)
    shadow = 0.42 * _soft(np.maximum(body, 0.7 * straps), portrait, share=0.022, drop=0.018)
    color = np.where(body[..., np.newaxis] > 0, _cloth(portrait, cloth, body), np.array(EDGING) * 0.97)
    solid = np.maximum(body, straps)
    alpha = solid + (1 - solid) * shadow
    # The shadow is black: what is seen is the solid part's color, as far as it makes up the alpha.
    color = color * (solid / np.maximum(alpha, 1e-6))[..., np.newaxis]
    return np.dstack([color, alpha * 255]).clip(0, 255).astype(np.uint8)


def _wearing(portrait: Portrait, layer: np.ndarray) -> Portrait:
    share = layer[..., 3:] / 255.0
    image = portrait.image.copy()
    image[..., :3] = np.round(image[..., :3] * (1 - share) + layer[..., :3] * share)
    return replace(portrait, image=image)


def _on_chin(marks: Landmarks) -> Landmarks:
    """The mask's upper edge beneath the mouth, its lower one beneath the chin."""
    chin = max(y for _, y in marks.bottom)
    drop = (chin - marks.mouth[1]) // 3
    lips = marks.mouth[1] + drop
    left, right = marks.bottom[0], marks.bottom[-1]
    top = [(left[0] + (right[0] - left[0]) * step // 4, lips + abs(step - 2)) for step in range(5)]
    return replace(marks, top=tuple(top), bottom=tuple((x, y + drop) for x, y in marks.bottom))


def _outline(marks: Landmarks) -> np.ndarray:
    """The mask's edge, clockwise, float (n, 2)."""
    return np.vstack([_curve(marks.top), _curve(marks.bottom)[::-1]])


def _curve(points: Points | np.ndarray, steps: int = 16) -> np.ndarray:
    """A smooth line through points (Catmull and Rom's spline), float (n, 2)."""
    p = np.array(points, float)
    p = np.vstack([2 * p[0] - p[1], p, 2 * p[-1] - p[-2]])
    t = np.linspace(0, 1, steps, endpoint=False)[:, np.newaxis]
    pieces = [
        (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3) / 2
        for a, b, c, d in zip(p, p[1:], p[2:], p[3:], strict=False)
    ]
    return np.vstack([*pieces, p[-2:-1]])


def _filled(edge: np.ndarray, height: int, width: int) -> np.ndarray:
    """Float (height, width), 0 to 1: the share of each pixel within the edge."""
    large = np.zeros((height * FINENESS, width * FINENESS), np.uint8)
    cv2.fillPoly(large, [_large(edge)], 255)
    return cv2.resize(large, (width, height), interpolation=cv2.INTER_AREA) / 255.0


def _stroke(lines: list[np.ndarray], thickness: float, height: int, width: int) -> np.ndarray:
    """Float (height, width), 0 to 1: lines of a thickness in pixels."""
    large = np.zeros((height * FINENESS, width * FINENESS), np.uint8)
    for line in lines:
        cv2.polylines(large, [_large(line)], False, 255, max(1, round(thickness * FINENESS)))
    return cv2.resize(large, (width, height), interpolation=cv2.INTER_AREA) / 255.0


def _large(points: np.ndarray) -> np.ndarray:
    return np.round(points * FINENESS).astype(np.int32)


def _straps(marks: Landmarks, height: int, width: int, face_width: float) -> np.ndarray:
    ends = [(0, 0), (-1, 1)]
    lines = []
    for end, ear in ends:
        upper, lower = np.array(marks.top[end], float), np.array(marks.bottom[end], float)
        lines.append(_sagging(upper, np.array(marks.upper_ears[ear], float)))
        lines.append(_sagging(lower, np.array(marks.lower_ears[ear], float)))
    return _stroke(lines, face_width * 0.018, height, width)


def _sagging(start: np.ndarray, end: np.ndarray) -> np.ndarray:
    middle = (start + end) / 2 + np.array([0, 0.06 * np.linalg.norm(end - start)])
    return _curve(np.vstack([start, middle, end]))


def _soft(shape: np.ndarray, portrait: Portrait, *, share: float, drop: float) -> np.ndarray:
    """The shape blurred and moved down, by shares of the face's height."""
    size = portrait.face.size
    moved = cv2.warpAffine(shape, np.array([[1, 0, 0], [0, 1, drop * size]]), shape.shape[::-1])
    return cv2.GaussianBlur(moved, (0, 0), share * size)


def _cloth(portrait: Portrait, edge: np.ndarray, body: np.ndarray) -> np.ndarray:
    """The cloth's colors, float (height, width, 3), shaded like the face beneath it."""
    height, width = body.shape
    size = portrait.face.size
    light = _roundness(portrait.landmarks, height, width) * _face_light(portrait, body)
    folds = [_fold(portrait.landmarks, at) for at in PLEATS]
    dark = cv2.GaussianBlur(_stroke(folds, size * 0.014, height, width), (0, 0), size * 0.006)
    bright = cv2.GaussianBlur(
        _stroke([fold + np.array([0, size * 0.018]) for fold in folds], size * 0.016, height, width),
        (0, 0),
        size * 0.008,
    )
    light = light * (1 - 0.30 * dark + 0.10 * bright)
    hem = _stroke([np.vstack([edge, edge[:1]])], size * 0.034, height, width)[..., np.newaxis]
    color = np.array(CLOTH) * (1 - 0.6 * hem) + np.array(EDGING) * 0.6 * hem
    weave = 1 + np.random.default_rng(1).normal(0, 0.012, body.shape)
    return color * (light * weave)[..., np.newaxis]


def _fold(marks: Landmarks, at: float) -> np.ndarray:
    """A pleat: it runs from side to side and sags like the lower edge the farther down it lies."""
    top, bottom = np.array(marks.top, float), np.array(marks.bottom, float)
    chord = np.linspace(0, 1, len(top))[:, np.newaxis]
    upper = top[0] + (top[-1] - top[0]) * chord + (top - top[0] - (top[-1] - top[0]) * chord) * 0.3
    return _curve(upper * (1 - at) + bottom * at)


def _roundness(marks: Landmarks, height: int, width: int) -> np.ndarray:
    """Light that falls off towards the cheeks and beneath the chin, with the nose's ridge; float (height, width)."""
    y, x = np.mgrid[:height, :width].astype(float)
    (left, _), (nose, top), (right, _) = marks.top[0], marks.top[2], marks.top[-1]
    bottom = marks.bottom[2][1]
    across = (x - nose) / ((right - left) / 2)
    down = ((y - top) / (bottom - top)).clip(0, 1)
    ridge = 0.10 * np.exp(-((across / 0.16) ** 2)) * (1 - down)
    return 1.05 - 0.30 * np.abs(across.clip(-1, 1)) ** 2.4 - 0.26 * down**3 + ridge


def _face_light(portrait: Portrait, body: np.ndarray) -> np.ndarray:
    """How brightly the face is lit beneath the mask, coarsely, about 1; float (height, width)."""
    gray = cv2.cvtColor(portrait.image[..., :3], cv2.COLOR_RGB2GRAY).astype(float)
    spread = portrait.face.size * 0.16
    inside = cv2.GaussianBlur(gray * body, (0, 0), spread) / np.maximum(cv2.GaussianBlur(body, (0, 0), spread), 0.05)
    return (inside / max(float(gray[body > 0.5].mean()), 1.0)).clip(0.75, 1.2) ** 0.5
