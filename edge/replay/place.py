"""Where what is drawn of a recording is to be written."""

from collections.abc import Iterable
from pathlib import Path

from edge.errors import UserError


def refuse_place(path: Path, *, what: str, endings: Iterable[str]) -> None:
    """Refuse a place before a recording has been watched for nothing.

    Args:
        path: The file to be.
        what: It is to hold, such as "clip".
        endings: Of names, in small letters, that it may have.

    Raises:
        UserError: The name ends in something that cannot be written, or the folder is missing.
    """
    if path.suffix.lower() not in endings:
        raise UserError(f"{path} cannot be written", f"give the {what} a name that ends in {', '.join(endings)}")
    if not path.parent.is_dir():
        raise UserError(f"There is no folder {path.parent} to write the {what} {path.name} into", "make it first")
