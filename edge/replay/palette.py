"""How verdicts look, the same in every picture.

The colors differ in brightness and in blue as well as in red and green, for those who do not tell these apart; each
verdict also has a word and a sign of its own.
"""

from dataclasses import dataclass

from edge.tracking.track import Track, Verdict

Color = tuple[int, int, int]
"""RGB, 0 to 255."""


@dataclass(frozen=True, slots=True)
class Look:
    """How one verdict looks."""

    color: Color
    ink: Color
    """For writing on the color."""
    word: str
    sign: str
    """One character that stands for it in a terminal."""

    @property
    def hex(self) -> str:
        """The color as #rrggbb."""
        return _hex(self.color)

    @property
    def ink_hex(self) -> str:
        """The ink as #rrggbb."""
        return _hex(self.ink)


def _hex(color: Color) -> str:
    red, green, blue = color
    return f"#{red:02x}{green:02x}{blue:02x}"


LOOKS = {
    Verdict.NOT_COMPLIANT: Look((208, 52, 44), (255, 255, 255), "NOT COMPLIANT", "!"),
    Verdict.COMPLIANT: Look((0, 148, 108), (255, 255, 255), "COMPLIANT", "✓"),
    Verdict.UNDECIDED: Look((240, 176, 48), (30, 26, 16), "UNDECIDED", "?"),
}

MUTED = Look((112, 120, 132), (255, 255, 255), "MUTED", "-")
"""A picture on the wall, which counts for nothing."""


def look_of(track: Track) -> Look:
    """How a track looks."""
    return MUTED if track.muted else LOOKS[track.verdict]
