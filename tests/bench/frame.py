"""Print what a frame costs on a Raspberry Pi, in Arm instructions, beside its peers and the least that it could cost.

    sudo PYTHONPATH=. .venv/bin/python tests/bench/frame.py --peers FOLDER --clips CLIPS --json tests/bench/frame.json
    sudo PYTHONPATH=. .venv/bin/python tests/bench/frame.py --check

What is left out keeps the figures that the file of --json has. The committed file's tables stand in README.md, too, and
`maskwatch bench` makes its estimates from it.

Instructions are counted under QEMU and repeat, however busy this machine is. --check compares the device's own with
the committed figures and fails where one has grown by more than 3 %. Milliseconds are estimates.
"""

import argparse
import json
import statistics
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from doors import SECONDS, make_doors
from emulated import HERE, Counting
from frame_tables import frame_tables
from multiply_adds import multiply_adds
from rich.console import Console
from saved import save

from edge.bench.estimate import INSTRUCTIONS
from edge.settings.schema import ModelSettings
from tests.arm.cache import NotReachedError
from tests.arm.emulated_pi import CPUS, Cpu

Record = dict[str, Any]

COMMITTED = HERE / "frame.json"

ALLOWED = 1.03

WIDTH = 150

DOOR_CPU = CPUS[1]
"""The minutes at a door are counted on one processor: a minute takes minutes."""


def main() -> int:
    """Run the command; returns the exit status."""
    arguments = _arguments()
    with tempfile.TemporaryDirectory() as folder:
        try:
            if arguments.check:
                return _check(Path(folder))
            record = _record(arguments, Path(folder))
        except NotReachedError as reason:
            sys.stderr.write(f"frame: nothing was counted, because {reason}\n")
            return 2
    console = Console(width=None if sys.stdout.isatty() else WIDTH, markup=False)
    for table in frame_tables(record):
        console.print(table.rich())
    if arguments.json:
        save(record, arguments.json, list(frame_tables(record)), committed=COMMITTED, by="frame.py")
    if arguments.json and arguments.json.samefile(COMMITTED):
        INSTRUCTIONS.write_text(json.dumps(whole_frames(record), indent=1) + "\n")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", type=Path, metavar="FOLDER", help="weights that others published")
    parser.add_argument("--clips", type=Path, metavar="CLIPS", help="clips of which the minutes at a door are made")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there too")
    parser.add_argument("--check", action="store_true", help="compare with the committed figures")
    return parser.parse_args()


def _record(arguments: argparse.Namespace, folder: Path) -> Record:
    peers = {"peers": arguments.peers.absolute()} if arguments.peers else {}
    counting = {cpu.name: Counting(folder, cpu, **peers) for cpu in CPUS}
    kept = json.loads(arguments.json.read_text()) if arguments.json and arguments.json.exists() else {}
    record: Record = kept | {
        "multiply_adds": {Path(path).stem: multiply_adds(Path(path)) for path in _networks()},
        "cpus": {name: own_costs(one) for name, one in counting.items()},
    }
    if arguments.peers:
        record["peers"] = {name: one.peers() for name, one in counting.items()}
    if arguments.clips:
        doors = make_doors(arguments.clips, folder)
        counted = {name: counting[DOOR_CPU.name].door(path.name) for name, path in doors.items()}
        record["doors"] = {name: {what: n // SECONDS for what, n in stages.items()} for name, stages in counted.items()}
    return record


def own_costs(counting: Counting) -> Record:
    """The device's own figures on a processor, in instructions."""
    frames, usb_grab = counting.frames()
    locate, classify = (max(frame[stage] for frame in frames) / 2 for stage in ("locate", "classify"))
    whole = [frame for frame in frames if frame["locate"] > locate and frame["classify"] > classify]
    spared = [frame for frame in frames if frame["locate"] < locate and frame["classify"] < classify]
    return {
        "stages": {stage: int(statistics.median(frame[stage] for frame in whole)) for stage in whole[0]},
        "frame": int(statistics.median(sum(frame.values()) for frame in whole)),
        "spared_frame": int(statistics.median(sum(frame.values()) for frame in spared)),
        "usb_grab": usb_grab,
        "networks": counting.networks(),
    }


def whole_frames(record: Record) -> Record:
    """What `maskwatch bench` has to know of a record."""
    return {cpu: {frame: of[frame] for frame in ("frame", "spared_frame")} for cpu, of in record["cpus"].items()}


def _check(folder: Path) -> int:
    grown = [line for cpu in CPUS for line in regressions(folder, cpu)]
    sys.stdout.write("".join(f"{line}\n" for line in grown) or "no figure has grown by more than 3 %\n")
    return 1 if grown else 0


def regressions(folder: Path, cpu: Cpu) -> Iterator[str]:
    """A sentence for each of the device's figures on a processor that has grown by more than is allowed."""
    before = json.loads(COMMITTED.read_text())["cpus"][cpu.name]
    now = own_costs(Counting(folder, cpu))
    for name in ("frame", "spared_frame"):
        if now[name] > ALLOWED * before[name]:
            yield (
                f"{cpu.name}: {name} takes {now[name] / 1e6:.2f} million instructions instead of "
                f"{before[name] / 1e6:.2f}; find out why, or commit new figures (tests/bench/frame.py --json)"
            )


def _networks() -> tuple[str, str]:
    return ModelSettings().locator, ModelSettings().classifier


if __name__ == "__main__":
    sys.exit(main())
