"""`maskwatch evaluate`: how well the device judges clips of which it is known what is seen."""

from pathlib import Path

from edge.camera.recording import open_recording
from edge.device import load_classifier, make_locator
from edge.replay.evaluation import Annotation, Evaluation, Record, evaluate, read_annotations
from edge.replay.extras import require
from edge.replay.pace import at_rate
from edge.replay.replay import watch_recording
from edge.service.settings import Settings
from edge.vision.classifier import Classifier
from edge.vision.locator import Locator


def print_scorecard(folder: Path, settings: Settings, *, rate: float) -> int:
    """Run the loop on each annotated clip of a folder and print a table.

    Args:
        folder: Videos, NAME.json with the segments beside each.
        settings: The device's settings.
        rate: Frames a second to look at.

    Returns:
        The exit status, 0: how good it was is in the table.

    Raises:
        UserError: No annotated clips, or one that cannot be read.
    """
    require("rich")
    from rich.console import Console
    from rich.table import Table

    annotations = read_annotations(folder)
    classifier, _ = load_classifier(settings.model)
    locator = make_locator(settings.locator, settings.model)
    table = Table(
        "clip",
        "not compliant: alerted after",
        "false alerts at",
        "LED right",
        "tracks / people",
        title=f"{rate:g} a second",
    )
    for annotation in annotations:
        table.add_row(*_row(_evaluate(annotation, locator, classifier, settings, rate)))
    Console(highlight=False).print(table)
    return 0


def _evaluate(
    annotation: Annotation, locator: Locator, classifier: Classifier, settings: Settings, rate: float
) -> Evaluation:
    record = Record()
    with open_recording(annotation.clip) as recording:
        watch_recording(at_rate(recording, rate), locator, classifier, settings, record)
    return evaluate(annotation, record)


def _row(evaluation: Evaluation) -> tuple[str, ...]:
    stretches = (
        f"{stretch.begin:.1f}-{stretch.end:.1f} s: {'never' if stretch.delay is None else f'{stretch.delay:.1f} s'}"
        for stretch in evaluation.stretches
    )
    return (
        evaluation.clip.stem,
        "\n".join(stretches),
        "\n".join(f"{at:.1f} s" for at in evaluation.false_alerts),
        f"{100 * evaluation.right_share:.0f} %",
        f"{evaluation.tracks} / {evaluation.max_people}",
    )
