"""Holds a seat for some minutes. Of all simultaneous requests for one seat exactly one gets it."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, case, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.appointments.booking import party
from services.consular.appointments.booking.party import Place
from services.consular.appointments.model import Appointment
from services.consular.appointments.reserved import seats as reserved
from services.consular.appointments.rules import COUNTED, AppointmentState, Slot, free_seat, month_of
from services.consular.appointments.seats import occupied, openings, tiers
from services.consular.missions import calendar
from services.consular.missions.calendar import Lock
from services.consular.missions.model import AppointmentRule
from shared.catalogue.conditions import REGULAR
from shared.database import audit, db
from shared.errors import Conflict, Refusal
from shared.identity.actor import Actor
from shared.values import dates


@dataclass(frozen=True)
class Booker:
    """Who books a seat, for which application, and whose share of the month the seat counts against."""

    mission: str
    service: str
    application: str
    person: str
    document: str
    counted_for: str
    tier: str = REGULAR
    has_priority: bool = False
    persons: int = 1

    @property
    def takes_share(self) -> bool:
        """Whether the seat counts against the month's share of its person."""
        return self.counted_for == self.person


# The highest number of an appointment within a person's month, where the mission itself has moved it there.
UNLIMITED = 1_000
# The seats of a family lie within so long.
FAMILY_SPAN = timedelta(hours=24)


def hold(
    session: Session, actor: Actor, booker: Booker, starts_at: datetime, *, unlimited: bool = False
) -> Appointment:
    """Holds a seat for the minutes of the rule; an earlier hold of the same application is released.

    `unlimited` disregards the person's share of the month; seats at rest are free to who moves an appointment so.

    Raises Refusal (turn_past, turn_too_far, turn_closed, turn_unknown, turn_by_draw, turn_share_used) and Conflict
    (turn_taken with the next free times, turn_booked_already).
    """
    _take_locks(session, booker, starts_at)
    slot = openings.find(session, booker.mission, booker.service, starts_at)
    if not unlimited:
        reserved.check_offered(session, booker.mission, booker.service, booker.application, starts_at)
    rule = calendar.rule(session, booker.mission, booker.service)
    _release_holds(session, booker, slot)
    month_place = _month_place(session, booker, UNLIMITED if unlimited else rule.per_month, slot)
    seats = _free_seats(session, booker, rule, slot, resting=not unlimited)
    appointment = _insert_hold(session, booker, slot, rule, seats[0].seat, month_place) if seats else None
    if appointment is None or not party.hold_companions(session, appointment, seats[1:]):
        next_times = openings.next_free(session, booker.mission, booker.service, starts_at, booker.tier, booker.persons)
        raise Conflict("turn_taken", next=next_times)
    audit.record(
        session,
        actor,
        "turn.held",
        booker.application,
        starts_at=starts_at.isoformat(),
        seat=appointment.seat,
        persons=booker.persons,
    )
    return appointment


def _take_locks(session: Session, booker: Booker, starts_at: datetime) -> None:
    """Locks the document, the person, the calendar (shared, against closures) and the day of the service, in this
    order."""
    of_service = booker.mission, booker.service
    day = dates.local_date(starts_at, missions.find(session, booker.mission).zone)
    calendar.take_locks(
        session,
        [
            *([Lock((*of_service, "document", booker.document))] if booker.takes_share else []),
            Lock((*of_service, booker.counted_for)),
            Lock((booker.mission, "calendar"), shared=True),
            Lock((*of_service, day.isoformat())),
        ],
    )


def _release_holds(session: Session, booker: Booker, slot: Slot) -> None:
    """Expires conflicting holds that have run out, and releases the earlier hold of this application."""
    # A family may take seats at the times that follow.
    last = slot.starts_at + FAMILY_SPAN if booker.persons > 1 else slot.starts_at
    own = Appointment.application == booker.application
    conflicting = or_(
        Appointment.starts_at.between(slot.starts_at, last), Appointment.counted_for == booker.counted_for, own
    )
    has_expired = Appointment.held_until <= func.now()
    session.execute(
        update(Appointment)
        .where(Appointment.state == AppointmentState.HELD, or_(own, and_(has_expired, conflicting)))
        .values(
            state=case((has_expired, AppointmentState.EXPIRED), else_=AppointmentState.RELEASED),
            changed_at=func.now(),
        )
        .execution_options(synchronize_session=False)
    )


def _month_place(session: Session, booker: Booker, per_month: int, slot: Slot) -> int:
    """The number of this appointment within the person's month.

    Raises Conflict (turn_booked_already) where the application has one, Refusal when their share is used up.
    """
    month = month_of(slot.starts_at, missions.find(session, booker.mission).zone)
    is_booked = and_(Appointment.application == booker.application, Appointment.state == AppointmentState.BOOKED)
    counts = and_(
        Appointment.mission == booker.mission,
        Appointment.service == booker.service,
        _same_share(booker),
        Appointment.month == month,
        Appointment.state.in_(COUNTED),
    )
    rows = session.execute(
        select(Appointment.place, is_booked.label("booked"), counts.label("counts")).where(or_(is_booked, counts))
    ).all()
    if any(row.booked for row in rows):
        raise Conflict("turn_booked_already")
    month_place = free_seat((row.place for row in rows if row.counts), per_month)
    if month_place is None:
        raise Refusal("turn_share_used", n=per_month, month=month.isoformat())
    return month_place


def _same_share(booker: Booker) -> ColumnElement[bool]:
    """Whose appointments count against this share: the person's, and those of the same document under another person.

    An appointment that takes no share of a person counts for its application alone.
    """
    own = Appointment.counted_for == booker.counted_for
    if not booker.takes_share:
        return own
    return own | and_(Appointment.document == booker.document, Appointment.counted_for == Appointment.person)


def _free_seats(session: Session, booker: Booker, rule: AppointmentRule, slot: Slot, *, resting: bool) -> list[Place]:
    """The lowest free seats for all who come; none when the time is full, or the day's quota or the tier's part of it,
    which do not bind who has priority. `resting`: seats at rest are not free.

    Raises Refusal (family_too_large) for more than a day ever takes.
    """
    zone = missions.find(session, booker.mission).zone
    day = dates.local_date(slot.starts_at, zone)
    start, end = dates.start_of_day(day, zone), dates.start_of_day(day + timedelta(days=1), zone)
    seats = occupied.occupied_seats(booker.mission, booker.service, start, end, booker.application, resting=resting)
    rows = session.execute(seats).all()
    slots = openings.slots_on(session, booker.mission, booker.service, day)
    limit = tiers.limits(rule.daily_quota, rule.urgent_quota, sum(each.seats for each in slots))[booker.tier]
    if booker.persons > 1 and limit < booker.persons:
        raise Refusal("family_too_large", n=limit)
    of_tier = sum(row.tier == booker.tier for row in rows)
    is_full = len(rows) + booker.persons > rule.daily_quota or of_tier + booker.persons > limit
    if is_full and not booker.has_priority:
        return []
    taken: dict[datetime, set[int]] = {}
    for row in rows:
        taken.setdefault(row.starts_at, set()).add(row.seat)
    return party.seats_for(slots, slot, taken, booker.persons)


def _insert_hold(
    session: Session, booker: Booker, slot: Slot, rule: AppointmentRule, seat: int, month_place: int
) -> Appointment | None:
    row = {
        "id": uuid.uuid4(),
        "mission": booker.mission,
        "service": booker.service,
        "starts_at": slot.starts_at,
        "ends_at": slot.ends_at,
        "seat": seat,
        "window": slot.window,
        "month": month_of(slot.starts_at, missions.find(session, booker.mission).zone),
        "place": month_place,
        "application": booker.application,
        "tier": booker.tier,
        "person": booker.person,
        "document": booker.document,
        "counted_for": booker.counted_for,
        "state": AppointmentState.HELD,
        "persons": booker.persons,
        "held_until": db.now(session) + timedelta(minutes=rule.hold_minutes),
        "made_at": func.now(),
        "changed_at": func.now(),
    }
    # The unique indexes decide: neither a seat nor a share of the month is taken twice.
    return session.scalar(insert(Appointment).values(row).on_conflict_do_nothing().returning(Appointment))
