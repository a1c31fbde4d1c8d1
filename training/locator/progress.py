"""What a locator's fit shows while it runs."""

from training.common.progress import EpochProgress


class LocatorProgress(EpochProgress):
    """As for a classifier, with the line an epoch in the words of finding faces."""

    def epoch_scored(self, row: dict) -> None:
        """Print the epoch's line."""
        self.best = max(self.best, row["val_score"])
        self.console.print(
            f"epoch {row['epoch']:3d}/{self.epochs}  loss {row['loss']:.4f}  val score {row['val_score']:.4f}"
            f"  recall {row['val_recall']:.4f}  small {row['val_small_recall']:.4f}"
            f"{'  best so far' if row['best'] else ''}  ({self._speed(self.steps):.0f} images/s)",
            soft_wrap=True,
        )
