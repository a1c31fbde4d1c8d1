"""Who logs in where: the user and the host's name that the board will have, read from all files of the card."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from edge.errors import UserError
from edge.settings.toml_text import parse_toml
from export.flash.access import DEFAULT_USER, HOSTNAME
from export.flash.card import System
from export.flash.firstrun import SET_USER
from export.flash.yaml_text import read_yaml

DEFAULT_HOST = "raspberrypi"
"""The default."""
CARD_TEXTS = ("user-data", "meta-data", "firstrun.sh", "custom.toml", "userconf", "userconf.txt", "ssh", "ssh.txt")
"""The files that are read."""
SET_HOST = re.compile(
    r"^[^#\n]*\b(?:set_hostname|do_hostname|hostnamectl (?:set-)?hostname)\s+['\"]?([\w-]+)"
    r"|^\s*echo\s+['\"]?([\w-]+)['\"]?\s*>\s*/etc/hostname",
    re.MULTILINE,
)
ENABLE_SSH = re.compile(
    r"^[^#\n]*\b(?:enable_ssh\b(?!.* (?:-d|--disabled)\b)|systemctl enable (?:--now )?ssh)", re.MULTILINE
)
KEY_ONLY = re.compile(r"^[^#\n]*\benable_ssh\b.* (?:-k|--key-only)\b", re.MULTILINE)
USERCONF = re.compile(r"^([a-z][\w-]*):", re.MULTILINE)
LOGIN_NAME = re.compile(r"[a-z_][\w.-]{0,31}")


@dataclass(frozen=True, kw_only=True)
class Login:
    """How a person logs in to the board."""

    user: str = ""
    """Empty where no file names one."""
    host: str = ""
    """Empty where no file names one."""
    over_network: bool = False
    """Whether ssh is switched on."""
    key_only: bool = False
    """Whether ssh takes keys and no passwords."""
    wifi: bool = False
    """Whether custom.toml names a wireless network."""

    def __str__(self) -> str:
        return f"{self.user or DEFAULT_USER}@{self.host or DEFAULT_HOST}.local"


def read_login(system: System, texts: Mapping[str, str], key: str = "") -> Login:
    """Read how to log in.

    Args:
        system: The Raspberry Pi OS on the card; each reads other files.
        texts: The card's files by name.
        key: The ssh key whose owner counts; without one the first user counts.

    Raises:
        UserError: A file cannot be read.
    """
    login = _trixie(texts, key) if system == "trixie" else _bookworm(texts)
    switch = "ssh" in texts or "ssh.txt" in texts
    return Login(
        user=login.user if LOGIN_NAME.fullmatch(login.user) else "",
        host=login.host if HOSTNAME.fullmatch(login.host) else "",
        over_network=login.over_network or switch,
        key_only=login.key_only,
        wifi=login.wifi,
    )


def userconf_user(texts: Mapping[str, str]) -> str:
    """The user whom `userconf.txt` names. The system reads it last, so it wins over all others."""
    found = USERCONF.match(texts.get("userconf.txt", "") or texts.get("userconf", ""))
    return found[1] if found else ""


def custom_toml(texts: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """The sections of `custom.toml`, which the first boot of Bookworm reads before `firstrun.sh`.

    Raises:
        UserError: It is not TOML.
    """
    try:
        found = parse_toml(texts.get("custom.toml", ""))
    except ValueError as error:
        raise UserError(f"custom.toml on the card is not TOML ({error})", "correct or remove it first") from error
    return {name: section for name, section in found.items() if isinstance(section, dict)}


def _bookworm(texts: Mapping[str, str]) -> Login:
    script, custom = texts.get("firstrun.sh", ""), custom_toml(texts)
    user, ssh = custom.get("user", {}), custom.get("ssh", {})
    return Login(
        user=userconf_user(texts) or _last(SET_USER, script) or str(user.get("name") or ""),
        host=_last(SET_HOST, script) or str(custom.get("system", {}).get("hostname") or ""),
        over_network=bool(ENABLE_SSH.search(script) or ssh.get("enabled")),
        key_only=bool(KEY_ONLY.search(script) or ssh.get("password_authentication") is False),
        wifi=bool(custom.get("wlan", {}).get("ssid")),
    )


def _trixie(texts: Mapping[str, str], key: str) -> Login:
    config = read_yaml(texts.get("user-data", ""), "user-data")
    meta = read_yaml(texts.get("meta-data", ""), "meta-data")
    users = config.get("users")
    people = [one for one in users if isinstance(one, dict)] if isinstance(users, list) else []
    first = config.get("user")
    return Login(
        user=_holder(people, key)
        or userconf_user(texts)
        or _holder(people, "")
        or str((first.get("name") if isinstance(first, dict) else first) or ""),
        host=_cloud_host(config, meta),
        over_network=bool(config.get("enable_ssh") or any(one.get("ssh_authorized_keys") for one in people)),
        key_only=config.get("ssh_pwauth") is False,
    )


def _cloud_host(config: Mapping[str, Any], meta: Mapping[str, Any]) -> str:
    """The host's name as cloud-init finds it."""
    if config.get("preserve_hostname"):
        return ""
    name = config.get("hostname") or config.get("fqdn") or meta.get("local-hostname") or meta.get("hostname") or ""
    return str(name).partition(".")[0]


def _holder(people: Iterable[Mapping[str, Any]], key: str) -> str:
    """The first user who has the key, or a name where no key counts."""
    having = (one for one in people if one.get("name") and (not key or key in (one.get("ssh_authorized_keys") or [])))
    return next((str(one["name"]) for one in having), "")


def _last(pattern: re.Pattern[str], text: str) -> str:
    found = [next(group for group in match.groups() if group) for match in pattern.finditer(text)]
    return found[-1] if found else ""
