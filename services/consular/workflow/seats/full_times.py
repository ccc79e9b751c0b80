"""A crowd at a time that is full: all who ask at one moment are told so by one look at the day, and nobody waits for
the locks of those who take the last seats."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Row, exists, or_, select, tuple_
from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.applications import rules
from services.consular.applications.model import Application, Command
from services.consular.applications.rules import Status
from services.consular.appointments.model import Appointment, Priority
from services.consular.appointments.reserved.model import ReservedSeat
from services.consular.appointments.reserved.seat_rules import is_clickable
from services.consular.appointments.rules import LIVE
from services.consular.appointments.seats import occupied, openings
from services.consular.appointments.seats.tiers import tier_of
from services.consular.missions import calendar
from services.consular.workflow.fulfilment import FULFILMENTS
from shared import forms
from shared.errors import Conflict, Refusal
from shared.identity.actor import Actor
from shared.values import dates


@dataclass(frozen=True)
class Wish:
    """Who wants which time for which application; `key` tells a repeated request from a new one."""

    actor: Actor
    reference: str
    key: str
    starts_at: datetime


@dataclass(frozen=True)
class _Asked:
    service: str
    starts_at: datetime
    tier: str
    persons: int


# Counting what is free on thirty days costs more than all the rest; a crowd may hear what it was a moment ago.
NEXT_SECONDS, MOST_NEXT = 1.0, 1_000
_next: dict[tuple[str, _Asked], tuple[float, list[str]]] = {}


def refusals(session: Session, mission: str, wishes: Sequence[Wish]) -> list[Conflict | None]:
    """For each wish turn_taken, with the next free times, where no seat is left at its time for anybody.

    None where there may be one, and for everybody whom a full time does not bind or who would be told something else:
    they are answered one by one.
    """
    plain = _plain_applications(session, wishes)
    repeated = _repeated(session, mission, wishes)
    full: dict[tuple[str, datetime], bool] = {}

    def refusal(wish: Wish) -> Conflict | None:
        asked = _asked(plain.get(wish.reference), wish)
        if asked is None or (wish.actor.id, wish.key) in repeated:
            return None
        wanted = asked.service, asked.starts_at
        if wanted not in full:
            full[wanted] = _is_full(session, mission, *wanted)
        if not full[wanted]:
            return None
        return Conflict("turn_taken", next=_next_times(session, mission, asked))

    return [refusal(wish) for wish in wishes]


def _plain_applications(session: Session, wishes: Sequence[Wish]) -> Mapping[str, Row[tuple[object, ...]]]:
    """The applications that have no time, no priority and no offer, by reference."""
    reference = Application.reference
    has_time = exists().where(Appointment.application == reference, Appointment.state.in_(LIVE))
    has_priority = exists().where(Priority.application == reference)
    has_offer = exists().where(ReservedSeat.application == reference)
    rows = session.execute(
        select(reference, Application.person, Application.transaction, Application.answers, Application.status).where(
            reference.in_([wish.reference for wish in wishes]),
            Application.office.is_(None),
            ~or_(has_time, has_priority, has_offer),
        )
    )
    return {row.reference: row for row in rows}


def _repeated(session: Session, mission: str, wishes: Sequence[Wish]) -> set[tuple[str, str]]:
    """Actor and key of the requests that were answered before."""
    asked = [(wish.actor.id, wish.key) for wish in wishes]
    rows = select(Command.actor, Command.key).where(
        Command.mission == mission, tuple_(Command.actor, Command.key).in_(asked)
    )
    return {(row.actor, row.key) for row in session.execute(rows)}


def _asked(row: Row[tuple[object, ...]] | None, wish: Wish) -> _Asked | None:
    """What is asked for; None where the application is not the actor's own, or takes no time now."""
    if row is None or row.person != wish.actor.person:
        return None
    entry = forms.transaction(row.transaction)
    if not rules.appointment_verb_fits("hold_turn", Status(row.status), entry.outcome, visit=bool(entry.appointment)):
        return None
    effects = FULFILMENTS[entry.outcome].attendance
    service = effects.service(entry, row.answers)
    if service is None:
        return None
    return _Asked(service, wish.starts_at, tier_of(row.transaction, row.answers), effects.persons(row.answers))


def _next_times(session: Session, mission: str, asked: _Asked) -> list[str]:
    """The next free times, as they were a moment ago at the most."""
    known, now = _next.get((mission, asked)), time.monotonic()
    if known is None or now - known[0] > NEXT_SECONDS:
        times = openings.next_free(session, mission, asked.service, asked.starts_at, asked.tier, asked.persons)
        if len(_next) > MOST_NEXT:
            _next.clear()
        known = _next[mission, asked] = now, times
    return known[1]


def _is_full(session: Session, mission: str, service: str, starts_at: datetime) -> bool:
    """Whether every seat at this time is taken or reserved, or the quota of its day is used up."""
    try:
        slot = openings.find(session, mission, service, starts_at)
    except Refusal:
        return False
    if not is_clickable(session, mission, service):
        return False
    zone = missions.find(session, mission).zone
    day = dates.local_date(starts_at, zone)
    start, end = dates.start_of_day(day, zone), dates.start_of_day(day + timedelta(days=1), zone)
    seats = session.execute(occupied.occupied_seats(mission, service, start, end)).all()
    at_time = sum(seat.starts_at == starts_at for seat in seats)
    return at_time >= slot.seats or len(seats) >= calendar.rule(session, mission, service).daily_quota
