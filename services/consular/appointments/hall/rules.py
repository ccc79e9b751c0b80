"""Who is called next in the waiting hall, and what may become of a ticket."""

from datetime import datetime, timedelta
from enum import StrEnum

# Who comes later than this after the hour has lost its place, and is called by arrival.
LATE = timedelta(minutes=15)
# Who has no appointment gives way to those who have one, for this long and no longer.
WALK_IN = timedelta(minutes=45)
# A number that nobody answers is called so often before it may be set aside.
CALLS = 2
MAX_COUNTER = 60


class TicketState(StrEnum):
    """Waiting until called, served at a counter, and ended; set aside (parked) or not there (missed) in between."""

    WAITING = "waiting"
    CALLED = "called"
    SERVING = "serving"
    PARKED = "parked"
    MISSED = "missed"
    DONE = "done"


AT_COUNTER = (TicketState.CALLED, TicketState.SERVING)
# From which states a ticket comes to each. A missed or parked one is called by its number when the person is back.
FROM = {
    TicketState.CALLED: (TicketState.WAITING, TicketState.PARKED, TicketState.MISSED),
    TicketState.SERVING: (TicketState.CALLED,),
    TicketState.PARKED: (TicketState.SERVING,),
    TicketState.MISSED: (TicketState.CALLED,),
    TicketState.DONE: (TicketState.SERVING,),
}
# Why somebody leaves the counter before the end; they keep their number.
PARK_REASONS = ("copies", "photos", "payment", "form", "other")


def competes_at(starts_at: datetime | None, arrived_at: datetime) -> datetime:
    """The instant by which waiting people are ordered: of two the earlier one is called first.

    It is the hour of the appointment, however early or a little late one came; later than `LATE` it is the arrival.
    Without an appointment it is `WALK_IN` after the arrival, so that nobody waits for ever.
    """
    if starts_at is None:
        return arrived_at + WALK_IN
    return arrived_at if arrived_at > starts_at + LATE else starts_at
