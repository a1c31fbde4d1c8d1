"""The demo in the terminal: a live panel in a terminal, plain lines elsewhere."""

from collections import deque
from pathlib import Path
from types import TracebackType
from typing import Self

from rich.console import Console, Group
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from edge.demo.measure import Score, Stand, Timings
from edge.events.types import AlertBegan, AlertEnded, Event, TrackBegan, TrackEnded, VerdictTurned
from edge.replay.annotate import clock
from edge.replay.palette import LOOKS
from edge.runtime.frame_result import FrameResult

WORDS: dict[type[Event], str] = {
    TrackBegan: "a person came into view",
    AlertBegan: "alert: no mask",
    AlertEnded: "alert over",
    TrackEnded: "nobody in view",
}

PANEL_WIDTH, GAUGE_WIDTH, LAST_EVENTS = 66, 24, 4

SMOOTHING = 30
"""Frames over which the panel's times are medians."""


class Terminal:
    """A publisher that shows each result; a context manager."""

    def __init__(self, console: Console, timings: Timings) -> None:
        """Show on `console`; `timings` must hear of each result before this does."""
        self.console, self._timings = console, timings
        self._lines: deque[Text] = deque(maxlen=LAST_EVENTS)
        self._live = Live(console=console, auto_refresh=False) if console.is_terminal else None
        self._rich = console.encoding.lower().startswith("utf")

    def __enter__(self) -> Self:
        """Begin to show."""
        if self._live:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the terminal as it was, the last panel in place."""
        if self._live:
            self._live.stop()

    def publish(self, result: FrameResult) -> None:
        """Show the result, or its events alone where there is no terminal."""
        lines = [_event_line(event) for event in result.events]
        self._lines.extend(lines)
        if self._live:
            self._live.update(self.panel(result), refresh=True)
            return
        for line in lines:
            self.console.print(line)

    def panel(self, result: FrameResult) -> Panel:
        """The result as a panel."""
        stages = "   ".join(f"{stage} {ms:.1f} ms" for stage, ms in self._timings.medians(SMOOTHING).items())
        rows = [self._outputs(result), Text(), self._verdict(result), Text(), Text(stages, style="dim"), Text()]
        events = [*self._lines, *[Text()] * (LAST_EVENTS - len(self._lines))]
        title = f"[bold]maskwatch[/bold]  {clock(result.frame.seconds)}"
        return Panel(Group(*rows, *events), title=title, title_align="left", width=PANEL_WIDTH, padding=(1, 2))

    def _outputs(self, result: FrameResult) -> Text:
        text = Text()
        outputs = [("LED", result.alarm.led, "bright_red"), ("BUZZER", result.alarm.buzzer, "yellow1")]
        if result.alarm.clear_led is not None:
            outputs.append(("CLEAR", result.alarm.clear_led, "bright_green"))
        for name, on, color in outputs:
            lamp = ("●" if on else "○") if self._rich else ("*" if on else "o")
            text.append(f"{lamp} {name:<7}{'on' if on else 'off':<6}", style=f"bold {color}" if on else "dim")
        return text

    def _verdict(self, result: FrameResult) -> Text:
        if not result.tracks:
            return Text("nobody in view", style="dim")
        track = result.tracks[0]
        look = LOOKS[track.verdict]
        sign = look.sign if self._rich else {"✓": "+"}.get(look.sign, look.sign)
        text = Text().append(f" {sign} {look.word:<14}", style=f"bold {look.ink_hex} on {look.hex}")
        text.append(f"  P {track.p_not_compliant:.2f}  ", style="bold")
        filled = round(track.p_not_compliant * GAUGE_WIDTH)
        bar, rest = ("━", "─") if self._rich else ("#", "-")
        text.append(bar * filled, style="bold")
        return text.append(rest * (GAUGE_WIDTH - filled), style="dim")


def print_summary(console: Console, score: Score, timings: Timings, files: list[Path]) -> None:
    """End with what came of it.

    Args:
        console: Where to print.
        score: Of the verdicts; they are left out where it is not known what was so.
        timings: Of the stages.
        files: Those that were written.
    """
    console.print()
    if stands := score.stands():
        _print_stands(console, stands)
    alerts = ", ".join(clock(at) for at in score.alerts)
    console.print(f"Alerts     {alerts or 'none'}", soft_wrap=True, highlight=False)
    _print_timings(console, timings)
    for path in files:
        console.print(Text(f"Written    {path}"), soft_wrap=True)


def _print_stands(console: Console, stands: list[Stand]) -> None:
    table = Table("at", "they stood", "the verdict was", "right", "after", box=None, header_style="dim", pad_edge=False)
    for stand in stands:
        look = LOOKS[stand.verdict]
        held = Text(look.word.lower(), style=look.hex)
        after = "never" if stand.delay is None else f"{stand.delay:.1f} s"
        wearing = stand.label.replace("_", " a ", 1)
        table.add_row(clock(stand.begin), wearing, held, "yes" if stand.right else "NO", after)
    console.print(table)
    right = sum(stand.right for stand in stands)
    console.print(f"\nVerdicts   {right} of {len(stands)} right", style="bold")


def _print_timings(console: Console, timings: Timings) -> None:
    medians, slow = timings.medians(), timings.percentiles(95)
    parts = ", ".join(f"{stage} {medians[stage]:.1f} ({slow[stage]:.1f})" for stage in medians)
    console.print(f"ms a frame {parts or 'none'}: median (95th percentile)", soft_wrap=True, highlight=False)
    device = sum(medians.values())
    alone = f"; the device's own part alone would reach {1000 / device:.0f}" if device else ""
    console.print(f"Frames     {timings.frames} at {timings.rate:.1f} a second{alone}", soft_wrap=True, highlight=False)


def _event_line(event: Event) -> Text:
    word = f"verdict: {event.verdict}" if isinstance(event, VerdictTurned) else WORDS.get(type(event), event.event)
    style = {"alert_began": "bold red", "alert_ended": "green"}.get(event.event, "default")
    return Text(f"{clock(event.at):>7}  {word}", style=style)
