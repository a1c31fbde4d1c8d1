"""The command `maskwatch-export`."""

import argparse
import logging
import os
import sys
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from edge.arguments import above_zero, between
from edge.help import example
from edge.output_file import check_output
from edge.program import exit_status
from edge.stderr import silenced_stderr
from export.bundle.command import add_bundle
from export.completion import add_completion
from export.flash.command import add_flash
from export.page.command import add_page
from training.common.workstation import workstation_packages

if TYPE_CHECKING:
    from rich.console import Console


def main(argv: list[str] | None = None) -> int:
    """Run the command; returns the exit status, 2 for something that the user can fix."""
    arguments = _parser().parse_args(argv)
    _prepare_tensorflow()
    try:
        return exit_status("maskwatch-export", lambda: _command(arguments))
    except KeyboardInterrupt:
        sys.stderr.write("maskwatch-export: stopped; nothing was written.\n")
        return 130


def _command(arguments: argparse.Namespace) -> int:
    with workstation_packages():
        from rich.console import Console

        return arguments.command(arguments, Console(highlight=False, markup=False)) or 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="maskwatch-export", description="Quantize networks, make bundles and cards, and reach doors over ssh."
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {version('maskwatch')}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    quantize = commands.add_parser(
        "quantize",
        **example("maskwatch-export quantize runs/door --out door_cnn.tflite"),
        help="quantize a run's network to int8, audit it, and compare it with the float network",
    )
    quantize.add_argument("run", type=Path, metavar="RUN", help="folder that `maskwatch-train` wrote")
    quantize.add_argument("--out", type=Path, metavar="FILE", help="model file to write [RUN/NETWORK.tflite]")
    quantize.add_argument("--force", action="store_true", help="replace the model file if it is there")
    quantize.add_argument(
        "--images",
        type=above_zero(int),
        default=300,
        metavar="N",
        help="training pictures to calibrate on [%(default)s]",
    )
    quantize.add_argument(
        "--max-drop",
        type=between(0.0, 100.0),
        default=0.5,
        metavar="POINTS",
        help="refuse an int8 file that loses more than so many percentage points [%(default)s] on the validation "
        "split: a classifier's in accuracy or balanced accuracy; a locator's in its selection score (recall, averaged "
        "over 0.05, 0.1 and 0.2 false faces an image), or that has so many more false faces on a hundred images",
    )
    quantize.add_argument(
        "--threshold",
        type=float,
        metavar="P",
        help="a classifier's P(not compliant) from which a face is not compliant [where masked faces and others are "
        "judged best on the validation split]: a lower one catches more masks that are worn wrongly; a locator's "
        "lowest score of a face [that of 0.4 false faces an image there]",
    )
    quantize.set_defaults(command=_quantize)
    inspect = commands.add_parser(
        "inspect", **example("maskwatch-export inspect door_cnn.tflite"), help="show what is in a model file"
    )
    inspect.add_argument("file", type=Path, metavar="FILE")
    inspect.set_defaults(command=_inspect)
    add_bundle(commands)
    _add_push(commands)
    add_flash(commands)
    add_page(commands)
    add_completion(commands)
    return parser


def _add_push(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    push = commands.add_parser(
        "push",
        **example("maskwatch-export push pi@door-1.local maskwatch.tar"),
        help="install a bundle or a model on devices, by ssh; status 1 if one is not healthy with it",
    )
    push.add_argument("hosts", nargs="+", metavar="HOST", help="as ssh takes it")
    push.add_argument("file", type=Path, metavar="FILE", help="a bundle (.tar) or a model file (.tflite)")
    push.add_argument("--keep-going", action="store_true", help="do not stop at the first device that fails")
    push.set_defaults(command=_push)


def _quantize(arguments: argparse.Namespace, console: "Console") -> None:
    with silenced_stderr():
        from export.quantize.quantize import quantize, save
        from export.quantize.runs import read_run
    from export.quantize.tables import disagreement_table, parity_table

    run = read_run(arguments.run)
    out = arguments.out or arguments.run / f"{run.network}.tflite"
    # With --force, too, what training left there stays.
    inputs = [path for path in arguments.run.iterdir() if path.suffix != ".tflite"]
    check_output(out, what="model file", inputs=inputs, force=arguments.force)
    with console.status("Quantizing and comparing; this takes a minute or two"):
        result = quantize(run, images=arguments.images, max_drop=arguments.max_drop, threshold=arguments.threshold)
    console.print(parity_table(result.parity), disagreement_table(result.parity))
    save(result.content, out)
    console.print(f"Wrote {out} ({len(result.content):,} bytes).")


def _push(arguments: argparse.Namespace, console: "Console") -> int:
    from export.push.push import push, results_table

    results = push(arguments.hosts, arguments.file, console, keep_going=arguments.keep_going)
    console.print(results_table(results))
    return 0 if all(result.good for result in results) else 1


def _inspect(arguments: argparse.Namespace, console: "Console") -> None:
    from edge.settings.schema import ModelSettings
    from edge.vision.model_file import read_model_file
    from edge.vision.trial import try_model
    from export.quantize.graph import read_graph
    from export.quantize.tables import edge_table, metadata_table, operation_table, size_table

    model = read_model_file(arguments.file)
    trial = try_model(arguments.file, model, ModelSettings())
    graph = read_graph(model.tflite)
    console.print(metadata_table(model), edge_table(model), operation_table(graph))
    console.print(size_table(arguments.file.read_bytes(), graph))
    console.print(f"Golden outputs {'equal' if trial.answers_as_golden else 'DIFFER'} on this machine.")


def _prepare_tensorflow() -> None:
    # The converter is TensorFlow's, on whichever backend the network was trained.
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
