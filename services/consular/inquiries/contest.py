"""What the person does after an answer: asks again, objects to a refusal once, says how it was."""

from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.inquiries import rules
from services.consular.inquiries.ask import find_of_person
from services.consular.inquiries.model import Inquiry, InquiryEntry
from services.consular.missions.due_dates import due_on
from shared.database import audit, db
from shared.database.rows import change_row
from shared.errors import Conflict, Invalid, Refusal
from shared.identity.actor import Actor
from shared.values.person import strip_controls


def reopen(session: Session, actor: Actor, reference: str, text: str) -> Inquiry:
    """Asks for another answer; a new clock starts. Raises Invalid on the text, Conflict, Refusal after the days."""
    inquiry = _contested(session, actor, reference)
    words = _checked(text)
    if inquiry.round > rules.MOST_REOPENED:
        raise Conflict("inquiry_reopened_often")
    columns = {"state": rules.WAITING, "round": inquiry.round + 1, "held_by": rules.OFFICER, "rating": None}
    due = due_on(session, inquiry.mission, rules.ANSWER_DAYS)
    reopened = _change(session, inquiry, "reopen", **columns, owner=None, escalated_at=None, due_on=due)
    _note(session, actor, reopened, "reopened", words)
    return reopened


def appeal(session: Session, actor: Actor, reference: str, text: str) -> Inquiry:
    """Objects to a refusal, once in the life of an inquiry; somebody else decides. Raises as `reopen`."""
    inquiry = _contested(session, actor, reference)
    if inquiry.appealed_at is not None:
        raise Conflict("inquiry_appealed")
    words = _checked(text)
    due = due_on(session, inquiry.mission, rules.APPEAL_DAYS)
    columns = {"state": rules.APPEALED, "held_by": rules.HEAD, "appealed_at": db.now(session)}
    appealed = _change(session, inquiry, "appeal", **columns, owner=None, escalated_at=None, due_on=due)
    _note(session, actor, appealed, "appealed", words)
    return appealed


def rate(session: Session, actor: Actor, reference: str, rating: int) -> Inquiry:
    """Says how an answer was, from 1 to 5; a later one replaces it. Raises Invalid out of range, Conflict."""
    if not rules.LOWEST_RATING <= rating <= rules.HIGHEST_RATING:
        raise Invalid("rating_out_of_range", field="rating")
    inquiry = find_of_person(session, actor, reference)
    rated = _change(session, inquiry, "rate", rating=rating)
    audit.record(session, actor, "inquiry.rated", reference)
    return rated


def _contested(session: Session, actor: Actor, reference: str) -> Inquiry:
    inquiry = find_of_person(session, actor, reference)
    if inquiry.answered_at is not None and inquiry.state in rules.ANSWERED:
        answered_on = missions.day_of(session, inquiry.mission, inquiry.answered_at)
        if missions.today(session, inquiry.mission) > rules.contestable_until(answered_on):
            raise Refusal("inquiry_closed")
    return inquiry


def _checked(text: str) -> str:
    if code := rules.text_fault(text):
        raise Invalid("invalid", errors={"text": code}, longest=rules.TEXT_LENGTH)
    return strip_controls(text)


def _change(session: Session, inquiry: Inquiry, verb: str, **columns: object) -> Inquiry:
    """Of two at once the second finds another state or round. Raises Conflict."""
    same = Inquiry.reference == inquiry.reference, Inquiry.round == inquiry.round
    states = Inquiry.state.in_(rules.FROM[verb])
    changed = change_row(session, Inquiry, *same, states, **columns)
    if changed is None:
        raise Conflict("inquiry_not_now")
    return changed


def _note(session: Session, actor: Actor, inquiry: Inquiry, kind: str, text: str) -> None:
    session.add(
        InquiryEntry(
            inquiry=inquiry.reference,
            mission=inquiry.mission,
            round=inquiry.round,
            at=db.now(session),
            kind=kind,
            actor=actor.id,
            text=text,
        )
    )
    session.flush()
    audit.record(session, actor, f"inquiry.{kind}", inquiry.reference)
