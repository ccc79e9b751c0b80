"""Finds files at one mission that may belong to one person. Only officers judge and see them, applicants never do."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, and_, bindparam, exists, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from services.consular.people.model import Applicant, Duplicate
from shared.database import audit
from shared.database.rows import change_row, find_row
from shared.errors import Conflict, Invalid, Refusal
from shared.identity.actor import Actor
from shared.reasons import check_choice, optional_text

# The queue's code for a file with an open mark.
POSSIBLE = "possible_duplicate"
OPEN, CLEARED, CONFIRMED = "open", "cleared", "confirmed"
NUMBER, ACCOUNT = "number", "account"
# Reasons of an officer for each verdict; `duplicate.reason.<code>` in the translations.
REASONS = {
    CLEARED: ("namesakes", "twins_checked", "number_corrected", "account_replaced"),
    CONFIRMED: ("same_papers", "same_photo", "told_by_registry"),
}
NOTE_LENGTH, MAX_MARKS = 500, 20
_MARKS = select(Duplicate.state, Duplicate.decided_by).where(Duplicate.application == bindparam("application"))


def namesakes(submitted: Select[str], elsewhere: Select[str]) -> Select[Applicant, Applicant]:
    """The statement that finds every other file of a mission that may be the person's of the file `:application`.

    Among the submitted files these are the ones with the same names, mother and birth date under another national
    number, and in `elsewhere` those of the same person from another account. A pair of persons that an officer has
    cleared once stays cleared.
    """
    own_file, other_file = aliased(Applicant), aliased(Applicant)
    application: BindParameter[str] = bindparam("application")
    return (
        select(own_file, other_file)
        .join(other_file, and_(other_file.match_key == own_file.match_key, other_file.mission == own_file.mission))
        .where(
            own_file.application == application,
            other_file.application != application,
            other_file.application.in_(submitted),
            or_(other_file.national_number != own_file.national_number, other_file.application.in_(elsewhere)),
            ~_cleared(own_file, other_file),
        )
        .order_by(other_file.taken_at.desc())
        .limit(MAX_MARKS)
    )


def mark(session: Session, actor: Actor, application: str, found: Iterable[Any]) -> int:
    """Marks the pairs of files that `namesakes` found; returns the number of new marks."""
    new_marks = 0
    for applicant, namesake in found:
        kind = ACCOUNT if namesake.national_number == applicant.national_number else NUMBER
        new_marks += _mark(session, applicant, namesake, kind)
    if new_marks:
        audit.record(session, actor, "duplicate.found", application, count=new_marks)
    return new_marks


def _cleared(own_file: Any, other_file: Any) -> ColumnElement[bool]:
    pair = or_(
        and_(Duplicate.person == own_file.person, Duplicate.other_person == other_file.person),
        and_(Duplicate.person == other_file.person, Duplicate.other_person == own_file.person),
    )
    return exists().where(Duplicate.state == CLEARED, Duplicate.mission == own_file.mission, pair)


def _mark(session: Session, applicant: Applicant, namesake: Applicant, kind: str) -> bool:
    row = {
        "application": applicant.application,
        "other": namesake.application,
        "mission": applicant.mission,
        "kind": kind,
        "person": applicant.person,
        "other_person": namesake.person,
        "state": OPEN,
        "found_at": func.now(),
    }
    new = insert(Duplicate).values(row).on_conflict_do_nothing().returning(Duplicate.other)
    return session.scalar(new) is not None


def serialise(mark: Duplicate) -> dict[str, Any]:
    """A mark of a file, as its officers see it."""
    return {"other": mark.other, "kind": mark.kind, "state": mark.state, "reason": mark.reason, "note": mark.note}


def is_open(application: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """Whether a file has a mark that no officer has judged yet."""
    return exists().where(Duplicate.application == application, Duplicate.state == OPEN)


def check_settled(session: Session, actor: Actor, application: str) -> None:
    """Raises Conflict (duplicate_open) while a mark of the file is open, Refusal (own_verdict) for who cleared one: who
    lets a file pass and who accepts it are two people."""
    marks = session.execute(_MARKS, {"application": application}).all()
    if any(mark.state == OPEN for mark in marks):
        raise Conflict("duplicate_open")
    if any(mark.state == CLEARED and mark.decided_by == actor.id for mark in marks):
        raise Refusal("own_verdict")


def judge(session: Session, actor: Actor, application: str, other: str, verdict: str, reason: str, note: str) -> None:
    """Clears or confirms one mark, with a reason of the list. Raises Invalid, NotFound, Conflict once it is judged."""
    if verdict not in REASONS:
        raise Invalid("unknown_choice", field="verdict")
    check_choice(reason, REASONS[verdict], "reason")
    note_text = optional_text(note, NOTE_LENGTH, "note")
    find_row(session, Duplicate, (application, other))
    values = {"state": verdict, "reason": reason, "note": note_text, "decided_by": actor.id}
    open_mark = Duplicate.application == application, Duplicate.other == other, Duplicate.state == OPEN
    if change_row(session, Duplicate, *open_mark, **values, decided_at=func.now()) is None:
        raise Conflict("duplicate_judged")
    audit.record(session, actor, f"duplicate.{verdict}", application, reason=reason, other=other)
