"""What a frame should take on a Raspberry Pi, from the instructions that were counted when the networks were made."""

import json
from dataclasses import dataclass
from pathlib import Path

INSTRUCTIONS = Path(__file__).with_name("instructions.json")
"""By processor, what a frame with one face takes: written by `tests/bench/frame.py`, with the shipped networks."""


@dataclass(frozen=True, slots=True)
class Processor:
    """A board's processor, and its clock as the maker of the board publishes it."""

    name: str
    gigahertz: float

    def milliseconds(self, instructions: float) -> float:
        """What instructions take on one core, at one a clock."""
        return instructions / self.gigahertz / 1e6


PROCESSORS = {
    "Zero 2 W": Processor("cortex-a53", 1.0),
    "3 Model B Plus": Processor("cortex-a53", 1.4),
    "4 Model B": Processor("cortex-a72", 1.8),
    "5 Model B": Processor("cortex-a76", 2.4),
}
"""By the name that a Raspberry Pi has in its device tree."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """Of one board."""

    processor: str
    gigahertz: float
    frame_ms: float
    """A frame of 640x480 with one face, with a search and a classification."""
    spared_frame_ms: float
    """The same without both."""

    def sentence(self) -> str:
        """The figures, and how they come about."""
        return (
            f"{self.spared_frame_ms:.1f} to {self.frame_ms:.1f} ms a frame, from the instructions counted for one face "
            f"at 640 x 480, at one a clock of {self.gigahertz:g} GHz"
        )


def estimate(model: str) -> Estimate | None:
    """The estimate for a board.

    Args:
        model: What the board calls itself, such as "Raspberry Pi 4 Model B Rev 1.4".

    Returns:
        None for a board that is not known.
    """
    for name, processor in PROCESSORS.items():
        if model.startswith(f"Raspberry Pi {name} Rev"):
            counted = json.loads(INSTRUCTIONS.read_text())[processor.name]
            frame, spared = (round(processor.milliseconds(counted[key]), 1) for key in ("frame", "spared_frame"))
            return Estimate(processor.name, processor.gigahertz, frame, spared)
    return None
