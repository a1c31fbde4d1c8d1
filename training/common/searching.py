"""What is shown while pictures are searched for faces, before a fit begins."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

from rich.console import Console
from rich.progress import track

Picture = TypeVar("Picture")


def searched(pictures: Sequence[Picture], where: str) -> Iterator[Picture]:
    """The pictures one by one, behind a bar on a terminal, and after a line elsewhere.

    Args:
        pictures: To be searched.
        where: What is searched for faces, as in "Searching {where} for faces".
    """
    console = Console(highlight=False, markup=False, soft_wrap=True)
    doing = f"Searching {len(pictures)} {where} for faces"
    if pictures and not console.is_terminal:
        console.print(doing)
    yield from track(pictures, doing, console=console, transient=True, disable=not console.is_terminal)
