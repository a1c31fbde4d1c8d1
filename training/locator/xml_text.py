"""The text of an XML file in any encoding that Python knows; the parser knows none with several bytes a letter."""

import codecs
import contextlib
import re

from training.common.pictures import UnusableError
from training.common.tables import announced_encoding

DECLARATION = re.compile(rb"\s*<\?xml\s[^>]*?encoding\s*=\s*[\"']([A-Za-z][A-Za-z0-9._-]{0,39})[\"']")
"""The beginning of a file that declares its encoding."""

WINDOWS = {"gb2312": "gb18030", "gbk": "gb18030", "big5": "cp950", "shift_jis": "cp932", "euc_kr": "cp949"}
"""The larger encoding that Windows writes under the name of a smaller one, both as Python calls them."""


def decode_xml(content: bytes) -> str:
    """Decode an XML file by its byte-order mark, or else by its declaration, or else as UTF-8 or Windows-1252.

    Raises:
        UnusableError: The declared encoding is unknown, or the file is not in it.
    """
    found = DECLARATION.match(content)
    declared = found[1].decode() if found else "utf-8"
    try:
        encodings = _encodings(announced_encoding(content), declared)
        for encoding in encodings:
            with contextlib.suppress(UnicodeError):
                return content.decode(encoding)
    except LookupError as error:
        raise UnusableError(f"declares the encoding {declared}, which is unknown: save it as UTF-8") from error
    raise UnusableError(f"is no Pascal VOC annotation (not text in {' or '.join(encodings)})")


def _encodings(announced: str, declared: str) -> tuple[str, ...]:
    """The encodings to try, the likeliest first."""
    if announced != "utf-8":
        return (announced,)
    name = codecs.lookup(declared).name
    # Windows' editors write Windows-1252 and do not say so. And a declaration that can be read byte by byte is not in
    # UTF-16, whatever it says.
    if name in ("utf-8", "ascii") or name.startswith(("utf-16", "utf-32")):
        return ("utf-8", "cp1252")
    return (name, WINDOWS[name]) if name in WINDOWS else (name,)
