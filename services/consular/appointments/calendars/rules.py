"""Finds the nearest free time for appointments that must move, from plain values."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Free:
    """A time and how many seats it has left."""

    starts_at: datetime
    remaining: int


def assign(
    lost: Sequence[datetime], days: Sequence[Sequence[Free]], left: Sequence[int], zone: ZoneInfo
) -> list[datetime | None]:
    """A new time for each lost one, in their order: the first day that is not before the old one, and on it the time
    nearest to the old hour. None where no later time is free.

    `left` is what each day still takes by its quota. No seat is given twice.
    """
    seats = {time.starts_at: time.remaining for day in days for time in day}
    quotas = list(left)
    found: list[datetime | None] = []
    for at in lost:
        index, to = _nearest(at, days, seats, quotas, zone)
        if to is not None:
            seats[to] -= 1
            quotas[index] -= 1
        found.append(to)
    return found


def _nearest(
    at: datetime, days: Sequence[Sequence[Free]], seats: dict[datetime, int], quotas: Sequence[int], zone: ZoneInfo
) -> tuple[int, datetime | None]:
    local = at.astimezone(zone)
    for index, day in enumerate(days):
        times = [
            time.starts_at
            for time in day
            if seats[time.starts_at] > 0 and time.starts_at.astimezone(zone).date() >= local.date()
        ]
        if quotas[index] > 0 and times:
            return index, min(times, key=lambda time: (abs(_minutes(time.astimezone(zone)) - _minutes(local)), time))
    return -1, None


def _minutes(wall: datetime) -> int:
    return wall.hour * 60 + wall.minute
