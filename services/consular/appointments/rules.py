"""The slots of a mission and the rules of an appointment, computed from plain values."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from services.consular.missions.rules import Hours


class AppointmentState(StrEnum):
    """The state of an appointment. A hold counts only until it expires, by the database's clock."""

    HELD = "held"
    BOOKED = "booked"
    ATTENDED = "attended"
    MISSED = "missed"
    EXCUSED = "excused"
    CANCELLED = "cancelled"
    CANCELLED_LATE = "cancelled_late"
    MOVED = "moved"
    RELEASED = "released"
    EXPIRED = "expired"


# The states that occupy a seat, and those that count against the month's share.
OCCUPYING = frozenset(
    {AppointmentState.HELD, AppointmentState.BOOKED, AppointmentState.ATTENDED, AppointmentState.MISSED}
)
COUNTED = OCCUPYING | {AppointmentState.CANCELLED_LATE}
LIVE = frozenset({AppointmentState.HELD, AppointmentState.BOOKED})
NEXT_COUNT = 3


@dataclass(frozen=True)
class Slot:
    """A time at which `seats` people are received at a window."""

    starts_at: datetime
    ends_at: datetime
    seats: int
    window: str


def slots_of(hours: Iterable[Hours], day: date, zone: str) -> list[Slot]:
    """The slots of a day in order. Where the clock goes forward, the missing hour has no slots.

    Where the clock goes back, only the first of the two equal hours is used: 02:30 on a slip means one moment.
    """
    slots: dict[datetime, Slot] = {}
    for row in hours:
        if row.holds_on(day):
            for slot in _slots(row, day, ZoneInfo(zone)):
                existing = slots.get(slot.starts_at)
                seats = slot.seats + (existing.seats if existing else 0)
                slots[slot.starts_at] = Slot(
                    slot.starts_at, slot.ends_at, seats, existing.window if existing else row.window
                )
    return [slots[at] for at in sorted(slots)]


def _slots(row: Hours, day: date, zone: ZoneInfo) -> Iterable[Slot]:
    step, closes = timedelta(minutes=row.slot_minutes), datetime.combine(day, row.closes)
    wall = datetime.combine(day, row.opens)
    while wall + step <= closes:
        instant = wall.replace(tzinfo=zone).astimezone(UTC)
        if instant.astimezone(zone).replace(tzinfo=None) == wall:
            yield Slot(instant, instant + step, row.seats, row.window)
        wall += step


def month_of(instant: datetime, zone: str) -> date:
    """The first day of the month of an appointment, at the mission."""
    return instant.astimezone(ZoneInfo(zone)).date().replace(day=1)


def is_late(starts_at: datetime, now: datetime, free_hours: int) -> bool:
    """Whether an appointment is too near for a free change."""
    return starts_at - now < timedelta(hours=free_hours)


def free_seat(taken: Iterable[int], seats: int) -> int | None:
    """The lowest free seat of a slot, counted from one; None when all are taken."""
    taken_seats = set(taken)
    return next((seat for seat in range(1, seats + 1) if seat not in taken_seats), None)


def overlaps(new: Hours, existing: Sequence[Hours]) -> bool:
    """Whether a new row of hours overlaps a row that is in force together with it, on the same weekday."""
    return any(
        new.weekday == other.weekday
        and new.opens < other.closes
        and other.opens < new.closes
        and (other.valid_to is None or new.valid_from < other.valid_to)
        and (new.valid_to is None or other.valid_from < new.valid_to)
        for other in existing
    )
