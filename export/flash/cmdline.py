"""The kernel's command line, `cmdline.txt`: the words of its first line. Other lines are notes that nothing reads."""

import re

from edge.errors import UserError
from export.flash.firstrun import RUN_ONCE

COUNTRY = re.compile(r"(?<!\S)(cfg80211\.ieee80211_regdom=)\S*")
INSTANCE = re.compile(r"(ds=nocloud\S*?;i=)[^;\s]+")
MOST_CHARACTERS = 1500
"""The kernel reads 2048 characters, and the firmware puts several hundred of its own before these."""


def with_first_run(text: str) -> str:
    """The line that runs `firstrun.sh` once.

    Raises:
        UserError: It already runs something else once, or nothing can be added to it.
    """
    line, _ = split_line(text)
    runs = [word for word in line.split() if word.startswith("systemd.run=")]
    if any(not word.replace('"', "").endswith("/firstrun.sh") for word in runs):
        raise UserError(
            f"cmdline.txt on the card runs something else at first ({runs[0]})", "let the card boot once first"
        )
    return text if runs else _with_words(text, RUN_ONCE)


def with_country(text: str, country: str) -> str:
    """The line by which the board knows its wireless channels from the start.

    Raises:
        UserError: Nothing can be added to it.
    """
    line, rest = split_line(text)
    if COUNTRY.search(line):
        return COUNTRY.sub(rf"\g<1>{country}", line) + rest
    return _with_words(text, [f"cfg80211.ieee80211_regdom={country}"])


def with_instance(text: str, instance: str) -> str:
    """The line with another name of the card, if it names it; Raspberry Pi Imager's name would win over ours."""
    line, rest = split_line(text)
    return INSTANCE.sub(lambda found: f"{found[1]}{instance}", line) + rest


def split_line(text: str) -> tuple[str, str]:
    """The first line, which alone is in force, and the rest, which begins with the end of that line."""
    end = re.search(r"[\r\n]|\Z", text)
    at = end.start() if end else len(text)
    return text[:at], text[at:]


def _with_words(text: str, words: tuple[str, ...] | list[str]) -> str:
    """Add words at the end of the first line; everything else stays."""
    line, rest = split_line(text)
    if fault := _fault(line):
        raise UserError(
            f"cmdline.txt on the card {fault}, so nothing can be added to it safely", "correct its first line first"
        )
    added = f"{line}{'' if line.endswith((' ', chr(9))) else ' '}{' '.join(words)}"
    if len(added) > MOST_CHARACTERS:
        raise UserError(
            f"cmdline.txt on the card would have {len(added)} characters, more than the kernel is sure to read "
            f"({MOST_CHARACTERS})",
            "shorten its first line first",
        )
    return added + rest


def _fault(line: str) -> str:
    """Why words at the end of a line would not be in force."""
    if not line.strip():
        return "begins with an empty line"
    if any(ord(character) < 32 and character != "\t" for character in line):
        return "holds characters that are no text"
    if line.count('"') % 2:
        return "has a quotation mark without its other one"
    if "--" in line.split():
        return 'has parameters after "--", which are not the kernel\'s'
    return ""
