"""Whether an int8 network gives the answers of the float one: the comparison for all kinds of network."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Disagreement:
    """A picture on which the two networks differ."""

    picture: str
    """Its folder and name."""
    truth: str
    """What is in it."""
    float_says: str
    int8_says: str


@dataclass(frozen=True, kw_only=True)
class Parity:
    """The float and the int8 network on the same pictures, the validation split."""

    rows: list[tuple[str, float, float]]
    """Scores side by side: name, of the float network, of the int8 one."""
    drop: float
    """What int8 loses, in points."""
    float_threshold: float
    """The score from which the float network decides."""
    threshold: float
    """The score from which the int8 network decides, here and on the device."""
    agreement: float
    """Share of the decisions on which both agree, 0 to 1."""
    worst: list[Disagreement]
    """Where they differ most, worst first."""

    @property
    def scores(self) -> dict[str, float]:
        """The int8 network's scores by name."""
        return {score: after for score, _, after in self.rows}
