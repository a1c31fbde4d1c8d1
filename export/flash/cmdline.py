"""The kernel's command line, `cmdline.txt`: one line of words."""

import re

from edge.errors import UserError
from export.flash.firstrun import RUN_ONCE

COUNTRY = "cfg80211.ieee80211_regdom="
INSTANCE = re.compile(r"(ds=nocloud\S*?;i=)[^;\s]+")


def with_first_run(text: str) -> str:
    """The line that runs `firstrun.sh` once.

    Raises:
        UserError: It already runs something else once.
    """
    words = text.split()
    runs = [word for word in words if word.startswith("systemd.run=")]
    if any(not word.endswith("/firstrun.sh") for word in runs):
        raise UserError(
            f"cmdline.txt on the card runs something else at first ({runs[0]})", "let the card boot once first"
        )
    return text if runs else _line([*words, *RUN_ONCE])


def with_country(text: str, country: str) -> str:
    """The line by which the board knows its wireless channels from the start."""
    words = text.split()
    if f"{COUNTRY}{country}" in words:
        return text
    return _line([*(word for word in words if not word.startswith(COUNTRY)), f"{COUNTRY}{country}"])


def with_instance(text: str, instance: str) -> str:
    """The line with another name of the card, if it names it; Raspberry Pi Imager's name would win over ours."""
    return INSTANCE.sub(lambda found: f"{found[1]}{instance}", text)


def _line(words: list[str]) -> str:
    return f"{' '.join(words)}\n"
