"""Decides for all who want a time at one moment: one transaction, one statement for each question, in the order of
their arrival. Each gets an answer of their own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.applications import idempotency
from services.consular.applications.model import Application
from services.consular.appointments.booking.hold import (
    Booker,
    expire_holds,
    held_row,
    record_hold,
    take_locks,
    used_shares,
)
from services.consular.appointments.model import Appointment
from services.consular.appointments.rules import Slot, free_seat, month_of
from services.consular.missions import calendar
from services.consular.workflow.appointments import attendance_of
from services.consular.workflow.seats.full_times import PLAIN, Asked, Days, Wish, look, sent, taken
from shared.database import pending
from shared.database.rows import table_of
from shared.errors import Conflict, Refusal

# The appointment that is held, that the time is taken, or None: to be answered alone.
Decision = Appointment | Conflict | None
_TURN = table_of(Appointment)
_COLUMNS = (
    *("id", "mission", "service", "starts_at", "ends_at", "seat", "window", "month", "place", "application", "tier"),
    *("person", "document", "counted_for", "state", "persons", "held_until", "made_at", "changed_at"),
)
# Rows that somebody else has locked are left to the usual way, where each waits alone.
_LOCK_SQL = f"SELECT application.* {PLAIN} ORDER BY application.reference FOR UPDATE OF application SKIP LOCKED"
_LOCK = text(_LOCK_SQL)
# The unique indexes decide, as for one hold.
_INSERT = text(f"{pending.insert_of(_TURN, 'held', _COLUMNS)} ON CONFLICT DO NOTHING RETURNING id")


@dataclass(frozen=True)
class _Candidate:
    """A wish that may get a seat: who books, and which time they want."""

    wish: Wish
    booker: Booker
    slot: Slot


def decide(session: Session, mission: str, wishes: Sequence[Wish]) -> list[Decision]:
    """For each wish its appointment, held and with its answer stored, or turn_taken; None for those that need more
    than the plain way. Nothing is written for whoever gets no seat."""
    found = look(session, mission, wishes)
    decisions: list[Decision] = [one if isinstance(one, Conflict) else None for one in found]
    wanted = _together(wishes, found)
    if wanted:
        given = _hold(session, mission, dict(wanted.values()))
        for number, (wish, _) in wanted.items():
            decisions[number] = given.get(wish)
    return decisions


def _together(wishes: Sequence[Wish], found: Sequence[Asked | Conflict | None]) -> dict[int, tuple[Wish, Asked]]:
    """Those that may be decided together: whoever comes alone, and each person and account once."""
    chosen: dict[int, tuple[Wish, Asked]] = {}
    seen: set[str | None] = set()
    for number, (wish, asked) in enumerate(zip(wishes, found, strict=True)):
        if isinstance(asked, Asked) and asked.persons == 1 and not seen & {wish.actor.id, wish.actor.person}:
            chosen[number] = wish, asked
            seen |= {wish.actor.id, wish.actor.person}
    return chosen


def request_content(reference: str, starts_at: datetime) -> dict[str, Any]:
    """What a request asks for, by which a repeated one is told from another."""
    return {"verb": "hold", "at": starts_at.isoformat(), "about": reference}


def answer_of(appointment: Appointment) -> dict[str, Any]:
    """The answer to whoever holds an appointment."""
    return {"turn": appointment.serialise()}


def _hold(session: Session, mission: str, wanted: Mapping[Wish, Asked]) -> dict[Wish, Decision]:
    """Keys, applications, persons and days are locked in the order of a single hold."""
    requests = {
        wish: idempotency.request_of(wish.actor, wish.key, request_content(wish.reference, wish.starts_at))
        for wish in wanted
    }
    claimed = idempotency.claim(session, mission, requests.values())
    free = [wish for wish in wanted if (wish.actor.id, wish.key) in claimed]
    bookers = _bookers(session, mission, free)
    if not bookers:
        return {}
    take_locks(session, mission, [(booker, wish.starts_at) for wish, booker in bookers.items()])
    days = Days(session, mission)
    candidates = [
        _Candidate(wish, booker, slot)
        for wish, booker in bookers.items()
        if (slot := days.slot(booker.service, wish.starts_at)) is not None
    ]
    rows, late = _choose(session, mission, days, candidates)
    decisions: dict[Wish, Decision] = {}
    for wish, appointment in _insert(session, rows).items():
        record_hold(session, wish.actor, appointment)
        idempotency.store(session, mission, requests[wish], answer_of(appointment))
        decisions[wish] = appointment
    # After the seats of this batch are taken, which are not free to those who came too late for them.
    return decisions | {wish: taken(session, mission, wanted[wish]) for wish in late}


def _bookers(session: Session, mission: str, wishes: Sequence[Wish]) -> dict[Wish, Booker]:
    """Who books, in the order of arrival; without whoever is told something else, and each document once."""
    query = select(Application).from_statement(_LOCK).execution_options(populate_existing=True)
    rows = session.scalars(query, {"mission": mission, "wishes": sent(wishes)})
    applications = {row.reference: row for row in rows}
    bookers: dict[Wish, Booker] = {}
    documents: set[str] = set()
    for wish in wishes:
        application = applications.get(wish.reference)
        if application is None:
            continue
        try:
            effects = attendance_of(application, "hold_turn")
            booker = effects.booker(session, application, application.answers)
        except Refusal:
            continue
        if booker.document not in documents and booker.persons == 1:
            bookers[wish] = booker
            documents.add(booker.document)
    return bookers


def _choose(
    session: Session, mission: str, days: Days, candidates: Sequence[_Candidate]
) -> tuple[dict[Wish, dict[str, object]], list[Wish]]:
    """The lowest free seat for each in turn, and who comes after the last one."""
    if not candidates:
        return {}, []
    zone = missions.find(session, mission).zone
    expire_holds(session, [(one.booker, one.slot) for one in candidates])
    months = [month_of(one.slot.starts_at, zone) for one in candidates]
    shares = used_shares(session, mission, [one.booker for one in candidates], months)
    rows: dict[Wish, dict[str, object]] = {}
    late: list[Wish] = []
    for one, share in zip(candidates, shares, strict=True):
        rule = calendar.rule(session, mission, one.booker.service)
        month_place = None if share is None else free_seat(share, rule.per_month)
        if month_place is None:
            continue
        seats = days.of(one.booker.service, one.slot)
        places = seats.free_seats(rule, one.slot, one.booker.tier)
        if places:
            seats.take(places, one.booker.tier)
            rows[one.wish] = held_row(session, one.booker, one.slot, rule, places[0].seat, month_place)
        else:
            late.append(one.wish)
    return rows, late


def _insert(session: Session, rows: Mapping[Wish, dict[str, object]]) -> dict[Wish, Appointment]:
    if not rows:
        return {}
    parameter = {"held": pending.as_json(list(rows.values()))}
    inserted = set(session.scalars(_INSERT, parameter))
    return {wish: Appointment(**row) for wish, row in rows.items() if row["id"] in inserted}
