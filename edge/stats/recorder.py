"""Counts each of the door's visitors once, while it runs."""

import time
from collections.abc import Callable, Iterable

from edge.stats.database import Database
from edge.stream.client import Received
from edge.stream.messages import LostEvents, NumberedEvent

DAY_SECONDS = 86400.0

COUNTED = frozenset({"started", "stopped", "track_began", "track_ended", "verdict_turned", "muted", "blind", "sighted"})
"""Events that change what is open or completed. The others are not worth a write to the card."""


def record(
    messages: Iterable[Received],
    database: Database,
    *,
    keep_days: int,
    clock: Callable[[], float] = time.time,
) -> None:
    """Count until the messages end.

    Args:
        messages: The door's messages after `database.progress()`.
        database: Gets the counts.
        keep_days: How long an hour's counts are kept.
        clock: Tells the Unix time, in seconds.
    """
    position, visits = database.progress()
    pruned = 0.0
    for message in messages:
        if isinstance(message, LostEvents):
            # People who were in view when events were lost may have left, so end their visits here.
            if position is not None:
                database.record(position, visits, list(visits.close()))
        elif isinstance(message, NumberedEvent) and message.event.get("event") in COUNTED:
            position = message.position
            database.record(position, visits, list(visits.take(message.event)))
            if clock() - pruned >= DAY_SECONDS:
                pruned = clock()
                database.forget_before(pruned - keep_days * DAY_SECONDS)
