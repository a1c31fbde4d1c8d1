"""Changing a YAML file that others wrote: what was there stays there, comments and order included."""

import io
import re
from collections.abc import Callable, Iterable

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from edge.errors import UserError

LONGEST_LINE = 1 << 16
"""Long enough that no existing line is folded."""
LARGEST = 1 << 17
"""Characters in a file; cloud-init's own examples have a few thousand."""
DEEP = re.compile(r"(?:[\[{]\s*(?:[\w\"']+\s*:\s*)?){40}")
"""Brackets within brackets; each costs the parser more than the one before."""
UNREADABLE = (YAMLError, ValueError, TypeError, KeyError, AttributeError, IndexError, OverflowError, RecursionError)
"""What ruamel.yaml raises for texts that are not YAML; not all of these derive from its own error."""


def quoted(text: str) -> DoubleQuotedScalarString:
    """A string that every YAML reader takes for a string; cloud-init reads the country NO as false."""
    return DoubleQuotedScalarString(text)


def on_one_line(words: Iterable[str]) -> CommentedSeq:
    """A list of strings that is written as `["one", "two"]`."""
    line = CommentedSeq(quoted(word) for word in words)
    line.fa.set_flow_style()
    return line


def changed_yaml(text: str, name: str, change: Callable[[CommentedMap], None]) -> str:
    """The text of a YAML mapping after a change; the very same text if the change changed nothing.

    Args:
        text: The file's content; comments alone, or nothing, stand for an empty mapping.
        name: The file's name, for messages.
        change: Changes the mapping that it is given.

    Raises:
        UserError: The text is no YAML mapping.
    """
    yaml = _round_trip(text)
    found = _parsed(yaml, text, name)
    mapping = CommentedMap() if found is None else found
    before = _written(yaml, mapping, name)
    change(mapping)
    after = _written(yaml, mapping, name)
    if after == before:
        return text
    if found is not None or not text.strip():
        return after
    # Comments that belong to no key are lost on the way, so they are kept as text.
    return f"{text.rstrip()}\n\n{after}"


def read_yaml(text: str, name: str) -> CommentedMap:
    """What a YAML file says; an empty mapping where it says nothing.

    Raises:
        UserError: The text is no YAML mapping.
    """
    found = _parsed(_round_trip(text), text, name)
    return CommentedMap() if found is None else found


def _parsed(yaml: YAML, text: str, name: str) -> CommentedMap | None:
    if len(text) > LARGEST or DEEP.search(text):
        raise UserError(f"{name} on the card is larger or deeper than people write one", "move it away first")
    try:
        found = yaml.load(text)
    except UNREADABLE as error:
        line = " ".join(str(error).split())[:200] or type(error).__name__
        raise UserError(f"{name} on the card is not YAML, so nothing can be added to it", line) from error
    if found is not None and not isinstance(found, CommentedMap):
        raise UserError(f"{name} on the card is YAML, but no mapping of keys to values", "correct or remove it first")
    return found


def _written(yaml: YAML, mapping: CommentedMap, name: str) -> str:
    # Compared as text: mappings that refer to each other would be compared without end.
    out = io.StringIO()
    try:
        yaml.dump(mapping, out)
    except UNREADABLE as error:
        raise UserError(f"{name} on the card cannot be written again as YAML", "correct or remove it first") from error
    return out.getvalue()


def _round_trip(text: str) -> YAML:
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = LONGEST_LINE
    yaml.explicit_start = any(line.rstrip() == "---" for line in text.splitlines())
    return yaml
