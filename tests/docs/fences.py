"""What the manual tells people to type: the commands of its fences and of its sentences."""

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]

DOCUMENTS = sorted(
    [
        *REPOSITORY.glob(".readme/*.md"),
        *REPOSITORY.glob("*.md"),
        *(REPOSITORY / name for name in ("edge/models/README.md", "systemd/README.md", "tests/machine/README.md")),
    ]
)

NEEDS = {
    "door": "a board on which the door is installed",
    "card": "a card with Raspberry Pi OS in the reader",
    "root": "root, to change what is installed on this machine",
    "network": "a package registry or Debian's mirror",
    "photographs": "more of them than code can draw, and an hour with them",
}
"""What may follow `needs=` behind the language of a fence, whose commands are then not run by the tests."""

PROGRAMS = ("maskwatch", "maskwatch-train", "maskwatch-export")

FENCE = re.compile(r"^([ \t]*)```(\S*)[ \t]*(.*?)[ \t]*\n(.*?)^\1```", re.MULTILINE | re.DOTALL)

TYPED = re.compile(
    r"(?:^|[;&|(]|\bdo |\bsudo |\bssh \S+ ) *(maskwatch(?:-train|-export)?) +([a-z][^;&|>#\n)]*)", re.MULTILINE
)
"""One of PROGRAMS where a shell expects a command, and its arguments."""


@dataclass(frozen=True)
class Fence:
    """A block of code."""

    language: str
    notes: str
    """What follows the language."""
    text: str

    @property
    def needs(self) -> str:
        """What its commands need that a test does not have; "" if they are run."""
        return self.notes.removeprefix("needs=")


def fences(document: Path) -> list[Fence]:
    """The blocks of a document, in order."""
    found = FENCE.findall(document.read_text(encoding="utf-8"))
    return [Fence(language, notes, textwrap.dedent(text)) for _, language, notes, text in found]


def scripts(document: Path) -> list[Fence]:
    """Those of them that are typed into a shell."""
    return [fence for fence in fences(document) if fence.language == "sh"]


def typed_in_fences(document: Path) -> Iterator[tuple[str, str]]:
    """Our programs' command lines in the scripts: the program, and the rest."""
    for fence in scripts(document):
        yield from TYPED.findall(fence.text)


def typed_in_sentences(document: Path) -> Iterator[tuple[str, str]]:
    """Those in sentences and tables, which may be abridged."""
    prose = FENCE.sub("", document.read_text(encoding="utf-8"))
    for code in re.findall(r"`([^`]+)`", prose):
        yield from TYPED.findall(" ".join(code.split()))
