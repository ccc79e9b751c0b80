"""Books appointments at the embassy in Riyadh the way people do, over HTTP."""

import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from shared.identity.actor import ANONYMOUS
from shared.values.dates import local_date
from tests.conftest import HOME
from tests.factories.applications import Counter

SLUG = "embassy-queue-riyadh"
RIYADH = ZoneInfo("Asia/Riyadh")
Begin = Callable[..., Counter]


def local_day(at: str) -> date:
    """The day of an instant in Riyadh."""
    return datetime.fromisoformat(at).astimezone(RIYADH).date()


def free(counter: Counter, wanted: str = "passport", mission: str = HOME) -> list[str]:
    """Instants at which a seat is free, earliest first."""
    answer = counter.client.get(f"/openings?mission={mission}&service={wanted}", ANONYMOUS)
    assert answer.status_code == 200, answer.get_json()
    return [
        each["starts_at"]
        for day in answer.get_json()["days"]
        for each in day["times"]
        if day["remaining"] and each["remaining"]
    ]


def in_time(counter: Counter, wanted: str = "passport") -> list[str]:
    """Those far enough ahead to be moved and cancelled at no cost, all in one month, from the beginning of a day on.

    At the end of a day a family finds no seats one after the other.
    """
    soonest = local_date(datetime.now(UTC) + timedelta(hours=26), RIYADH.key)
    times = [at for at in free(counter, wanted) if local_day(at) > soonest]
    month = datetime.fromisoformat(times[-1]).astimezone(ZoneInfo("Asia/Riyadh")).month
    return [at for at in times if datetime.fromisoformat(at).astimezone(ZoneInfo("Asia/Riyadh")).month == month]


def act(counter: Counter, verb: str, key: str = "", **body: object) -> Any:
    return counter.ask_as_applicant("POST", f"/turn/{verb}", {"key": key or uuid.uuid4().hex, **body})


def drafted(counter: Counter) -> Counter:
    counter.fill(SLUG)
    return counter


def booked(counter: Counter, at: str = "") -> Counter:
    """A turn, all the way."""
    drafted(counter)
    held = act(counter, "hold", starts_at=at or in_time(counter)[0])
    assert held.status_code == 200, held.get_json()
    sent = counter.submit()
    assert sent.status_code == 200, sent.get_json()
    return counter


def crowd(counter: Begin, size: int) -> list[Counter]:
    """People with drafts that lack nothing but a time."""
    return [drafted(counter()) for _ in range(size)]


def seats_left(one: Counter, at: str) -> int:
    """Of this time."""
    days = one.client.get("/openings?mission=RUH&service=passport", one.person.actor).get_json()["days"]
    return int(next(time["remaining"] for day in days for time in day["times"] if time["starts_at"] == at))


def fill_up(counter: Begin, at: str, left: int = 0) -> list[Counter]:
    """Takes the seats at a time, until so many are left."""
    first = drafted(counter())
    holders = [first, *crowd(counter, seats_left(first, at) - left - 1)]
    for number, one in enumerate(holders):
        assert act(one, "hold", key=f"full-{number}", starts_at=at).status_code == 200
    return holders


def code(answer: Any) -> tuple[int, str]:
    """Status and code of a refusal."""
    return answer.status_code, answer.get_json()["code"]
