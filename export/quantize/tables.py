"""The tables that the export commands print."""

from collections import Counter
from dataclasses import asdict

from rich.table import Table

from edge.vision.model_file import ModelFile
from export.quantize.graph import Graph, Tensor
from export.quantize.parity import Parity


def parity_table(parity: Parity) -> Table:
    """Float and int8 side by side."""
    table = Table("validation split", "float", "int8", "difference, points", title="Parity")
    for score, before, after in parity.rows:
        table.add_row(score.replace("_", " "), f"{before:.4f}", f"{after:.4f}", f"{100 * (after - before):+.2f}")
    table.add_row("decides from", f"{parity.float_threshold:.4f}", f"{parity.threshold:.4f}", "")
    table.add_row("decisions that agree", "", f"{parity.agreement:.4f}", "")
    return table


def disagreement_table(parity: Parity) -> Table:
    """Where float and int8 differ most."""
    table = Table("picture", "what is there", "float", "int8", title="Worst disagreements")
    for one in parity.worst:
        table.add_row(one.picture, one.truth, one.float_says, one.int8_says)
    return table


def metadata_table(model: ModelFile) -> Table:
    """The file's description of itself."""
    table = Table("metadata", "", title="Model file", show_header=False)
    for name, value in asdict(model.metadata).items():
        if name not in ("inputs", "outputs"):
            table.add_row(name, str(value))
    table.add_row("golden", f"seed {model.golden.seed}, {model.golden.count} inputs, {model.golden.outputs_sha256}")
    return table


def size_table(content: bytes, graph: Graph) -> Table:
    """Its size and its cost."""
    table = Table("size", "", title="Size", show_header=False)
    table.add_row("file", f"{len(content):,} bytes")
    table.add_row("parameters", f"{graph.parameters:,}")
    table.add_row("multiply-adds", f"{graph.multiply_adds:,}")
    counts = Counter(operation.name for operation in graph.operations)
    table.add_row("operations", ", ".join(f"{count} {name}" for name, count in counts.most_common()))
    table.add_row("needs TFLite", graph.min_runtime_version)
    return table


def operation_table(graph: Graph) -> Table:
    """The steps in order."""
    table = Table("#", "operation", "version", "output", "weights", "multiply-adds", title="Operations")
    for number, operation in enumerate(graph.operations):
        weights = next((tensor for tensor in operation.inputs[1:] if tensor.bytes), None)
        table.add_row(
            str(number),
            operation.name,
            str(operation.version),
            _describe(operation.outputs[0]),
            _describe(weights) if weights else "",
            f"{operation.multiply_adds:,}" if operation.multiply_adds else "",
        )
    return table


def edge_table(model: ModelFile) -> Table:
    """Inputs and outputs, by the names in the signature."""
    table = Table("", "name", "shape and type", "scale", "zero point", title="Inputs and outputs")
    for side, specs in (("input", model.metadata.inputs), ("output", model.metadata.outputs)):
        for spec in specs:
            # The audit has checked that they are int8.
            shape = "x".join(map(str, spec.shape))
            table.add_row(side, spec.name, f"{shape} int8", f"{spec.scale:.9f}", str(spec.zero_point))
    return table


def _describe(tensor: Tensor) -> str:
    scales = f", {len(tensor.scales)} scales" if len(tensor.scales) > 1 else ""
    return f"{'x'.join(map(str, tensor.shape))} {tensor.type.lower()}{scales}"
