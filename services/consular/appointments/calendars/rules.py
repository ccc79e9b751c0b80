"""Finds the nearest free time for appointments that must move, from plain values."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Free:
    """A time and how many seats it has left."""

    starts_at: datetime
    ends_at: datetime
    remaining: int


@dataclass(frozen=True)
class Lost:
    """A time that somebody has lost, and how many persons come."""

    starts_at: datetime
    persons: int = 1


def assign(
    lost: Sequence[Lost], days: Sequence[Sequence[Free]], left: Sequence[int], zone: ZoneInfo
) -> list[datetime | None]:
    """A new time for each lost one, in their order: the first day that is not before the old one, and on it the time
    nearest to the old hour. None where no later time is free.

    `left` is what each day still takes by its quota. No seat is given twice; a family takes seats at its time and at
    those right after it.
    """
    seats = {time.starts_at: time.remaining for day in days for time in day}
    quotas = list(left)
    found: list[datetime | None] = []
    for one in lost:
        index, taken = _nearest(one, days, seats, quotas, zone)
        for at, count in taken.items():
            seats[at] -= count
            quotas[index] -= count
        found.append(min(taken, default=None))
    return found


def _nearest(
    lost: Lost, days: Sequence[Sequence[Free]], seats: dict[datetime, int], quotas: Sequence[int], zone: ZoneInfo
) -> tuple[int, dict[datetime, int]]:
    """The number of the day and the seats to take there by time; none where nothing fits."""
    local = lost.starts_at.astimezone(zone)
    for index, day in enumerate(days):
        fits = [
            taken
            for place, time in enumerate(day)
            if time.starts_at.astimezone(zone).date() >= local.date()
            and (taken := _take(day[place:], seats, lost.persons))
        ]
        if quotas[index] >= lost.persons and fits:
            return index, min(fits, key=lambda taken: _distance(min(taken).astimezone(zone), local))
    return -1, {}


def _take(times: Sequence[Free], seats: dict[datetime, int], persons: int) -> dict[datetime, int]:
    """Seats for all persons from the first time on without a gap; none where they do not fit."""
    taken: dict[datetime, int] = {}
    ends_at = times[0].starts_at
    for time in times:
        count = min(persons - sum(taken.values()), seats[time.starts_at])
        if time.starts_at != ends_at or count <= 0:
            break
        taken[time.starts_at], ends_at = count, time.ends_at
    return taken if sum(taken.values()) == persons else {}


def _distance(wall: datetime, old: datetime) -> tuple[int, datetime]:
    return abs(_minutes(wall) - _minutes(old)), wall


def _minutes(wall: datetime) -> int:
    return wall.hour * 60 + wall.minute
