"""Draw where the instructions of each network go, operator by operator, on a Cortex-A72.

    sudo PYTHONPATH=. .venv/bin/python tests/bench/operator_costs.py --json tests/bench/operators.json --png FILE

Each network is cut short after each operator (`cuts.py`), and each cut is counted under QEMU. What an operator takes is
the difference between two cuts; it repeats, but may hold a few thousand instructions that a cut's own outputs cost.
"""

import sys
import tempfile
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

import matplotlib as mpl
from cuts import differences, steps, write_cuts
from drawn_counts import run_command
from emulated import HERE, Counting
from frame_tables import A_INSTRUCTION
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from tables import TextTable

from edge.settings.schema import ModelSettings
from tests.arm.emulated_pi import CPUS

Operators = dict[str, list[dict[str, Any]]]

COMMITTED = HERE / "operators.json"

CPU = CPUS[1]

COLORS = {
    "conv 3x3": "#1f5fa8",
    "conv 2x1": "#74add1",
    "conv 4x1": "#abd9e9",
    "depthwise 3x3": "#e08214",
    "conv 1x1": "#5aae61",
}
OTHER = "#8c8c8c"


def main() -> int:
    """Run the command; returns the exit status."""
    return run_command(
        __doc__,
        count=count,
        tables=lambda operators: [operators_table(operators)],
        draw=draw,
        committed=COMMITTED,
        by="operator_costs.py",
    )


def count() -> Operators:
    """The operators of each shipped network in order: kind, output, multiply-adds and instructions.

    Raises:
        NotReachedError: As for `Counting`.
    """
    operators = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        counting = Counting(folder, CPU)
        for model in (Path(ModelSettings().locator), Path(ModelSettings().classifier)):
            spent = differences(counting.cuts(write_cuts(model, folder)))
            operators[model.stem] = [
                asdict(step) | {"instructions": instructions}
                for step, instructions in zip(steps(model), spent, strict=True)
            ]
    return operators


def operators_table(operators: Operators) -> TextTable:
    """The sum over each kind of operator, dearest first, and how it compares with its multiply-adds alone."""
    rows = []
    for network, of in operators.items():
        whole = sum(one["instructions"] for one in of)
        spent: Counter[str] = Counter()
        least: Counter[str] = Counter()
        for one in of:
            spent[one["kind"]] += one["instructions"]
            least[one["kind"]] += one["multiply_adds"] // A_INSTRUCTION[CPU.name]
        for kind, instructions in spent.most_common():
            number = sum(one["kind"] == kind for one in of)
            times = f"{instructions / least[kind]:.1f}" if least[kind] else "-"
            rows.append((network, kind, f"{number}", f"{instructions / 1e6:.2f}", f"{instructions / whole:.0%}", times))
    headings = ("network", "operator", "how many", "millions", "share", "times the least")
    return TextTable("Instructions by operator on a Cortex-A72", headings, rows)


def draw(operators: Operators, path: Path) -> None:
    """A bar for each operator, and a line where its multiply-adds alone would end."""
    mpl.use("Agg")
    longest = max(len(of) for of in operators.values())
    figure, axes = plt.subplots(1, len(operators), figsize=(15, 1.8 + 0.23 * longest), layout="constrained")
    for axis, (network, of) in zip(axes, operators.items(), strict=True):
        _draw_network(axis, network, of)
    shown = [Rectangle((0, 0), 1, 1, color=color) for color in (*COLORS.values(), OTHER)]
    floor = Line2D([], [], color="black", linewidth=2)
    labels = (*COLORS, "other", "the least: multiply-adds / 8")
    figure.legend((*shown, floor), labels, loc="outside lower center", ncols=len(labels), frameon=False)
    figure.savefig(path, dpi=100)
    plt.close(figure)


def _draw_network(axis: Axes, network: str, of: list[dict[str, Any]]) -> None:
    places = range(len(of))
    millions = [one["instructions"] / 1e6 for one in of]
    axis.barh(places, millions, color=[COLORS.get(one["kind"], OTHER) for one in of])
    for place, one, value in zip(places, of, millions, strict=True):
        least = one["multiply_adds"] / A_INSTRUCTION[CPU.name] / 1e6
        if least:
            axis.plot([least, least], [place - 0.4, place + 0.4], color="black", linewidth=2)
        axis.text(max(value, least), place, f" {value:.2f}", va="center", fontsize=8)
    axis.set_yticks(places, [f"{one['kind']}  {one['output']}" for one in of], fontsize=8)
    axis.invert_yaxis()
    axis.set_xlim(0, 1.1 * max(millions))
    axis.set_ylim(len(of) - 0.4, -0.6)
    axis.set_title(f"{network}: {sum(millions):.1f} million instructions, Cortex-A72", fontsize=11)
    axis.set_xlabel("millions of instructions")
    axis.spines[["top", "right"]].set_visible(False)


if __name__ == "__main__":
    sys.exit(main())
