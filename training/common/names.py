"""Names of files: which do not belong to a data set, how two are compared, and how one is printed."""

import os
import unicodedata
from pathlib import PurePath

COMPANIONS = {".ds_store", "thumbs.db", "desktop.ini", ".directory", ".gitkeep", ".gitignore"}
"""Files, in lower case, that systems and tools leave in every folder."""

COMPANION_FOLDERS = {"__macosx", "@eadir", ".git", ".ipynb_checkpoints"}
"""Folders, in lower case, that are not meant as data."""


def is_companion(path: PurePath) -> bool:
    """Whether a path relative to the data's folder is a file that a system left there; macOS begins them with `._`."""
    *folders, name = (part.lower() for part in path.parts)
    return name.startswith("._") or name in COMPANIONS | COMPANION_FOLDERS or bool(COMPANION_FOLDERS & set(folders))


def comparable(name: str) -> str:
    """A name as it is compared with another: one spelling for each letter, case ignored.

    macOS stores accents apart from their letters, Windows ignores case, and old archives keep names in Windows-1252.
    """
    raw = os.fsencode(name)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", "replace")
    return unicodedata.normalize("NFC", text).casefold()


def printable(name: object) -> str:
    """A path or label for the terminal and the report: what cannot be printed becomes a question mark."""
    text = os.fsencode(str(name)).decode("utf-8", "replace")
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)
