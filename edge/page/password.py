"""The page's password; only its scrypt digest is stored."""

import getpass
import grp
import hashlib
import hmac
import os
import secrets
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from edge.errors import UserError
from edge.files import write_whole

SHORTEST, LONGEST = 8, 256
"""Shortest and longest password, in characters."""

N, R, P = 2**14, 8, 1
"""scrypt's cost parameters: checking a password takes 16 MB and a third of a second on the smallest board."""

GROUP = "maskwatch-page"
"""The group that may read the file, besides root."""


@dataclass(frozen=True, slots=True)
class Digest:
    """The digest of a password, with its salt."""

    salt: bytes
    key: bytes

    @classmethod
    def of(cls, password: str) -> Self:
        """A password's digest, with a new salt."""
        salt = secrets.token_bytes(16)
        return cls(salt, _derive(password, salt))

    def matches(self, password: str) -> bool:
        """Whether this is the password; takes a third of a second on a small board."""
        return len(password) <= LONGEST and hmac.compare_digest(_derive(password, self.salt), self.key)

    def __str__(self) -> str:
        """The digest as the file holds it."""
        return f"scrypt {self.salt.hex()} {self.key.hex()}"


def read_digest(file: Path) -> Digest | None:
    """The digest in a file; None if there is no file, which means that there is no password.

    Raises:
        UserError: The file cannot be read, or holds no digest.
    """
    try:
        kind, salt, key = file.read_text().split()
        if kind != "scrypt":
            raise ValueError
        return Digest(bytes.fromhex(salt), bytes.fromhex(key))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UserError(f"The password file {file} cannot be read ({error.strerror})", "use sudo") from error
    except ValueError as error:
        advice = "set it again with `sudo maskwatch page --set-password`"
        raise UserError(f"The password file {file} is damaged", advice) from error


def set_password(file: Path) -> None:
    """Ask for a password twice at the terminal, or read it from a pipe, and store its digest.

    Raises:
        UserError: No password came, it is too short or too long or not UTF-8, the two differ, or the file cannot be
            written.
    """
    try:
        password = _asked() if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
        password.encode()
    except EOFError as error:
        raise UserError("No password was typed, and nothing was changed", "run the command again") from error
    except UnicodeError as error:
        raise UserError("A password must be text in UTF-8", "choose another") from error
    if not SHORTEST <= len(password) <= LONGEST:
        raise UserError(
            f"A password must have {SHORTEST} to {LONGEST} characters, and this one has {len(password)}",
            "choose another",
        )
    try:
        write_whole(file, f"{Digest.of(password)}\n".encode(), mode=0o640)
        with suppress(KeyError):  # where the unit is not installed, the file keeps its owner's group
            os.chown(file, -1, grp.getgrnam(GROUP).gr_gid)
    except OSError as error:
        raise UserError(f"The password file {file} cannot be written ({error.strerror})", "use sudo") from error


def _asked() -> str:
    password = getpass.getpass("New password for the page: ")
    if getpass.getpass("Once more: ") != password:
        raise UserError("The two passwords differ, and nothing was changed", "run the command again")
    return password


def _derive(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(errors="surrogatepass"), salt=salt, n=N, r=R, p=P, dklen=32)
