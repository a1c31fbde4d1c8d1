"""A face in a frame."""

from dataclasses import dataclass

Box = tuple[float, float, float, float]
"""Left, top, right, bottom in pixels."""


@dataclass(frozen=True, slots=True)
class Face:
    """A face's box in frame pixels, with the locator's confidence.

    `left` and `top` are inside the box, `right` and `bottom` just outside it; the box may reach
    over the frame's edges.
    """

    left: float
    top: float
    right: float
    bottom: float
    score: float = 1.0
    """The locator's confidence, 0 to 1."""

    @property
    def box(self) -> Box:
        """The four sides alone."""
        return self.left, self.top, self.right, self.bottom

    @property
    def size(self) -> float:
        """The longer side of the box, in pixels."""
        return max(self.right - self.left, self.bottom - self.top)

    @property
    def center(self) -> tuple[float, float]:
        """The center of the box as (x, y), in pixels."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2
