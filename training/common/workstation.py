"""The packages that a workstation has and a device does not: TensorFlow and others."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from edge.errors import UserError

NAMES = {
    "tensorflow": "TensorFlow",
    "keras": "Keras",
    "jax": "JAX",
    "torch": "PyTorch",
    "sklearn": "scikit-learn",
    "PIL": "Pillow",
}
"""Modules whose package has another name."""

OURS = ("edge", "training", "export")

BACKENDS = ("tensorflow", "jax", "torch")
"""What the variable KERAS_BACKEND can name; only the first is among the workstation's packages."""


@contextmanager
def workstation_packages() -> Iterator[None]:
    """Within it, a missing package is reported in one sentence.

    Raises:
        UserError: One cannot be imported, or Keras's backend is unknown.
    """
    if (backend := os.environ.get("KERAS_BACKEND", BACKENDS[0])) not in BACKENDS:
        raise UserError(f"KERAS_BACKEND is {backend}", f"make it one of {', '.join(BACKENDS)}, or unset it")
    try:
        yield
    except ImportError as error:
        module = (error.name or "").split(".")[0]
        if module in OURS:
            raise
        name = NAMES.get(module, module) or "A package"
        fault = "is not installed" if isinstance(error, ModuleNotFoundError) else f"cannot be loaded ({error})"
        if module in BACKENDS[1:]:
            raise UserError(
                f"{name} {fault}", f"install it with pip install {module}, or unset KERAS_BACKEND"
            ) from error
        raise UserError(
            f"{name} {fault}",
            "training and exporting need the workstation's packages, which this line of the README installs: "
            "python3 -m venv .venv && .venv/bin/pip install -q -r training/requirements.txt && "
            ".venv/bin/pip install -q --no-deps -e .",
        ) from error
