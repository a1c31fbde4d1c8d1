"""How every diagram of the reports looks; drawn by matplotlib without a display."""

import base64
import io
from collections.abc import Sequence
from typing import Any, Literal

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

BLUE, ORANGE, GRAY = "#1f5fa8", "#d9711c", "#8a8f98"
STYLE: dict[Any, Any] = {
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": GRAY,
    "axes.grid": True,
    "grid.color": "#e6e8eb",
    "axes.axisbelow": True,
    "lines.linewidth": 1.8,
}
SIZE_INCHES, DPI = (5.0, 3.7), 160


def new_axes(x: str, y: str) -> Axes:
    """An empty diagram with its two axes named."""
    with mpl.rc_context(STYLE):
        axes = Figure(figsize=SIZE_INCHES, dpi=DPI, layout="constrained").subplots()
    axes.set(xlabel=x, ylabel=y)
    if x == "epoch":
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    return axes


def mark_best(axes: Axes, history: Sequence[dict], figure: str) -> None:
    """A dot at the epoch that was kept, on the curve of one figure of the history."""
    best = max((row for row in history if row["best"]), key=lambda row: row["epoch"])
    axes.plot(
        [best["epoch"]], [best[figure]], "o", color=ORANGE, label=f"best: epoch {best['epoch']}, {best[figure]:.3g}"
    )


def finished(axes: Axes, legend: Literal["best", "lower left"] = "best") -> str:
    """The diagram with its legend, as a data URI."""
    if axes.get_legend_handles_labels()[0]:
        axes.legend(loc=legend, frameon=False)
    png = io.BytesIO()
    FigureCanvasAgg(axes.get_figure(root=True)).print_png(png)
    return "data:image/png;base64," + base64.b64encode(png.getvalue()).decode()
