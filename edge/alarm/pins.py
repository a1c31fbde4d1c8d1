"""Which pins the alarm drives: the board's own, or gpiozero's mock pins off a Pi."""

import os
import tempfile

from gpiozero import Factory
from gpiozero.pins.mock import MockFactory

from edge.errors import UserError


def open_pins(*, mock: bool) -> Factory:
    """The pin factory to use.

    Args:
        mock: Whether to use mock pins, which drive nothing.

    Raises:
        UserError: The board's pins cannot be driven; there is no silent fallback.
    """
    if mock:
        return MockFactory()
    # lgpio leaves a pipe in this folder, by default in the working one, which may be another user's or read-only.
    os.environ.setdefault("LG_WD", os.environ.get("RUNTIME_DIRECTORY", tempfile.gettempdir()))
    try:
        from gpiozero.pins.lgpio import LGPIOFactory

        return LGPIOFactory()
    except Exception as error:  # lgpio raises its own bare `error` class, and an ImportError where it is missing
        raise UserError(f"The GPIO pins cannot be driven ({error})", "run `sudo apt install python3-lgpio`") from error
