"""Draw what a frame costs with 0 to 20 faces and in pictures of 320x240 to 1920x1080, on a Cortex-A72.

    sudo PYTHONPATH=. .venv/bin/python tests/bench/crowd_costs.py --json tests/bench/crowds.json --png FILE

The device's own loop runs under QEMU on drawn people (`crowds.py`). Of each scene, the dearest frame counts.
"""

import sys
import tempfile
from pathlib import Path

import matplotlib as mpl
from crowds import write_crowds, write_sizes
from drawn_counts import run_command
from emulated import HERE, Counting
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from tables import TextTable

from edge.settings.schema import LocatorSettings, TrackingSettings
from tests.arm.emulated_pi import CPUS

Record = dict[str, dict[str, dict[str, int]]]

COMMITTED = HERE / "crowds.json"

CPU = CPUS[1]

FIRST = 1
"""Frames at the beginning that do not count, for the libraries still warm up."""

STAGES = ("grab", "gate", "locate", "follow", "classify", "judge")

COLORS = ("#bdbdbd", "#8c8c8c", "#1f5fa8", "#e08214", "#5aae61", "#762a83")

SHOWN = ("0", "1", "2", "4", "8", "10", "15", "20")
"""Numbers of faces in the table."""


def main() -> int:
    """Run the command; returns the exit status."""
    return run_command(__doc__, count=count, tables=crowd_tables, draw=draw, committed=COMMITTED, by="crowd_costs.py")


def count() -> Record:
    """What each stage of the dearest frame takes, by number of faces and by size of the picture.

    Raises:
        NotReachedError: As for `Counting`.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        counting = Counting(folder, CPU)
        crowds, sizes = write_crowds(folder), write_sizes(folder)
        scenes = counting.scenes([*crowds, *sizes])
    return {
        "faces": {f"{number}": _dearest(scenes[name]) for name, number in crowds.items()},
        "sizes": {size: _dearest(scenes[name]) for name, size in sizes.items()},
    }


def _dearest(frames: list[dict[str, int]]) -> dict[str, int]:
    dearest = max(frames[FIRST:], key=lambda frame: sum(frame.values()))
    return {stage: dearest.get(stage, 0) for stage in STAGES}


def bound(record: Record, faces: str) -> int:
    """What a frame with so many faces takes at most: `looks_per_frame` of them are classified at the cost of the first.

    All other stages are those of the frame itself; the locator gives no more than `max_faces` faces to follow.
    """
    others = sum(record["faces"][faces].values()) - record["faces"][faces]["classify"]
    return others + TrackingSettings().looks_per_frame * record["faces"]["1"]["classify"]


def crowd_tables(record: Record) -> tuple[TextTable, TextTable]:
    """The cost by number of faces, and by size of the picture."""
    rows = [[*_row(n, record["faces"][n]), f"{bound(record, n) / 1e6:.1f}"] for n in SHOWN]
    return (
        TextTable(
            "The dearest frame of 640x480 on a Cortex-A72, millions of instructions, by the number of faces",
            ("faces", *STAGES, "whole frame", "bound"),
            rows,
        ),
        TextTable(
            "The same with one face, by the size of the picture",
            ("size", *STAGES, "whole frame"),
            [_row(size, stages) for size, stages in record["sizes"].items()],
        ),
    )


def _row(name: str, stages: dict[str, int]) -> list[str]:
    return [name, *(f"{stages[stage] / 1e6:.2f}" for stage in STAGES), f"{sum(stages.values()) / 1e6:.1f}"]


def draw(record: Record, path: Path) -> None:
    """Stacked bars of the stages: by the number of faces, with the bound, and by the size of the picture."""
    mpl.use("Agg")
    figure, (faces, sizes) = plt.subplots(1, 2, figsize=(14, 5.5), layout="constrained", width_ratios=(3, 2))
    _stack(faces, record["faces"])
    bounds = [bound(record, number) / 1e6 for number in record["faces"]]
    looks, most = TrackingSettings().looks_per_frame, LocatorSettings().max_faces
    faces.step(
        range(len(bounds)), bounds, where="mid", color="black", linestyle="--", label=f"bound: {looks} classifications"
    )
    faces.set_title(f"640x480; at most {looks} faces are classified in a frame, and {most} followed", fontsize=11)
    faces.set_ylim(0, 1.1 * max(bounds))
    faces.set_xlabel("faces in the picture")
    faces.set_ylabel("millions of instructions in the dearest frame, Cortex-A72")
    _stack(sizes, record["sizes"])
    sizes.set_title("one face", fontsize=11)
    sizes.set_xlabel("size of the picture, pixels")
    sizes.tick_params(axis="x", rotation=30)
    handles, labels = faces.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(labels), frameon=False)
    figure.savefig(path, dpi=90)
    plt.close(figure)


def _stack(axis: Axes, costs: dict[str, dict[str, int]]) -> None:
    below = [0.0] * len(costs)
    for stage, color in zip(STAGES, COLORS, strict=True):
        heights = [stages[stage] / 1e6 for stages in costs.values()]
        axis.bar(list(costs), heights, bottom=below, color=color, label=stage)
        below = [low + height for low, height in zip(below, heights, strict=True)]
    for place, whole in enumerate(below):
        axis.text(place, whole - 1, f"{whole:.0f}", ha="center", va="top", fontsize=9, color="white")
    axis.spines[["top", "right"]].set_visible(False)


if __name__ == "__main__":
    sys.exit(main())
