"""Write the README's picture: two frames of the demo, and its timeline.

PYTHONPATH=. .venv/bin/python tests/docs/demo_picture.py
"""

import tempfile
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from edge.demo.scene import DoorwayScene
from edge.replay.annotate import draw
from edge.replay.replay import watch_recording
from edge.replay.timeline import Timeline
from edge.runtime.frame_result import FrameResult, PublisherGroup
from edge.runtime.pipeline import load_models, make_test
from edge.settings.schema import Settings
from edge.tracking.track import Verdict

PICTURE = Path(__file__).parents[2] / ".readme" / "demo.png"

WIDTH = 1280
"""Of the picture, in pixels."""

COLORS = 256
"""In full color the noise of the drawn camera would make the file several times as large."""

SETTLED_SECONDS = 0.7
"""How long a verdict stands before its frame is shown."""


class Results:
    """A publisher that keeps every result."""

    def __init__(self) -> None:
        self.all: list[FrameResult] = []

    def publish(self, result: FrameResult) -> None:
        """Keep the result."""
        self.all.append(result)


def settled(results: Sequence[FrameResult], verdict: Verdict, after: float = 0.0) -> FrameResult:
    """The first result in which the only person in view has had a verdict for SETTLED_SECONDS."""
    since = None
    for result in results:
        alone = [track for track in result.tracks if not track.unseen_seconds]
        if result.frame.seconds < after or len(result.tracks) != 1 or not alone or alone[0].verdict is not verdict:
            since = None
            continue
        since = result.frame.seconds if since is None else since
        if result.frame.seconds - since >= SETTLED_SECONDS:
            return result
    raise LookupError(f"nobody in the demo stays {verdict.value} for {SETTLED_SECONDS} s after {after} s")


def make_picture() -> np.ndarray:
    """The picture, uint8 (height, WIDTH, 3), RGB."""
    settings = Settings()
    models = load_models(settings)
    results, timeline = Results(), Timeline(make_test(settings.verdict, models.classifier.threshold))
    watch_recording(DoorwayScene(), settings, models, PublisherGroup(results, timeline))
    bare = settled(results.all, Verdict.NOT_COMPLIANT)
    masked = settled(results.all, Verdict.COMPLIANT, after=bare.frame.seconds)
    frames = np.hstack([draw(bare), draw(masked)])
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "timeline.png"
        timeline.save(file)
        course = np.asarray(Image.open(file).convert("RGB"))
    return np.vstack([as_wide(frames), as_wide(course)])


def as_wide(image: np.ndarray) -> np.ndarray:
    """The image, WIDTH pixels wide."""
    return cv2.resize(image, (WIDTH, round(image.shape[0] * WIDTH / image.shape[1])), interpolation=cv2.INTER_AREA)


if __name__ == "__main__":
    Image.fromarray(make_picture()).quantize(COLORS, dither=Image.Dither.NONE).save(PICTURE, optimize=True)
