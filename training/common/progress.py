"""What a long fit shows while it runs."""

import time

import keras
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

SHOWN = ("val_loss", "val_score", "val_recall", "val_small_recall")
"""Scores that an epoch's line shows, where its kind of network has them."""


class EpochProgress(keras.callbacks.Callback):
    """A line an epoch, and on a terminal a bar with pictures a second, the time left and the best score so far."""

    def __init__(self, console: Console, *, batch_size: int) -> None:
        super().__init__()
        self.console = console
        self.batch_size = batch_size
        self.best = 0.0
        self.bar = Progress(
            TextColumn("epoch {task.fields[epoch]}"),
            BarColumn(),
            TextColumn("{task.fields[speed]:.0f} images/s, best {task.fields[best]:.4f}, left"),
            TimeRemainingColumn(elapsed_when_finished=True),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )

    def on_train_begin(self, logs: dict | None = None) -> None:
        """Show the bar."""
        self.steps, self.epochs = self.params["steps"], self.params["epochs"]
        self.task = self.bar.add_task("", total=self.steps * self.epochs, epoch="", speed=0.0, best=self.best)
        self.bar.start()

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        """Start the epoch's clock."""
        self.started = time.monotonic()
        self.bar.update(self.task, completed=epoch * self.steps, epoch=f"{epoch + 1}/{self.epochs}")

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        """Advance the bar."""
        self.bar.update(self.task, advance=1, speed=self._speed(batch + 1), best=self.best)

    def epoch_scored(self, row: dict) -> None:
        """Print the epoch's line."""
        self.best = max(self.best, row["val_score"])
        scores = "".join(f"  {name.replace('_', ' ')} {row[name]:.4f}" for name in SHOWN if name in row)
        self.console.print(
            f"epoch {row['epoch']:3d}/{self.epochs}  loss {row['loss']:.4f}{scores}"
            f"{'  best so far' if row['best'] else ''}  ({self._speed(self.steps):.0f} images/s)",
            soft_wrap=True,
        )

    def stop(self) -> None:
        """Remove the bar."""
        self.bar.stop()

    def _speed(self, batches: int) -> float:
        return batches * self.batch_size / max(time.monotonic() - self.started, 1e-6)
