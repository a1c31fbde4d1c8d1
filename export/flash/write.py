"""Carrying out a plan, so that a card pulled out at any moment is the old one or the new one."""

from collections.abc import Callable, Iterable, Iterator

from edge.errors import UserError
from export.flash.plan import Plan


def write_card(plan: Plan, advanced: Callable[[int], None]) -> None:
    """Write what the plan says, in its order, and remove what it says at the end.

    Args:
        plan: What to do.
        advanced: Told how many more bytes are on the card.

    Raises:
        UserError: The card does not take it, or a person stopped it.
    """
    name = ""
    try:
        for change in plan.changes:
            name = change.name
            plan.partition.write(name, _watched(change.chunks(), advanced))
        for name in plan.removals:
            plan.partition.remove(name)
    except KeyboardInterrupt as error:
        raise UserError(f"Stopped at {name}", "give the same command again to finish the card") from error
    except OSError as error:
        raise UserError(
            f"{name} could not be written to {plan.partition} ({error.strerror or error})",
            "see that the card may be written to, then give the same command again",
        ) from error


def _watched(chunks: Iterable[bytes], advanced: Callable[[int], None]) -> Iterator[bytes]:
    for chunk in chunks:
        yield chunk
        advanced(len(chunk))
