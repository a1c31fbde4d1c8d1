"""Whether the device's memory grows: its loop and log on a recording, again and again, as fast as this machine can.

    PYTHONPATH=. .venv/bin/python tests/bench/growth.py CLIP --minutes 60 --json tests/bench/growth.json

The minutes are those of video. What the process holds is read after each fifteen seconds of video, the first quarter
of them left out. The slope is that of a straight line through the rest, with its interval of 95 %, for which the
residuals' own correlation counts. Exit status 1 if the whole interval lies above 1 MB an hour.
"""

import argparse
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from saved import save
from tables import TextTable

from edge.alarm.pins import open_pins
from edge.arguments import above_zero
from edge.camera.frame import Frame
from edge.camera.recording import open_recording
from edge.events.journal import Journal
from edge.runtime.frame_result import FrameResult, PublisherGroup
from edge.runtime.pipeline import build_pipeline, load_models, make_alarm
from edge.settings.schema import Settings

COMMITTED = Path(__file__).with_name("growth.json")

SAMPLE_SECONDS = 15.0

SETTLING = 0.25
"""Share of the samples at the beginning that do not count."""

ALLOWED = 1.0
"""Megabytes an hour."""

DEVIATIONS = 1.96
"""Standard errors to each side that hold 95 % of a normal distribution."""


class MemorySamples:
    """Notes the memory of this process every few seconds of video."""

    def __init__(self) -> None:
        self.hours: list[float] = []
        self.megabytes: list[float] = []
        self._next = 0.0

    def publish(self, result: FrameResult) -> None:
        """See whether it is time."""
        if result.frame.seconds >= self._next:
            self._next = result.frame.seconds + SAMPLE_SECONDS
            self.hours.append(result.frame.seconds / 3600)
            self.megabytes.append(resident_megabytes())


def main() -> int:
    """Run the command; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clip", type=Path, metavar="CLIP")
    parser.add_argument("--minutes", type=above_zero(float), default=60.0, help="of video [%(default)g]")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there")
    arguments = parser.parse_args()
    settings, samples = Settings(), MemorySamples()
    with (
        Path(os.devnull).open("w") as log,
        make_alarm(settings.alarm, open_pins(mock=True), live=False) as alarm,
    ):
        frames = repeated(arguments.clip, arguments.minutes * 60)
        publishers = PublisherGroup(Journal(log, epoch=lambda: 0.0), samples)
        build_pipeline(settings, load_models(settings), alarm).watch(frames, publishers)
    skipped = int(SETTLING * len(samples.hours))
    hours, megabytes = (np.array(values[skipped:]) for values in (samples.hours, samples.megabytes))
    slope, aside = slope_with_interval(hours, megabytes)
    record = {
        "minutes": round(samples.hours[-1] * 60),
        "samples": len(hours),
        "first_mb": round(float(megabytes[0]), 1),
        "last_mb": round(float(megabytes[-1]), 1),
        "mb_an_hour": [round(bound, 2) for bound in (slope - aside, slope, slope + aside)],
    }
    sys.stdout.write(growth_table(record).markdown() + "\n")
    if arguments.json:
        save(record, arguments.json, [growth_table(record)], committed=COMMITTED, by="growth.py")
    return 1 if slope - aside > ALLOWED else 0


def growth_table(record: dict[str, Any]) -> TextTable:
    """A record's only table."""
    low, slope, high = (f"{bound:+.2f}" for bound in record["mb_an_hour"])
    row = [record["minutes"], record["samples"], record["first_mb"], record["last_mb"], slope, f"{low} to {high}"]
    headings = ("minutes of video", "samples", "MB at first", "MB at last", "MB more an hour", "95 % interval")
    return TextTable("Resident memory while a clip is watched again and again", headings, [[f"{one}" for one in row]])


def repeated(clip: Path, seconds: float) -> Iterator[Frame]:
    """The frames of a clip, from its beginning again after its end, for so many seconds of video."""
    offset = 0.0
    while offset < seconds:
        with open_recording(clip) as recording:
            for frame in recording:
                yield Frame(frame.image, offset + frame.seconds)
            offset += recording.seconds


def resident_megabytes() -> float:
    """What this process holds in memory."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def slope_with_interval(x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """The slope of the straight line through points, and how far its interval of 95 % reaches to each side.

    Samples that resemble the one before them say less than independent ones. The interval is widened as for residuals
    of which each keeps a share of the last one.

    Args:
        x: float (n,), evenly spaced, n > 3.
        y: float (n,).
    """
    aside = x - x.mean()
    slope = float(aside @ y / (aside @ aside))
    residuals = y - y.mean() - slope * aside
    spread = residuals @ residuals
    if spread == 0:
        return slope, 0.0
    kept = float(np.clip(residuals[1:] @ residuals[:-1] / spread, 0, 0.99))
    error = np.sqrt(spread / (len(x) - 2) / (aside @ aside) * (1 + kept) / (1 - kept))
    return slope, float(DEVIATIONS * error)


if __name__ == "__main__":
    sys.exit(main())
