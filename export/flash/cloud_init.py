"""What cloud-init reads on Trixie's boot partition: `user-data`, `network-config` and `meta-data`."""

import hashlib
import re
from typing import Any

from ruamel.yaml.comments import CommentedMap

from edge.errors import UserError
from export.flash.access import DEFAULT_USER, Access, Wifi
from export.flash.yaml_text import changed_yaml, on_one_line, quoted

FIRST_LINE = "#cloud-config"
BOOT_COMMAND = ("cloud-init-per", "instance", "maskwatch", "sh", "/boot/firmware/maskwatch/first-boot.sh", "start")
"""A `bootcmd`, not a `runcmd`: a card without a user asks for one in a dialog, and `runcmd` waits for that."""
USER_GROUPS = "users,adm,dialout,audio,netdev,video,plugdev,cdrom,games,input,gpio,spi,i2c,render,sudo"
"""As Raspberry Pi Imager gives them to the first user."""
NETPLAN_GARBLES = re.compile(r"\s*\d{1,3}\s*;(\s*\d{1,3}\s*;)*\s*|.*\\;.*")
"""Names of networks that netplan hands to NetworkManager unescaped, which reads them as something else."""


def merged_user_data(text: str, access: Access, *, user: str = DEFAULT_USER) -> str:
    """`user-data` with our boot command, the host's name and the user's key in it; everything else stays.

    Args:
        text: The file's content.
        access: Name, user and network.
        user: Who gets the key where neither `access` nor the text names a user.

    Raises:
        UserError: The text is not a cloud-config, or its lists are not lists.
    """
    first, _, rest = ((text.strip() and text) or f"{FIRST_LINE}\n").partition("\n")
    if first.rstrip() != FIRST_LINE:
        raise UserError(
            f'user-data on the card begins with "{first.strip()[:40]}", not with {FIRST_LINE}, so nothing can be added '
            "to it",
            "move it away first",
        )
    return f"{FIRST_LINE}\n{changed_yaml(rest, 'user-data', lambda config: _add_to_user_data(config, access, user))}"


def _add_to_user_data(config: CommentedMap, access: Access, default_user: str) -> None:
    if access.hostname:
        if config.get("preserve_hostname"):
            raise UserError(
                'user-data on the card says "preserve_hostname", so --hostname would change nothing',
                "remove that line first, or leave --hostname out",
            )
        config["hostname"] = quoted(access.hostname)
        config.setdefault("manage_etc_hosts", True)
    if access.ssh_key:
        user = _user(_list(config, "users"), access.user, default_user)
        keys = _list(user, "ssh_authorized_keys")
        if access.ssh_key not in keys:
            keys.append(quoted(access.ssh_key))
        # Passwords that people choose are guessed within days on a network that others share.
        config["ssh_pwauth"] = False
    commands = _list(config, "bootcmd")
    if list(BOOT_COMMAND) not in commands:
        commands.append(on_one_line(BOOT_COMMAND))


def _user(users: list[Any], name: str, default: str) -> CommentedMap:
    """The user of that name, or else the first one who has a name, or else a new one."""
    named = [user for user in users if isinstance(user, CommentedMap) and user.get("name")]
    for user in named:
        if user["name"] == name or not name:
            return user
    user = CommentedMap(
        name=quoted(name or default),
        groups=USER_GROUPS,
        shell="/bin/bash",
        lock_passwd=True,
        sudo="ALL=(ALL) NOPASSWD:ALL",
    )
    users.append(user)
    return user


def merged_network_config(text: str, wifi: Wifi) -> str:
    """`network-config` with a wireless network in it; other networks and devices stay.

    Raises:
        UserError: The text is no netplan configuration of version 2, or netplan cannot pass the network's name on.
    """
    if NETPLAN_GARBLES.fullmatch(wifi.ssid):
        raise UserError(
            f'NetworkManager would misread the name of the network "{wifi.ssid}", which netplan does not escape',
            "give the network another name, or use a cable",
        )
    return changed_yaml(text, "network-config", lambda config: _add_wifi(config, wifi))


def _add_wifi(config: CommentedMap, wifi: Wifi) -> None:
    network = config if "version" in config else _map(config, "network")
    if network.setdefault("version", 2) != 2:
        raise UserError(
            "network-config on the card is not of version 2, so no Wi-Fi can be added", "move it away first"
        )
    device = _map(_map(network, "wifis"), "wlan0")
    device.setdefault("dhcp4", True)
    device.setdefault("optional", True)
    device["regulatory-domain"] = quoted(wifi.country)
    points = _map(device, "access-points")
    if wifi.ssid not in points:
        points[quoted(wifi.ssid)] = CommentedMap()
    point = _map(points, wifi.ssid)
    point.pop("auth", None)
    point["password"] = quoted(wifi.psk)


def merged_meta_data(text: str, instance: str) -> str:
    """`meta-data` with another name for the card, which makes cloud-init read everything again.

    Raises:
        UserError: The text is no mapping.
    """

    def rename(config: CommentedMap) -> None:
        config["instance-id"] = instance

    return changed_yaml(text, "meta-data", rename)


def instance_name(*parts: str) -> str:
    """A name that is the same for the same content, so that only a change makes cloud-init run again."""
    return f"maskwatch-{hashlib.sha256(chr(0).join(parts).encode()).hexdigest()[:12]}"


def _list(mapping: CommentedMap, key: str) -> list[Any]:
    """The list under a key, a new one if there is nothing."""
    if mapping.get(key) is None:
        mapping[key] = []
    if not isinstance(mapping[key], list):
        raise UserError(f'"{key}" in user-data on the card is no list, so nothing can be added to it', "correct it")
    return mapping[key]


def _map(mapping: CommentedMap, key: str) -> CommentedMap:
    """The mapping under a key, a new one if there is nothing."""
    if mapping.get(key) is None:
        mapping[key] = CommentedMap()
    if not isinstance(mapping[key], CommentedMap):
        raise UserError(f'"{key}" in network-config on the card holds no settings of its own', "correct it first")
    return mapping[key]
