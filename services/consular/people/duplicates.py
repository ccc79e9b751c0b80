"""Finds files at one mission that may be one person's, for officers alone to judge; applicants never hear of it."""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from services.consular.people.model import Applicant, Duplicate
from shared.database import audit
from shared.errors import Conflict, Invalid, NotFound
from shared.identity.actor import Actor
from shared.values.person import strip_controls

# How a file with an open mark is called in the queue.
POSSIBLE = "possible_duplicate"
OPEN, CLEARED, CONFIRMED = "open", "cleared", "confirmed"
NUMBER, ACCOUNT = "number", "account"
# Why an officer is sure, either way; `duplicate.reason.<code>` in the translations.
REASONS = {
    CLEARED: ("namesakes", "twins_checked", "number_corrected", "account_replaced"),
    CONFIRMED: ("same_papers", "same_photo", "told_by_registry"),
}
NOTE_LENGTH, MOST = 500, 20


def find(session: Session, actor: Actor, application: str, handed_in: Select[str], elsewhere: Select[str]) -> int:
    """Marks every other file here that may be this person's: of those handed in, whoever has the same names, mother
    and birth date under another national number; and `elsewhere`, those of this very person from another account.

    A pair of persons that an officer has cleared once stays cleared. How many marks are new.
    """
    mine, other = aliased(Applicant), aliased(Applicant)
    namesakes = (
        select(mine, other)
        .join(other, and_(other.match_key == mine.match_key, other.mission == mine.mission))
        .where(
            mine.application == application,
            other.application != application,
            other.application.in_(handed_in),
            or_(other.national_number != mine.national_number, other.application.in_(elsewhere)),
            ~_cleared(mine, other),
        )
        .order_by(other.taken_at.desc())
        .limit(MOST)
    )
    marked = 0
    for one, twin in session.execute(namesakes):
        kind = ACCOUNT if twin.national_number == one.national_number else NUMBER
        marked += _mark(session, one, twin, kind)
    if marked:
        audit.record(session, actor, "duplicate.found", application, count=marked)
    return marked


def _cleared(mine: Any, other: Any) -> ColumnElement[bool]:
    pair = or_(
        and_(Duplicate.person == mine.person, Duplicate.other_person == other.person),
        and_(Duplicate.person == other.person, Duplicate.other_person == mine.person),
    )
    return exists().where(Duplicate.state == CLEARED, Duplicate.mission == mine.mission, pair)


def _mark(session: Session, one: Applicant, twin: Applicant, kind: str) -> bool:
    row = {
        "application": one.application,
        "other": twin.application,
        "mission": one.mission,
        "kind": kind,
        "person": one.person,
        "other_person": twin.person,
        "state": OPEN,
        "found_at": func.now(),
    }
    new = insert(Duplicate).values(row).on_conflict_do_nothing().returning(Duplicate.other)
    return session.scalar(new) is not None


def of(session: Session, application: str) -> list[dict[str, Any]]:
    """What was found about a file, for its officers."""
    rows = session.scalars(
        select(Duplicate)
        .where(Duplicate.application == application)
        .order_by(Duplicate.found_at, Duplicate.other)
        .execution_options(populate_existing=True)
    )
    return [
        {"other": row.other, "kind": row.kind, "state": row.state, "reason": row.reason, "note": row.note}
        for row in rows
    ]


def is_open(application: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """Whether a file waits for an officer to judge that."""
    return exists().where(Duplicate.application == application, Duplicate.state == OPEN)


def check_settled(session: Session, application: str) -> None:
    """Raises Conflict while an officer has not judged whether the file is a second one."""
    waiting = select(Duplicate.other).where(Duplicate.application == application, Duplicate.state == OPEN).limit(1)
    if session.scalar(waiting) is not None:
        raise Conflict("duplicate_open")


def judge(session: Session, actor: Actor, application: str, other: str, verdict: str, reason: str, note: str) -> None:
    """Clears or confirms one mark, with a reason of the list. Raises Invalid, NotFound, Conflict when it was judged."""
    said = strip_controls(note)
    if verdict not in REASONS:
        raise Invalid("unknown_choice", field="verdict")
    if reason not in REASONS[verdict]:
        raise Invalid("unknown_choice" if reason else "required", field="reason")
    if len(said) > NOTE_LENGTH:
        raise Invalid("too_long", field="note")
    mark = session.get(Duplicate, (application, other))
    if mark is None:
        raise NotFound()
    values = {"state": verdict, "reason": reason, "note": said or None, "decided_by": actor.id}
    judged = session.scalar(
        update(Duplicate)
        .where(Duplicate.application == application, Duplicate.other == other, Duplicate.state == OPEN)
        .values(**values, decided_at=func.now())
        .returning(Duplicate.other)
        .execution_options(synchronize_session=False)
    )
    if judged is None:
        raise Conflict("duplicate_judged")
    audit.record(session, actor, f"duplicate.{verdict}", application, reason=reason, other=other)
