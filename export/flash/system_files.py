"""The files of Raspberry Pi OS that start the first boot, with what we add to them."""

from collections.abc import Mapping

from edge.errors import UserError
from export.flash.access import DEFAULT_USER, Access
from export.flash.card import Card
from export.flash.cloud_init import instance_name, merged_meta_data, merged_network_config, merged_user_data
from export.flash.cmdline import with_country, with_first_run, with_instance
from export.flash.firstrun import merged_firstrun
from export.flash.login import CARD_TEXTS, read_login, userconf_user
from export.flash.partition import BootPartition

LARGEST_TEXT = 1 << 20
"""These systems read no longer files."""
YAML_FILES = ("user-data", "network-config", "meta-data")


def card_texts(partition: BootPartition) -> dict[str, str]:
    """Those of the card's texts that name its user, its host or its network, with the line ends of Linux.

    Raises:
        UserError: One is no text.
    """
    names = [name for name in (*CARD_TEXTS, "network-config") if partition.holds(name)]
    return {name: _text(partition, name) for name in names}


def changed_files(
    partition: BootPartition, card: Card, access: Access, digest: str, texts: Mapping[str, str]
) -> dict[str, str]:
    """The system's files as they will be, in the order in which they are written.

    Args:
        partition: The card's boot partition.
        card: What is on it.
        access: Name, user and network to give it.
        digest: SHA-256 of the bundle.
        texts: From `card_texts`.

    Raises:
        UserError: Something on the card cannot be added to.
    """
    _refuse_two_users(access, texts)
    cmdline = partition.read("cmdline.txt").decode("latin-1")
    if access.wifi:
        cmdline = with_country(cmdline, access.wifi.country)
    if card.system == "trixie":
        return _trixie_files(access, digest, texts, cmdline)
    # The script's own commands for the user count there; here it is those of the other files.
    others = {name: text for name, text in texts.items() if name != "firstrun.sh"}
    user = read_login("bookworm", others).user
    return {
        "firstrun.sh": merged_firstrun(texts.get("firstrun.sh", ""), access, user=user),
        "cmdline.txt": with_first_run(cmdline),
    }


def encoded(partition: BootPartition, name: str, text: str) -> bytes:
    """The bytes of a text as they go onto the card: with the line ends that the file has there.

    A text that was not changed gives the very bytes that are there.
    """
    if name == "cmdline.txt":
        return text.encode("latin-1")
    before = partition.read(name) if partition.holds(name) else b""
    if before and text == _text(partition, name):
        return before
    windows = name in YAML_FILES and before.count(b"\r\n") == before.count(b"\n") > 0
    return (text.replace("\n", "\r\n") if windows else text).encode()


def _trixie_files(access: Access, digest: str, texts: Mapping[str, str], cmdline: str) -> dict[str, str]:
    user = read_login("trixie", texts).user or DEFAULT_USER
    user_data = merged_user_data(texts.get("user-data", ""), access, user=user)
    network = texts.get("network-config", "")
    network = merged_network_config(network, access.wifi) if access.wifi else network
    instance = instance_name(user_data, network, digest)
    return {
        **({"network-config": network} if access.wifi else {}),
        # `enable_ssh: true` in user-data does not work on every image; this file does, and has for ten years.
        **({"ssh": ""} if access.ssh_key else {}),
        "user-data": user_data,
        "cmdline.txt": with_instance(cmdline, instance),
        "meta-data": merged_meta_data(texts.get("meta-data", ""), instance),
    }


def _refuse_two_users(access: Access, texts: Mapping[str, str]) -> None:
    named = userconf_user(texts)
    if access.user and named and access.user != named:
        raise UserError(
            f"userconf.txt on the card names the user {named}, who would take the place of {access.user}",
            "leave --user out, or remove that file first",
        )


def _text(partition: BootPartition, name: str) -> str:
    content = partition.read(name)
    try:
        if len(content) > LARGEST_TEXT or b"\0" in content:
            raise UserError(f"{name} on the card is no text of its system's", "move it away first")
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(
            f"{name} on the card is no text, so nothing can be added to it", "move it away first"
        ) from error
    return text if name == "firstrun.sh" else text.replace("\r\n", "\n")
