"""Counting the instructions of `guest/costs.py` on an emulated Raspberry Pi."""

import json
import re
import subprocess
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from edge.bench.people import DrawnPerson
from tests.arm.debian import TRIXIE
from tests.arm.emulated_pi import Cpu, EmulatedPi
from tests.arm.wheels import REPOSITORY, litert_wheel, shared_wheels

HERE = Path(__file__).parent

FRAMES = 16
"""Of a drawn person; the verdict stands after a few, and from then on some go without a search."""

NOT_OURS = "not ours"


@dataclass(frozen=True)
class Work:
    """What was done between two marks."""

    what: str
    instructions: int


class Counting:
    """Counts instructions in a folder, into which it puts its files.

    Raises:
        NotReachedError: Debian or a wheel has to be fetched, and cannot be.
        CalledProcessError: gcc is missing or fails.
    """

    def __init__(self, folder: Path, cpu: Cpu, *, peers: Path | None = None) -> None:
        self._plugin = folder / "count_instructions.so"
        source = REPOSITORY / "tests" / "arm" / "count_instructions.c"
        subprocess.run(["gcc", "-shared", "-fPIC", "-O2", "-o", self._plugin, source], check=True)
        packages = {"maskwatch": REPOSITORY, "runtime": litert_wheel(TRIXIE.python), "shared": shared_wheels()}
        folders = {**packages, "bench": HERE, "desk": folder} | ({"peers": peers} if peers else {})
        self._pi = EmulatedPi(TRIXIE.root(), cpu, folders, (*packages, "bench"), folder)
        self._frames = folder / "frames.npy"
        if not self._frames.exists():
            np.save(self._frames, np.stack([frame.image for frame in DrawnPerson(FRAMES)]))

    def frames(self) -> tuple[list[dict[str, int]], int]:
        """What each stage of the device's loop took, frame by frame, of a drawn person at 640x480; and a USB grab."""
        frames: list[dict[str, int]] = []
        grabs = []
        for work in self._count("frames", "/mnt/desk/frames.npy"):
            if work.what == "grab":
                frames.append({})
            if work.what == "USB grab":
                grabs.append(work.instructions)
            elif work.what != NOT_OURS:
                frames[-1][work.what] = frames[-1].get(work.what, 0) + work.instructions
        return frames, min(grabs)

    def networks(self) -> dict[str, int]:
        """One inference of each shipped network, by name."""
        return self._least("networks")

    def cuts(self, names: Sequence[str]) -> list[int]:
        """One inference of each TFLite file in the folder."""
        least = self._least("cuts", *(f"/mnt/desk/{name}" for name in names))
        return [least[name] for name in names]

    def scenes(self, names: Sequence[str]) -> dict[str, list[dict[str, int]]]:
        """What each stage of the loop took, frame by frame, in each scene, a .npy of pictures in the folder."""
        scenes: dict[str, list[dict[str, int]]] = {}
        frames: list[dict[str, int]] = []
        for work in self._count("scenes", *(f"/mnt/desk/{name}" for name in names)):
            if work.what in names:
                frames = scenes[work.what] = []
            elif work.what == "grab":
                frames.append({"grab": work.instructions})
            elif work.what != NOT_OURS and frames:
                frames[-1][work.what] = frames[-1].get(work.what, 0) + work.instructions
        return scenes

    def peers(self) -> dict[str, int]:
        """Each stage of each peer, on a picture with one face."""
        return self._least("peers", "/mnt/peers", "/mnt/desk/frames.npy")

    def door(self, clip: str) -> Counter[str]:
        """What each stage took in all frames of a clip in the folder."""
        total: Counter[str] = Counter()
        for work in self._count("door", f"/mnt/desk/{clip}"):
            total[work.what] += work.instructions
        del total[NOT_OURS]
        return total

    def _least(self, *job: str) -> dict[str, int]:
        """The fewest instructions of each work: at first the libraries still warm up."""
        least: dict[str, int] = {}
        for work in self._count(*job):
            if work.what != NOT_OURS:
                least[work.what] = min(least.get(work.what, work.instructions), work.instructions)
        return least

    def _count(self, *job: str) -> Sequence[Work]:
        ran = self._pi.python("/mnt/bench/guest/costs.py", *job, plugin=self._plugin)
        if ran.returncode:
            raise RuntimeError(ran.stderr)
        marks = [int(number) for number in re.findall(r"^instructions (\d+)$", ran.stderr, re.MULTILINE)]
        said = json.loads(ran.stdout)[1:]
        return [Work(what, after - before) for what, before, after in zip(said, marks[:-1], marks[1:], strict=True)]
