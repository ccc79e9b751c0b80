"""Holds a seat for some minutes. Of all simultaneous requests for one seat exactly one gets it."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import and_, case, func, or_, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.appointments.booking import party
from services.consular.appointments.booking.day_seats import day_seats
from services.consular.appointments.model import Appointment
from services.consular.appointments.reserved import seats as reserved
from services.consular.appointments.rules import COUNTED, AppointmentState, Slot, free_seat, month_of
from services.consular.appointments.seats import openings
from services.consular.missions import calendar
from services.consular.missions.calendar import Lock
from services.consular.missions.model import AppointmentRule
from shared.catalogue.conditions import REGULAR
from shared.database import audit, db, pending
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
_COUNTED = ", ".join(f"'{state}'" for state in sorted(COUNTED))
# Whose appointments count against a share: the person's, and those of the same document under another person. An
# appointment that takes no share of a person counts for its application alone.
_SHARES_SQL = f"""
    WITH wanted AS (
        SELECT * FROM jsonb_to_recordset(CAST(:wanted AS jsonb)) AS sent (
            number int, service text, month date, application text, counted_for text, document text, takes_share bool
        )
    ), counted AS (
        SELECT wanted.number, turn.place FROM wanted
        JOIN turn ON turn.mission = :mission AND turn.service = wanted.service AND turn.month = wanted.month
        WHERE turn.state IN ({_COUNTED}) AND (
            turn.counted_for = wanted.counted_for
            OR wanted.takes_share AND turn.document = wanted.document AND turn.counted_for = turn.person
        )
    )
    SELECT number, place, false AS booked FROM counted
    UNION ALL
    SELECT wanted.number, turn.place, true FROM wanted
    JOIN turn ON turn.application = wanted.application AND turn.state = '{AppointmentState.BOOKED}'
"""  # noqa: S608
_SHARES = text(_SHARES_SQL)
_EXPIRE = text(
    f"""
    UPDATE turn SET state = '{AppointmentState.EXPIRED}', changed_at = now()
    WHERE state = '{AppointmentState.HELD}' AND held_until <= now()
    AND (starts_at = ANY(:times) OR counted_for = ANY(:counted_for))
    """  # noqa: S608
)


def hold(
    session: Session, actor: Actor, booker: Booker, starts_at: datetime, *, unlimited: bool = False
) -> Appointment:
    """Holds a seat for the minutes of the rule; an earlier hold of the same application is released.

    `unlimited` disregards the person's share of the month; seats at rest are free to who moves an appointment so.

    Raises Refusal (turn_past, turn_too_far, turn_closed, turn_unknown, turn_by_draw, turn_share_used) and Conflict
    (turn_taken with the next free times, turn_booked_already).
    """
    take_locks(session, booker.mission, [(booker, starts_at)])
    slot = openings.find(session, booker.mission, booker.service, starts_at)
    if not unlimited:
        reserved.check_offered(session, booker.mission, booker.service, booker.application, starts_at)
    rule = calendar.rule(session, booker.mission, booker.service)
    _release_holds(session, booker, slot)
    month_place = _month_place(session, booker, UNLIMITED if unlimited else rule.per_month, slot)
    day = dates.local_date(slot.starts_at, missions.find(session, booker.mission).zone)
    seats = day_seats(
        session, booker.mission, booker.service, day, booker.application, resting=not unlimited
    ).free_seats(rule, slot, booker.tier, booker.persons, has_priority=booker.has_priority)
    row = held_row(session, booker, slot, rule, seats[0].seat, month_place) if seats else None
    appointment = _insert_hold(session, row) if row else None
    if appointment is None or not party.hold_companions(session, appointment, seats[1:]):
        next_times = openings.next_free(session, booker.mission, booker.service, starts_at, booker.tier, booker.persons)
        raise Conflict("turn_taken", next=next_times)
    record_hold(session, actor, appointment)
    return appointment


def take_locks(session: Session, mission: str, wanted: Sequence[tuple[Booker, datetime]]) -> None:
    """Locks documents, persons, the calendar (shared, against closures) and the days of the services, in this order;
    of each kind in the order of the keys, so that no two batches wait for one another."""
    zone = missions.find(session, mission).zone
    documents = {(mission, one.service, "document", one.document) for one, _ in wanted if one.takes_share}
    persons = {(mission, one.service, one.counted_for) for one, _ in wanted}
    days = {(mission, one.service, dates.local_date(at, zone).isoformat()) for one, at in wanted}
    calendar.take_locks(
        session,
        [
            *map(Lock, sorted(documents)),
            *map(Lock, sorted(persons)),
            Lock((mission, "calendar"), shared=True),
            *map(Lock, sorted(days)),
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


def expire_holds(session: Session, wanted: Sequence[tuple[Booker, Slot]]) -> None:
    """Expires holds that have run out, at these times and of these persons."""
    times = sorted({slot.starts_at for _, slot in wanted})
    session.execute(_EXPIRE, {"times": times, "counted_for": sorted({booker.counted_for for booker, _ in wanted})})


def used_shares(
    session: Session, mission: str, bookers: Sequence[Booker], months: Sequence[date]
) -> list[set[int] | None]:
    """For each booker the places of their share of that month that are taken; None where their application has an
    appointment that is booked."""
    taken: list[set[int] | None] = [set() for _ in bookers]
    wanted = [
        {
            "number": number,
            "month": month,
            "takes_share": one.takes_share,
            **{name: getattr(one, name) for name in ("service", "application", "counted_for", "document")},
        }
        for number, (one, month) in enumerate(zip(bookers, months, strict=True))
    ]
    for row in session.execute(_SHARES, {"mission": mission, "wanted": pending.as_json(wanted)}):
        places = taken[row.number]
        if row.booked:
            taken[row.number] = None
        elif places is not None:
            places.add(row.place)
    return taken


def _month_place(session: Session, booker: Booker, per_month: int, slot: Slot) -> int:
    """The number of this appointment within the person's month.

    Raises Conflict (turn_booked_already) where the application has one, Refusal when their share is used up.
    """
    month = month_of(slot.starts_at, missions.find(session, booker.mission).zone)
    (taken,) = used_shares(session, booker.mission, [booker], [month])
    if taken is None:
        raise Conflict("turn_booked_already")
    month_place = free_seat(taken, per_month)
    if month_place is None:
        raise Refusal("turn_share_used", n=per_month, month=month.isoformat())
    return month_place


def held_row(
    session: Session, booker: Booker, slot: Slot, rule: AppointmentRule, seat: int, month_place: int
) -> dict[str, object]:
    """The row of a held appointment, with every column but those that come later."""
    now = db.now(session)
    return {
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
        "held_until": now + timedelta(minutes=rule.hold_minutes),
        "made_at": now,
        "changed_at": now,
    }


def _insert_hold(session: Session, row: Mapping[str, object]) -> Appointment | None:
    # The unique indexes decide: neither a seat nor a share of the month is taken twice.
    return session.scalar(insert(Appointment).values(row).on_conflict_do_nothing().returning(Appointment))


def record_hold(session: Session, actor: Actor, appointment: Appointment) -> None:
    """Records a hold in the audit."""
    audit.record(
        session,
        actor,
        "turn.held",
        appointment.application,
        starts_at=appointment.starts_at.isoformat(),
        seat=appointment.seat,
        persons=appointment.persons,
    )
