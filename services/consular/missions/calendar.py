"""The mission's calendar: which days it is closed, which rule holds, and the locks under which it changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.missions import holiday_closures, offices, reference_data
from services.consular.missions.model import AppointmentRule, Closure, Opening
from services.consular.missions.rules import dates_between
from shared.database.db import enter
from shared.errors import Refusal

# Working days are counted no further ahead than this.
MAX_SPAN = timedelta(days=400)
# The certainty of hours that no source states.
ASSUMED = "L"
_LOCK, _SHARE = "pg_advisory_xact_lock", "pg_advisory_xact_lock_shared"


@dataclass(frozen=True)
class Lock:
    """A lock by its key. One that is shared many may hold together; only a whole one waits for them."""

    key: tuple[str, ...]
    shared: bool = False


def take_lock(session: Session, *key: str) -> None:
    """Takes the lock of a key until the commit; whoever else asks for the same key waits. Locks are taken in one order
    everywhere: first the person, then the calendar, then the day."""
    take_locks(session, [Lock(key)])


def take_shared_lock(session: Session, *key: str) -> None:
    """As `take_lock`, but many may hold it together."""
    take_locks(session, [Lock(key, shared=True)])


def take_locks(session: Session, locks: Sequence[Lock]) -> None:
    """Takes one lock after the other, in this order, by one statement."""
    functions = [_SHARE if lock.shared else _LOCK for lock in locks]
    calls = [f"{function}(hashtextextended(:key{place}, 0))" for place, function in enumerate(functions)]
    keys = {f"key{place}": " ".join(("turns", *lock.key)) for place, lock in enumerate(locks)}
    session.execute(text(f"SELECT {', '.join(calls)}"), keys)
    # Whoever held a lock may have closed days.
    reference_data.reread_once(session)


def rule(session: Session, mission: str, service: str) -> AppointmentRule:
    """The rule in force today: the mission's own before the general one, the service's own before that for all,
    then the latest. Raises Refusal where there is no rule."""
    today = missions.today(session, mission)
    applicable = [
        row
        for row in reference_data.rows(session, AppointmentRule)
        if row.valid_from <= today and row.scope in (None, mission) and row.service in (None, service)
    ]
    if not applicable:
        raise Refusal("turn_unknown")
    return max(applicable, key=lambda row: (row.scope is not None, row.service is not None, row.valid_from, row.id))


def hours(session: Session, mission: str, service: str | None = None) -> list[Opening]:
    """Opening hours that hold today or later, in the order of the week."""
    today = missions.today(session, mission)
    applicable = [
        row
        for row in reference_data.rows(session, Opening)
        if row.mission == mission and service in (None, row.service) and (row.valid_to is None or row.valid_to > today)
    ]
    return sorted(applicable, key=lambda row: (row.service, row.weekday, row.opens))


def office(session: Session, mission: str) -> dict[str, object]:
    """Where and when a mission receives people today: its address, and for each weekday the widest of its hours.

    The session may be of another mission, or of none; it may be of this mission afterwards.
    """
    today = missions.today(session, mission)
    return reference_data.value(session, ("office", mission, today), lambda: _office(session, mission, today))


def _office(session: Session, mission: str, today: date) -> dict[str, object]:
    enter(session, mission)
    rows = [row for row in hours(session, mission) if row.valid_from <= today]
    days = {day: [row for row in rows if row.weekday == day] for day in sorted({row.weekday for row in rows})}
    inside = offices.office_in_force(session, mission)
    return {
        "address": missions.address(session, mission),
        "hours": [
            {
                "weekday": day,
                "opens": f"{min(row.opens for row in on_day):%H:%M}",
                "closes": f"{max(row.closes for row in on_day):%H:%M}",
            }
            for day, on_day in days.items()
        ]
        or (offices.hours(inside) if inside else []),
        "assumed": any(row.certainty == ASSUMED for row in rows),
        "takes": list(inside.takes) if inside else [],
        "demo": inside is not None and missions.find(session, mission).status == missions.DEMO,
    }


def services(session: Session, mission: str) -> list[str]:
    """The services for which the mission gives appointments."""
    return list(dict.fromkeys(row.service for row in hours(session, mission)))


def closures(session: Session, mission: str, first: date, last: date) -> list[Closure]:
    """Closures that touch these days, earliest first: of the mission, of its host country, of all missions.

    Public holidays are computed; a mission's own row with the id of one removes it.
    """
    mission_row = missions.find(session, mission)
    stored = [
        row
        for row in reference_data.rows(session, Closure)
        if row.scope in (None, mission)
        and row.country in (None, mission_row.country)
        and row.removed_at is None
        and row.first_day <= last
        and row.last_day >= first
    ]
    computed = holiday_closures.between(session, mission_row, first, last)
    return sorted((*stored, *computed), key=lambda closure: (closure.first_day, closure.id))


def closed_days(session: Session, mission: str, first: date, last: date) -> Mapping[date, Closure]:
    """The days of a span on which nobody is received, each with its closure."""
    return reference_data.value(
        session,
        (closed_days, mission, session.info["mission"], first, last),
        lambda: _closed_days(session, mission, first, last),
    )


def _closed_days(session: Session, mission: str, first: date, last: date) -> Mapping[date, Closure]:
    closures_by_day: dict[date, Closure] = {}
    for closure in closures(session, mission, first, last):
        if closure.seats_closed:
            for day in dates_between(max(first, closure.first_day), min(last, closure.last_day)):
                closures_by_day.setdefault(day, closure)
    return closures_by_day


def closed_from(session: Session, mission: str) -> frozenset[date]:
    """The days from today on that are no working days, weekends apart, up to the longest span that is counted."""
    first = missions.today(session, mission)
    return reference_data.value(
        session,
        (closed_from, mission, session.info["mission"], first),
        lambda: frozenset(closed_days(session, mission, first, first + MAX_SPAN)),
    )


def wall_time(instant: datetime, zone: str) -> str:
    """The time of an instant on a mission's wall clock, as 09:30."""
    return f"{instant.astimezone(ZoneInfo(zone)):%H:%M}"


def check_payments_open(session: Session, mission: str) -> None:
    """Raises Refusal on a day on which the mission takes no money, with the first day on which it does again."""
    day = missions.today(session, mission)
    closure = reference_data.value(
        session,
        (check_payments_open, mission, session.info["mission"], day),
        lambda: next((one for one in closures(session, mission, day, day) if one.payments_closed), None),
    )
    if closure is not None:
        reopens_on = (closure.last_day + timedelta(days=1)).isoformat()
        raise Refusal("payments_closed", again=reopens_on, title_ar=closure.title_ar, title_en=closure.title_en)
