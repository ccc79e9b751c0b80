"""When a freed seat is given again, and in what order the waiting list is served: plain values."""

from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

# How the seats of a service are given: to who asks first, the same with freed seats kept for the waiting list ("list"),
# by draw, or to complete files in their order.
FIRST_COME, DRAW, FILE = "first_come", "draw", "file"
# A seat is offered no later than this before its hour: nobody can come at once.
LEAST_NOTICE = timedelta(hours=24)
# Who lets so many offers pass has left the list.
MOST_OFFERS = 2
# Days before the appointment on which its holder is asked, and the last day for an answer.
ASK_DAYS, ASK_AGAIN_DAYS, FREE_DAYS = 7, 3, 2


def next_release(now: datetime, rest_minutes: int, release_at: time, zone: str) -> datetime:
    """The first release, by the mission's wall clock, after a seat freed now has rested."""
    rested = now + timedelta(minutes=rest_minutes)
    day = rested.astimezone(ZoneInfo(zone)).date()
    while (release := _at(day, release_at, zone)) < rested:
        day += timedelta(days=1)
    return release


def releases(now: datetime, release_at: time, zone: str, count: int) -> list[datetime]:
    """The next releases."""
    following, instant = [], now
    for _ in range(count):
        instant = next_release(instant, 0, release_at, zone)
        following.append(instant)
        instant += timedelta(minutes=1)
    return following


def _at(day: date, wall: time, zone: str) -> datetime:
    return datetime.combine(day, wall, ZoneInfo(zone)).astimezone(UTC)


def offer_until(now: datetime, starts_at: datetime, hours: int) -> datetime:
    """Until when an offered seat waits for an answer: never past half of the time that is left before its hour."""
    return min(now + timedelta(hours=hours), now + (starts_at - now) / 2)


def list_order(lost: int, joined_on: date, code: str) -> tuple[int, date, str]:
    """Who lost more draws first, then who joined on an earlier day; within a day by an arbitrary number."""
    return -lost, joined_on, sha256(code.encode()).hexdigest()


def last_release(now: datetime, release_at: time, zone: str) -> datetime:
    """The latest release that is not still to come."""
    day = now.astimezone(ZoneInfo(zone)).date()
    while (release := _at(day, release_at, zone)) > now:
        day -= timedelta(days=1)
    return release
