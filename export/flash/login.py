"""How to log in to the board that a card makes, told by what is on the card in the end."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from ruamel.yaml import YAML

from export.flash.access import Access

USER, HOST = "pi", "raspberrypi"
"""Where nothing on the card says otherwise."""


def login(access: Access, texts: Mapping[str, str]) -> str:
    """`user@host.local` for who has the key; empty where none was given.

    Args:
        access: What was asked for.
        texts: The card's files by name, as they will be.
    """
    if not access.ssh_key:
        return ""
    config = YAML(typ="safe", pure=True).load(texts.get("user-data", "")) or {}
    script = texts.get("firstrun.sh", "")
    user = access.user or _holder(config.get("users") or [], access.ssh_key)
    user = user or _last(r"\buserconf\s+'?([a-z][\w-]*)", script)
    user = user or _last(r"^([a-z][\w-]*):", texts.get("userconf.txt", "") or texts.get("userconf", ""))
    host = access.hostname or str(config.get("hostname", "")) or _last(r"\bset_hostname\s+'?([\w-]+)", script)
    return f"{user or USER}@{host or HOST}.local"


def _holder(users: Iterable[Any], key: str) -> str:
    """The user of cloud-init's who has the key."""
    return next((str(user["name"]) for user in users if key in _keys(user) and user.get("name")), "")


def _keys(user: Any) -> list[str]:
    return (user.get("ssh_authorized_keys") or []) if isinstance(user, dict) else []


def _last(pattern: str, text: str) -> str:
    found = re.findall(pattern, text, re.MULTILINE)
    return str(found[-1]) if found else ""
