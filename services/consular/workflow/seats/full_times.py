"""A crowd at a time that is full: all who ask at one moment are told so by one look at the day, and nobody waits for
the locks of those who take the last seats."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.applications import rules
from services.consular.applications.rules import Status
from services.consular.appointments.booking.day_seats import DaySeats, day_seats
from services.consular.appointments.reserved.seat_rules import is_clickable
from services.consular.appointments.rules import LIVE, Slot
from services.consular.appointments.seats import openings
from services.consular.appointments.seats.tiers import tier_of
from services.consular.missions import calendar
from services.consular.workflow.fulfilment import FULFILMENTS
from shared import forms
from shared.database import pending
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
class Asked:
    """What a wish comes to: a service, a time, a tier and how many come."""

    service: str
    starts_at: datetime
    tier: str
    persons: int


_LIVE = ", ".join(f"'{state}'" for state in sorted(LIVE))
# Applications that have no time, priority, offer or attendance, and of requests that were not answered before.
PLAIN = f"""
    FROM jsonb_to_recordset(CAST(:wishes AS jsonb)) AS wish (number int, reference text, actor text, key text)
    JOIN application ON application.reference = wish.reference
    WHERE application.office IS NULL
    AND NOT EXISTS (SELECT FROM turn WHERE turn.application = wish.reference AND turn.state IN ({_LIVE}))
    AND NOT EXISTS (SELECT FROM turn_priority WHERE turn_priority.application = wish.reference)
    AND NOT EXISTS (SELECT FROM reserved_seat WHERE reserved_seat.application = wish.reference)
    AND NOT EXISTS (SELECT FROM attendance WHERE attendance.application = wish.reference)
    AND NOT EXISTS (
        SELECT FROM command WHERE command.mission = :mission AND command.actor = wish.actor AND command.key = wish.key
        AND command.answer IS NOT NULL
    )
"""  # noqa: S608
_LOOK_SQL = f"""
    SELECT wish.number, application.person, application.transaction, application.answers, application.status {PLAIN}
"""
_LOOK = text(_LOOK_SQL)
# Counting what is free on thirty days costs more than all the rest; a crowd may hear what it was a moment ago.
NEXT_SECONDS, MOST_NEXT = 1.0, 1_000
_next: dict[tuple[str, str, str, int], tuple[float, list[datetime]]] = {}


class Days:
    """The days that a crowd asks for, each read once."""

    def __init__(self, session: Session, mission: str) -> None:
        self._session, self._mission = session, mission
        self._zone = missions.find(session, mission).zone
        self._days: dict[tuple[str, date], DaySeats] = {}
        self._slots: dict[tuple[str, datetime], Slot | None] = {}

    def slot(self, service: str, starts_at: datetime) -> Slot | None:
        """The slot that a click may take at this instant; None where whoever asks hears why not."""
        wanted = service, starts_at
        if wanted not in self._slots:
            self._slots[wanted] = self._find(service, starts_at)
        return self._slots[wanted]

    def _find(self, service: str, starts_at: datetime) -> Slot | None:
        try:
            slot = openings.find(self._session, self._mission, service, starts_at)
        except Refusal:
            return None
        return slot if is_clickable(self._session, self._mission, service) else None

    def of(self, service: str, slot: Slot) -> DaySeats:
        """The seats of the slot's day."""
        wanted = service, dates.local_date(slot.starts_at, self._zone)
        if wanted not in self._days:
            self._days[wanted] = day_seats(self._session, self._mission, *wanted)
        return self._days[wanted]


def look(session: Session, mission: str, wishes: Sequence[Wish]) -> list[Asked | Conflict | None]:
    """For each wish turn_taken, with the next free times, where no seat is left for it; what it asks for where there
    is one; without any lock.

    None for everybody whom a full time does not bind or who would be told something else: they are answered one by one.
    """
    days, plain = Days(session, mission), _plain_applications(session, mission, wishes)
    return [
        _looked_at(session, mission, days, asked) if (asked := _asked(plain.get(number), wish)) else None
        for number, wish in enumerate(wishes)
    ]


def _looked_at(session: Session, mission: str, days: Days, asked: Asked) -> Asked | Conflict | None:
    slot = days.slot(asked.service, asked.starts_at)
    if slot is None:
        return None
    rule = calendar.rule(session, mission, asked.service)
    try:
        places = days.of(asked.service, slot).free_seats(rule, slot, asked.tier, asked.persons)
    except Refusal:
        return None
    return asked if places else taken(session, mission, asked)


def sent(wishes: Sequence[Wish]) -> str:
    """The parameter of `PLAIN`."""
    return pending.as_json(
        [
            {"number": number, "reference": wish.reference, "actor": wish.actor.id, "key": wish.key}
            for number, wish in enumerate(wishes)
        ]
    )


def _plain_applications(
    session: Session, mission: str, wishes: Sequence[Wish]
) -> Mapping[int, Row[tuple[object, ...]]]:
    rows = session.execute(_LOOK, {"mission": mission, "wishes": sent(wishes)})
    return {row.number: row for row in rows}


def _asked(row: Row[tuple[object, ...]] | None, wish: Wish) -> Asked | None:
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
    return Asked(service, wish.starts_at, tier_of(row.transaction, row.answers), effects.persons(row.answers))


def taken(session: Session, mission: str, asked: Asked) -> Conflict:
    """That the time is taken, and the next free times as they were a moment ago at the most."""
    wanted, now = (mission, asked.service, asked.tier, asked.persons), time.monotonic()
    known = _next.get(wanted)
    if known is None or now - known[0] > NEXT_SECONDS:
        times = openings.free_times(session, mission, asked.service, asked.tier, asked.persons)
        if len(_next) > MOST_NEXT:
            _next.clear()
        known = _next[wanted] = now, times
    others = [at for at in known[1] if at != asked.starts_at]
    return Conflict("turn_taken", next=openings.next_of(others, asked.starts_at))
