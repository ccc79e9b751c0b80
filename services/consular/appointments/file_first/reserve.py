"""Keeps free times for the files that wait, so that the list gives them."""

from collections import defaultdict
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.appointments.reserved.model import ReservedSeat
from services.consular.appointments.reserved.rules import LEAST_NOTICE
from services.consular.appointments.seats import occupied, openings
from services.consular.appointments.seats.openings import Day
from services.consular.missions import calendar
from shared.database import db
from shared.database.rows import table_of
from shared.values import dates


def reserve(session: Session, mission: str, service: str, waiting: int) -> int:
    """Keeps the next free times, together with those kept before as many as wait. Gives the number of new ones."""
    calendar.take_shared_lock(session, mission, "calendar")
    wanted = waiting - _kept(session, mission, service)
    if wanted <= 0:
        return 0
    found = openings.availability(session, mission, service, all_seats=True)
    soonest = db.now(session) + LEAST_NOTICE
    taken = _taken(session, mission, service, found.days)
    free = [place for day in found.days for place in _free(day, taken) if place[0] > soonest][:wanted]
    shared = {"mission": mission, "service": service, "rests_until": db.now(session)}
    if free:
        rows = [{**shared, "starts_at": starts_at, "seat": seat} for starts_at, seat in free]
        session.execute(insert(table_of(ReservedSeat)).values(rows).on_conflict_do_nothing())
    return len(free)


def _kept(session: Session, mission: str, service: str) -> int:
    """Times that wait to be given already."""
    kept = select(func.count()).where(
        ReservedSeat.mission == mission,
        ReservedSeat.service == service,
        ReservedSeat.draw.is_(None),
        ReservedSeat.application.is_(None),
        ReservedSeat.rests_until <= func.now(),
        ReservedSeat.starts_at > func.now() + LEAST_NOTICE,
    )
    return session.scalar(kept) or 0


def _taken(session: Session, mission: str, service: str, days: tuple[Day, ...]) -> dict[datetime, set[int]]:
    zone = missions.find(session, mission).zone
    start = dates.start_of_day(days[0].day, zone)
    end = dates.start_of_day(days[-1].day + timedelta(days=1), zone)
    taken: dict[datetime, set[int]] = defaultdict(set)
    for row in occupied.occupied_seats(session, mission, service, start, end):
        taken[row.starts_at].add(row.seat)
    return taken


def _free(day: Day, taken: dict[datetime, set[int]]) -> list[tuple[datetime, int]]:
    """The free seats of a day in order, no more than its quota leaves."""
    seats = [
        (time.slot.starts_at, seat)
        for time in day.times
        for seat in range(1, time.slot.seats + 1)
        if seat not in taken[time.slot.starts_at]
    ]
    return seats[: day.remaining]
