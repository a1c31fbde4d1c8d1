"""Names and values that no bundle or record of ours holds."""

import hashlib

ODD_NAMES = [
    "",
    ".",
    "..",
    "../../escaped",
    "a/b",
    "/tmp/absolute",
    "a\nb",
    "a\0b",
    "\x1b[31m",
    "x.partial",
    "-a",
    "x" * 300,
]

ODD_VALUES = [None, 5, True, [], {}, ["a"]]


def digest(content):
    return hashlib.sha256(content).hexdigest()
