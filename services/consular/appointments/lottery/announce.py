"""Announces a draw: keeps the seats of its days for it, and publishes what cannot be changed afterwards."""

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.appointments.lottery import beacon
from services.consular.appointments.lottery.model import ANNOUNCED, DRAWN, Draw
from services.consular.appointments.lottery.publish import publish
from services.consular.appointments.lottery.rules.draw import DrawnSlot, Weights, hex_digest
from services.consular.appointments.lottery.rules.files import ANNOUNCEMENT, Announcement, write_announcement
from services.consular.appointments.model import Appointment
from services.consular.appointments.reserved.model import ReservedSeat
from services.consular.appointments.reserved.seat_rules import seat_rule
from services.consular.appointments.rules import Slot, slots_of
from services.consular.appointments.seats.occupied import is_occupied
from services.consular.missions import calendar
from services.consular.missions.rules import dates_between
from shared.database import audit, db
from shared.errors import Conflict, Invalid, NotFound, Refusal
from shared.identity.actor import Actor
from shared.values import dates, references

# A draw is open for at least an hour, and drawn when the entries have stood published for a while.
SHORTEST, PAUSE = timedelta(hours=1), timedelta(minutes=10)
MOST_DAYS = 62
DRAW_MARK = "D"


@dataclass(frozen=True)
class DrawRequest:
    """The draw that a desk asks for: which days of a service, and when it opens, closes and is drawn."""

    service: str
    first_day: date
    last_day: date
    opens_at: datetime
    closes_at: datetime
    draws_at: datetime


def announce(session: Session, actor: Actor, mission: str, request: DrawRequest, beacon_address: str) -> Draw:
    """Announces a draw of all free seats of its days.

    `beacon_address` is the template of the settings. Raises Invalid with a code per field, NotFound
    (turn_service_unknown), Refusal (draw_no_beacon), Conflict (draw_no_seats, draw_days_taken).
    """
    if not beacon_address:
        raise Refusal("draw_no_beacon")
    if request.service not in calendar.services(session, mission):
        raise NotFound("turn_service_unknown")
    _check(session, mission, request)
    calendar.take_lock(session, mission, "draws", request.service)
    _check_days(session, mission, request)
    code = references.new(mission, references.APPLICATION_LENGTH, DRAW_MARK)
    seats = list(_reserve(session, mission, request, code))
    if not seats:
        raise Conflict("draw_no_seats")
    seed = secrets.token_hex(32)
    draw = Draw(
        code=code,
        mission=mission,
        service=request.service,
        first_day=request.first_day,
        last_day=request.last_day,
        opens_at=request.opens_at,
        closes_at=request.closes_at,
        draws_at=request.draws_at,
        seed=seed,
        state=ANNOUNCED,
        seats=sum(slot.seats for slot in seats),
        announced_by=actor.id,
        announced_at=db.now(session),
    )
    session.add(draw)
    session.flush()
    promised = _promise(session, draw, seats, beacon.address_of(beacon_address, request.draws_at))
    publish(session, draw, ANNOUNCEMENT, write_announcement(promised).encode())
    audit.record(session, actor, "draw.announced", code, service=request.service, seats=draw.seats)
    return draw


def _check(session: Session, mission: str, request: DrawRequest) -> None:
    now, zone = db.now(session), missions.find(session, mission).zone
    horizon = missions.today(session, mission) + timedelta(
        days=calendar.rule(session, mission, request.service).horizon_days
    )
    errors: dict[str, str] = {}
    if request.opens_at < now:
        errors["opens_at"] = "draw_opens_past"
    if request.closes_at < request.opens_at + SHORTEST:
        errors["closes_at"] = "draw_too_short"
    if request.draws_at < request.closes_at + PAUSE:
        errors["draws_at"] = "draw_too_soon"
    if request.first_day <= dates.local_date(request.draws_at, zone) + timedelta(days=1):
        errors["first_day"] = "draw_days_too_near"
    if request.last_day < request.first_day:
        errors["last_day"] = "ends_before_it_begins"
    elif (request.last_day - request.first_day).days >= MOST_DAYS or request.last_day > horizon:
        errors["last_day"] = "draw_days_too_far"
    if errors:
        raise Invalid("invalid", errors=errors)


def _check_days(session: Session, mission: str, request: DrawRequest) -> None:
    """No two draws that are still to come give seats of one day."""
    same_days = Draw.first_day <= request.last_day, Draw.last_day >= request.first_day
    other = select(Draw.code).where(
        Draw.mission == mission, Draw.service == request.service, Draw.state != DRAWN, *same_days
    )
    if (code := session.scalar(other.limit(1))) is not None:
        raise Conflict("draw_days_taken", draw=code)


def _reserve(session: Session, mission: str, request: DrawRequest, code: str) -> Iterator[DrawnSlot]:
    """Keeps every free seat of these days for the draw; seats that rest or are nobody's go into it as well."""
    zone = missions.find(session, mission).zone
    calendar.take_shared_lock(session, mission, "calendar")
    closed = calendar.closed_days(session, mission, request.first_day, request.last_day)
    hours = [row.hours for row in calendar.hours(session, mission, request.service)]
    quota = calendar.rule(session, mission, request.service).daily_quota
    for day in dates_between(request.first_day, request.last_day):
        slots = slots_of(hours, day, zone) if day not in closed else []
        if slots:
            calendar.take_lock(session, mission, request.service, day.isoformat())
            for slot, seats in _free_seats(session, mission, request.service, slots, quota):
                _keep(session, mission, request.service, slot, seats, code)
                yield DrawnSlot(instant_text(slot.starts_at), day.isoformat(), len(seats))


def _free_seats(
    session: Session, mission: str, service: str, slots: list[Slot], quota: int
) -> Iterator[tuple[Slot, list[int]]]:
    """The free seat numbers of each slot of a day, within the day's quota."""
    start, end = slots[0].starts_at, slots[-1].ends_at
    taken = _taken(session, mission, service, start, end)
    left = quota - sum(len(numbers) for numbers in taken.values())
    for slot in slots:
        numbers = [seat for seat in range(1, slot.seats + 1) if seat not in taken.get(slot.starts_at, set())]
        given = numbers[: max(0, left)]
        left -= len(given)
        if given:
            yield slot, given


def _taken(session: Session, mission: str, service: str, start: datetime, end: datetime) -> Mapping[datetime, set[int]]:
    occupied = select(Appointment.starts_at, Appointment.seat).where(
        Appointment.mission == mission,
        Appointment.service == service,
        Appointment.starts_at >= start,
        Appointment.starts_at < end,
        is_occupied(),
    )
    offered = select(ReservedSeat.starts_at, ReservedSeat.seat).where(
        ReservedSeat.mission == mission,
        ReservedSeat.service == service,
        ReservedSeat.starts_at >= start,
        ReservedSeat.starts_at < end,
        ReservedSeat.draw.is_not(None) | (func.coalesce(ReservedSeat.offered_until, func.now()) > func.now()),
    )
    taken: dict[datetime, set[int]] = {}
    for row in session.execute(occupied.union(offered)):
        taken.setdefault(row.starts_at, set()).add(row.seat)
    return taken


def _keep(session: Session, mission: str, service: str, slot: Slot, seats: list[int], code: str) -> None:
    kept = {"draw": code, "application": None, "offered_until": None, "rests_until": slot.starts_at}
    rows = [
        {"mission": mission, "service": service, "starts_at": slot.starts_at, "seat": seat, **kept} for seat in seats
    ]
    statement = insert(ReservedSeat).values(rows)
    key = ["mission", "service", "starts_at", "seat"]
    session.execute(statement.on_conflict_do_update(index_elements=key, set_=kept))


def _promise(session: Session, draw: Draw, slots: list[DrawnSlot], beacon_address: str) -> Announcement:
    rule = seat_rule(session, draw.mission, draw.service)
    return Announcement(
        draw=draw.code,
        mission=draw.mission,
        service=draw.service,
        opens=instant_text(draw.opens_at),
        closes=instant_text(draw.closes_at),
        draws=instant_text(draw.draws_at),
        commitment=hex_digest(draw.seed),
        beacon=beacon_address,
        weights=Weights(rule.lost_weight, rule.lost_most, rule.urgent_weight),
        slots=tuple(slots),
    )


def instant_text(instant: datetime) -> str:
    """An instant as the published files write it."""
    return f"{instant.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
