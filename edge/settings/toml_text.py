"""Reads TOML that may be hostile: refuses what no settings file needs before the parser spends memory or time on it."""

import re
import tomllib
from typing import Any

LARGEST_BYTES = 64 * 1024
"""Largest size of a settings file; a file with every setting has a tenth of it."""

DEEPEST = 16
"""Most brackets that may be open at once; settings need two."""

MOST_DOTS = 64
"""Most dots on a line, outside texts and comments: the parser's work grows with the square of a dotted key's parts."""

TEXT_OR_COMMENT = re.compile(
    r'"""(?:[^\\]|\\.)*?(?:"{3,5}|\Z)|'
    r"'''.*?(?:'{3,5}|\Z)|"
    r'"(?:[^"\\\n]|\\[^\n])*"?|'
    r"'[^'\n]*'?|"
    r"#[^\n]*",
    re.DOTALL,
)
"""The parts of TOML that are not structure; one that is never closed extends to the end, which then is not TOML."""


def parse_toml(text: str) -> dict[str, Any]:
    """Read TOML within the limits above.

    Raises:
        ValueError: It is not TOML, or beyond the limits; the message says what is wrong, and where.
    """
    if len(text.encode(errors="replace")) > LARGEST_BYTES:
        raise ValueError(f"it has more than {LARGEST_BYTES // 1024} KB")
    _refuse_deep(text)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        raise
    except (ValueError, RecursionError, OverflowError) as error:  # such as a number of 5,000 digits
        raise ValueError("it holds a number that is too long, or is nested too deep") from error


def _refuse_deep(text: str) -> None:
    structure = TEXT_OR_COMMENT.sub(lambda found: "\n" * found[0].count("\n"), text)
    depth = 0
    for number, line in enumerate(structure.split("\n"), 1):
        for bracket in re.findall(r"[][{}]", line):
            depth = depth + 1 if bracket in "[{" else max(depth - 1, 0)
            if depth > DEEPEST:
                raise ValueError(f"its brackets are nested too deep (at line {number})")
        if line.count(".") > MOST_DOTS:
            raise ValueError(f"a key has too many dots (at line {number})")
