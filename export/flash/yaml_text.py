"""Changing a YAML file that somebody else wrote: what was there stays there, comments and order included."""

import copy
import io
from collections.abc import Callable, Iterable

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from edge.errors import UserError

LONGEST_LINE = 1 << 16
"""So that no line of somebody else's is folded."""


def quoted(text: str) -> DoubleQuotedScalarString:
    """A string that no YAML reader takes for something else; cloud-init reads the country NO as false."""
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
    try:
        found = yaml.load(text)
    except YAMLError as error:
        line = str(error).strip().replace("\n", " ")
        raise UserError(f"{name} on the card is not YAML, so nothing can be added to it", f"{line}") from error
    if found is not None and not isinstance(found, CommentedMap):
        raise UserError(f"{name} on the card is YAML, but no mapping of keys to values", "mend or remove it first")
    mapping = CommentedMap() if found is None else found
    before = copy.deepcopy(mapping)
    change(mapping)
    if mapping == before:
        return text
    out = io.StringIO()
    yaml.dump(mapping, out)
    if found is not None or not text.strip():
        return out.getvalue()
    # Comments that belong to no key are lost on the way, so they are kept as text.
    return f"{text.rstrip()}\n\n{out.getvalue()}"


def _round_trip(text: str) -> YAML:
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = LONGEST_LINE
    yaml.explicit_start = any(line.rstrip() == "---" for line in text.splitlines())
    return yaml
