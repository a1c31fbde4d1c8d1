"""What the card is told about its network and its user: the Wi-Fi key and the ssh key."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from edge.errors import UserError

HOSTNAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", re.IGNORECASE)
USER = re.compile(r"[a-z][a-z0-9-]{0,31}")
COUNTRY = re.compile(r"[A-Z]{2}")
PUBLIC_KEY = re.compile(r"(ssh-(ed25519|rsa)|ecdsa-sha2-nistp\d+|sk-[\w-]+@openssh\.com) AAAA[A-Za-z0-9+/]+=*( .*)?")


@dataclass(frozen=True, kw_only=True)
class Wifi:
    """A wireless network."""

    ssid: str
    psk: str
    """64 hexadecimal digits, from which the password cannot be told."""
    country: str
    """Two capital letters, such as "DE", by which the board knows its channels; empty for "not said"."""


@dataclass(frozen=True, kw_only=True)
class Access:
    """Everything that may be said about name, user and network; what is empty is left as it is on the card."""

    hostname: str = ""
    user: str = ""
    ssh_key: str = ""
    """One line, as in `id_ed25519.pub`."""
    wifi: Wifi | None = None

    def __post_init__(self) -> None:
        """Refuse what Raspberry Pi OS would not take.

        Raises:
            UserError: The host's or the user's name is none.
        """
        if self.hostname and not HOSTNAME.fullmatch(self.hostname):
            raise UserError(f'"{self.hostname}" is no host name', "use letters, digits and hyphens, such as door-1")
        if self.user and not USER.fullmatch(self.user):
            raise UserError(f'"{self.user}" is no user name', "use small letters, digits and hyphens, such as pi")
        if self.user in ("root", "maskwatch"):
            raise UserError(f'The user "{self.user}" is the system\'s own', "choose another name, such as pi")
        if self.user and not self.ssh_key:
            raise UserError(
                "A user without a key could not log in", "add --ssh-key FILE, such as ~/.ssh/id_ed25519.pub"
            )


def ask_wifi(ssid: str, country: str, ask: Callable[[str], str]) -> Wifi:
    """Ask for the password of a wireless network and keep only its key.

    Raises:
        UserError: The name, the password or the country cannot be right.
    """
    if not 1 <= len(ssid.encode()) <= 32 or not ssid.isprintable():
        raise UserError("The name of a Wi-Fi network has 1 to 32 bytes and nothing that cannot be printed.")
    if country and not COUNTRY.fullmatch(country.upper()):
        raise UserError(f'--wifi-country takes two letters, such as DE, not "{country}".')
    try:
        password = ask(f'Password of the Wi-Fi network "{ssid}": ')
    except (EOFError, AttributeError) as error:  # the latter is what getpass says of an input that is closed
        raise UserError(f'No password was typed for the Wi-Fi network "{ssid}"', "type it in a terminal") from error
    return Wifi(ssid=ssid, psk=wpa_psk(ssid, password), country=country.upper())


def wpa_psk(ssid: str, password: str) -> str:
    """The key of a network as IEEE 802.11i derives it (PBKDF2, SHA-1, 4096 rounds, 32 bytes), in hexadecimal digits.

    Raises:
        UserError: The password is not one of 8 to 63 printable ASCII characters.
    """
    if not 8 <= len(password) <= 63 or not (password.isascii() and password.isprintable()):
        raise UserError("A Wi-Fi password has 8 to 63 characters, all of them printable ASCII", "type it again")
    return hashlib.pbkdf2_hmac("sha1", password.encode(), ssid.encode(), 4096, 32).hex()


def read_public_key(path: Path) -> str:
    """The one line of an ssh public key.

    Raises:
        UserError: The file cannot be read, holds a private key, or no key.
    """
    try:
        text = path.expanduser().read_text().strip()
    except OSError as error:
        raise UserError(f"The ssh key {path} cannot be read ({error.strerror})", _another_key(path)) from error
    except UnicodeDecodeError:
        text = ""
    if "PRIVATE KEY" in text:
        raise UserError(f"{path} is a private key, which must not leave this machine", f"name {path}.pub instead")
    if not PUBLIC_KEY.fullmatch(text):
        raise UserError(f"{path} is not one ssh public key", "name a file such as ~/.ssh/id_ed25519.pub")
    return text


def _another_key(path: Path) -> str:
    """What may help who has named a key that is not there."""
    public = path if path.suffix == ".pub" else path.with_name(f"{path.name}.pub")
    if public != path and public.expanduser().exists():
        return f"name {public}"
    return "name a public key, such as ~/.ssh/id_ed25519.pub, or make one with `ssh-keygen -t ed25519`"
