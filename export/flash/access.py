"""The network and the user of a card."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass

from edge.errors import UserError
from export.flash.countries import COUNTRIES, MISTAKEN

HOSTNAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", re.IGNORECASE)
USER = re.compile(r"[a-z][a-z0-9-]{0,31}")
DEFAULT_USER = "pi"
"""The default."""
KEY = re.compile(r"[0-9A-Fa-f]{64}")


@dataclass(frozen=True, kw_only=True)
class Wifi:
    """A wireless network."""

    ssid: str
    psk: str
    """64 hexadecimal digits, which do not reveal the password."""
    country: str
    """Two capital letters, such as "DE", by which the board knows its channels."""


@dataclass(frozen=True, kw_only=True)
class Access:
    """Name, user and network of a board; an empty value leaves the card's own."""

    hostname: str = ""
    user: str = ""
    ssh_key: str = ""
    """One line, as in `id_ed25519.pub`."""
    wifi: Wifi | None = None

    def __post_init__(self) -> None:
        """Refuse names that Raspberry Pi OS would not accept.

        Raises:
            UserError: The host's or the user's name cannot be used.
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
        UserError: The name, the password or the country cannot be right; the first and the last are checked before
            the password is asked for.
    """
    refuse_wifi(ssid, country)
    try:
        password = ask(f'Password of the Wi-Fi network "{ssid}": ')
    except (EOFError, AttributeError) as error:  # getpass raises the latter for a closed input
        raise UserError(f'No password was typed for the Wi-Fi network "{ssid}"', "type it in a terminal") from error
    return Wifi(ssid=ssid, psk=wpa_psk(ssid, password), country=country.upper())


def refuse_wifi(ssid: str, country: str) -> None:
    """Check the name and the country of a wireless network.

    Raises:
        UserError: One of them cannot be right.
    """
    # A name from a command line that is no UTF-8 cannot be printed.
    if not ssid.isprintable() or not 1 <= len(ssid.encode(errors="replace")) <= 32:
        raise UserError("The name of a Wi-Fi network has 1 to 32 bytes and nothing that cannot be printed.")
    _refuse_unless_country(country)


def wpa_psk(ssid: str, password: str) -> str:
    """The key of a network as IEEE 802.11i derives it (PBKDF2, SHA-1, 4096 rounds, 32 bytes), in hexadecimal digits.

    A password of 64 hexadecimal digits is the key itself.

    Raises:
        UserError: The password is neither this nor one of 8 to 63 printable ASCII characters.
    """
    if KEY.fullmatch(password):
        return password.lower()
    if not 8 <= len(password) <= 63 or not (password.isascii() and password.isprintable()):
        raise UserError(
            "A Wi-Fi password has 8 to 63 characters, all of them printable ASCII, or is a key of 64 hexadecimal "
            "digits",
            "type it again",
        )
    return hashlib.pbkdf2_hmac("sha1", password.encode(), ssid.encode(), 4096, 32).hex()


def _refuse_unless_country(country: str) -> None:
    code = country.upper()
    if code in COUNTRIES:
        return
    if code in MISTAKEN:
        raise UserError(f"--wifi-country {country} is the code of no country", f"did you mean {MISTAKEN[code]}?")
    raise UserError(f'--wifi-country takes the two letters of a country in ISO 3166, such as DE, not "{country}".')
