"""What was not used, counted by reason."""

import re
from collections.abc import Iterator, Mapping

from training.common.names import printable

SHOWN = 5
"""Examples of each reason."""


def summary(left_out: Mapping[str, str], shown: int = SHOWN) -> Iterator[str]:
    """A line for each reason, with how many it applies to and the first of them.

    Args:
        left_out: By path, or by another name of what was not used, the reason, which continues a sentence about it.
        shown: How many are named at most.
    """
    groups: dict[str, list[str]] = {}
    for path, reason in left_out.items():
        groups.setdefault(re.sub(r"\d+", "#", reason), []).append(path)
    for paths in sorted(groups.values(), key=len, reverse=True):
        names = ", ".join(printable(path) for path in paths[:shown])
        more = f" and {len(paths) - shown} more" if len(paths) > shown else ""
        yield f"{len(paths)} not used: {names}{more} ({printable(left_out[paths[0]])})"


def in_one_sentence(left_out: Mapping[str, str]) -> str:
    """The commonest reasons, for the end of a refusal; empty if all was used."""
    lines = list(summary(left_out, shown=3))
    return f" ({'; '.join(lines[:3])})" if lines else ""
