"""What int8 loses against the float network that it was made from."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from edge.errors import UserError
from edge.vision.interpreter import Int8Network
from edge.vision.model_file import read_model_file
from export.quantize.runs import read_run


def losses(runs: Sequence[Path], files: Sequence[Path]) -> Iterator[tuple[str, float]]:
    """The points that each run's int8 file loses on the run's validation split, by which exports are refused.

    Args:
        runs: Folders of float networks.
        files: Model files, each of which came from one of the runs or from none.

    Yields:
        The network's name and the points.

    Raises:
        UserError: No file came from one of the runs.
    """
    shipped = [read_model_file(file) for file in files]
    for folder in runs:
        run = read_run(folder)
        of_run = [
            model
            for model in shipped
            if (model.metadata.network, model.metadata.training_set_digest) == (run.network, run.training_set_digest)
        ]
        if not of_run:
            raise UserError(f"No shipped file was made from {folder}", "name the run of one, or leave it out")
        yield run.network, run.compare(run.load(), Int8Network(of_run[0])).drop
