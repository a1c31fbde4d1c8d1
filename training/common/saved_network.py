"""Networks that a run has saved, and the checkpoint that a fit goes on from."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import keras

from edge.errors import UserError
from training.common.names import printable


@contextmanager
def told_if_damaged(path: Path) -> Iterator[None]:
    """Within it, every error is blamed on the file.

    Raises:
        UserError: Something went wrong: Keras raises nearly anything at a damaged file.
    """
    try:
        yield
    except UserError:
        raise
    except Exception as error:
        raise UserError(
            f"{printable(path)} is no network that Keras can load here ({type(error).__name__})", "train it again"
        ) from error


def load_network(path: Path) -> keras.Model:
    """A float network from its file.

    Raises:
        UserError: The file is damaged, or holds something else.
    """
    with told_if_damaged(path):
        return keras.models.load_model(path, compile=False)


class Checkpoint(keras.callbacks.BackupAndRestore):
    """Saves before each epoch what a fit goes on from, and keeps the one before as a spare.

    Keras would save after the epoch. An epoch that is cut off while it is scored would then be skipped by the fit that
    goes on, and the last one is often the best.
    """

    def __init__(self, folder: Path) -> None:
        """The checkpoint in a folder, which need not be there."""
        super().__init__(folder, double_checkpoint=True)
        self.folder = folder

    def on_train_begin(self, logs: dict | None = None) -> None:
        """Go on from the checkpoint, if there is one.

        Raises:
            UserError: It is damaged, and so is its spare.
        """
        try:
            super().on_train_begin(logs)
        except Exception as error:
            raise UserError(
                f"The checkpoint in {printable(self.folder)} is damaged ({type(error).__name__})",
                "score the best epoch so far with --resume --score-only, or begin a new run",
            ) from error
        if not self.model.optimizer.built:
            # Keras builds it in the first batch; the checkpoint before that would lack its variables.
            self.model.optimizer.build(self.model.trainable_variables)

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        """Save, as after the epoch before."""
        super().on_epoch_end(epoch - 1, logs)

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        """Save nothing yet: other callbacks score the epoch now."""
