"""Reading an ssh public key and checking that sshd will take it."""

import base64
import binascii
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

from edge.errors import UserError

LONGEST_FILE = 1 << 16
SMALLEST_RSA_BITS = 1024
"""sshd refuses shorter keys (RequiredRSASize)."""
LINE = re.compile(r"(?P<type>[a-z0-9@.-]+)[ \t]+(?P<body>[A-Za-z0-9+/]+={0,2})(?:[ \t]+(?P<comment>.*))?")

# NIST's curves: name, p, b, both from FIPS 186-4; a is -3 for each.
CURVES = {
    "nistp256": (
        2**256 - 2**224 + 2**192 + 2**96 - 1,
        0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B,
    ),
    "nistp384": (
        2**384 - 2**128 - 2**96 + 2**32 - 1,
        0xB3312FA7E23EE7E4988E056BE3F82D19181D9C6EFE8141120314088F5013875AC656398D8A2ED19D2A85C8EDD3EC2AEF,
    ),
    "nistp521": (
        2**521 - 1,
        0x0051953EB9618E1C9A1F929A21A0B68540EEA2DA725B99B315F3B8B489918EF109E156193951EC7E937B1652C0BD3BB1BF073573DF883D2C34F1EF451FD46B503F00,
    ),
}


def read_public_key(path: Path) -> str:
    """Read the one line of an ssh public key.

    Raises:
        UserError: The file cannot be read, holds a private key, or holds no key that sshd takes.
    """
    try:
        with path.expanduser().open("rb") as file:
            text = file.read(LONGEST_FILE).decode("utf-8-sig").strip()
    except OSError as error:
        raise UserError(f"The ssh key {path} cannot be read ({error.strerror})", _another_key(path)) from error
    except UnicodeDecodeError:
        text = ""
    if "PRIVATE KEY" in text:
        raise UserError(f"{path} is a private key, which must not leave this machine", f"name {path}.pub instead")
    if fault := key_fault(text):
        raise UserError(f"{path} is not one ssh public key ({fault})", "name a file such as ~/.ssh/id_ed25519.pub")
    return text


def key_fault(text: str) -> str:
    """What is wrong with the line of a public key; empty where sshd would take it."""
    found = LINE.fullmatch(text)
    if not found or not text.replace("\t", " ").isprintable():
        return "it is not one line with a type and a key in base64"
    try:
        fields = _fields(base64.b64decode(found["body"], validate=True))
    except (binascii.Error, ValueError):
        return "the key was cut off or changed"
    if fields[:1] != [found["type"].encode()]:
        return f"the key is not of the type {found['type']}"
    check = CHECKS.get(found["type"])
    if check is None:
        return f"keys of the type {found['type']} cannot be used to log in"
    return "" if check(fields[1:]) else "the key was cut off or changed"


def _fields(blob: bytes) -> list[bytes]:
    """The fields of a key, each of which begins with its length."""
    fields = []
    while blob:
        size = int.from_bytes(blob[:4], "big")
        if len(blob) < 4 + size:
            raise ValueError("cut off")
        fields.append(blob[4 : 4 + size])
        blob = blob[4 + size :]
    return fields


def _is_ed25519(fields: list[bytes]) -> bool:
    return len(fields) == 1 and len(fields[0]) == 32


def _is_rsa(fields: list[bytes]) -> bool:
    # The first bit of a number says whether it is negative.
    if len(fields) != 2 or any(not field or field[0] & 0x80 for field in fields):
        return False
    exponent, modulus = (int.from_bytes(field, "big") for field in fields)
    return exponent >= 3 and exponent % 2 == 1 and modulus % 2 == 1 and modulus.bit_length() >= SMALLEST_RSA_BITS


def _is_ecdsa(curve: str, fields: list[bytes]) -> bool:
    p, b = CURVES[curve]
    size = (p.bit_length() + 7) // 8
    if len(fields) != 2 or fields[0] != curve.encode() or len(fields[1]) != 1 + 2 * size or fields[1][0] != 4:
        return False
    x, y = (int.from_bytes(half, "big") for half in (fields[1][1 : 1 + size], fields[1][1 + size :]))
    return x < p and y < p and (y * y - x * x * x + 3 * x - b) % p == 0


CHECKS: dict[str, Callable[[list[bytes]], bool]] = {
    "ssh-ed25519": _is_ed25519,
    "ssh-rsa": _is_rsa,
    **{f"ecdsa-sha2-{curve}": partial(_is_ecdsa, curve) for curve in CURVES},
    # Keys in a security token name their application last.
    "sk-ssh-ed25519@openssh.com": lambda fields: len(fields) == 2 and _is_ed25519(fields[:1]),
    "sk-ecdsa-sha2-nistp256@openssh.com": lambda fields: len(fields) == 3 and _is_ecdsa("nistp256", fields[:2]),
}


def _another_key(path: Path) -> str:
    """What may help a person who has named a key that is not there."""
    public = path if path.suffix == ".pub" else path.with_name(f"{path.name}.pub")
    if public != path and public.expanduser().exists():
        return f"name {public}"
    return "name a public key, such as ~/.ssh/id_ed25519.pub, or make one with `ssh-keygen -t ed25519`"
