"""The mission's side of an inquiry: somebody takes it, answers it, decides an objection to the answer."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from services.consular.inquiries import rules
from services.consular.inquiries.model import Inquiry, InquiryEntry
from services.consular.notices.create import create_notice
from services.consular.notices.rules import INQUIRY_ANSWERED
from shared.catalogue.inquiries import CANNED, NEXT_STEPS, REFUSE_REASONS
from shared.database import audit, db
from shared.database.rows import change_row
from shared.errors import Conflict, Invalid, NotFound
from shared.identity.access import check_access
from shared.identity.actor import Actor
from shared.reasons import optional_text


@dataclass(frozen=True)
class Answer:
    """What an officer answers: accepted, refused with a reason, or referred; the next step; in whose words."""

    outcome: str
    reason: str
    next_step: str
    canned: str
    text: str


def find(session: Session, actor: Actor, action: str, reference: str) -> Inquiry:
    """A confirmed inquiry of the officer's mission. Raises NotFound."""
    inquiry = session.get(Inquiry, reference, populate_existing=True)
    if inquiry is None or inquiry.state == rules.UNCONFIRMED:
        raise NotFound()
    check_access(actor, action, mission=inquiry.mission)
    return inquiry


def take(session: Session, actor: Actor, reference: str) -> Inquiry:
    """The officer becomes its owner, also after another one. Raises Conflict once it is answered."""
    find(session, actor, "inquiry.take", reference)
    taken = change_row(
        session,
        Inquiry,
        Inquiry.reference == reference,
        Inquiry.state.in_(rules.FROM["take"]),
        owner=actor.id,
    )
    if taken is None:
        raise Conflict("inquiry_answered")
    audit.record(session, actor, "inquiry.taken", reference)
    return taken


def answer(session: Session, actor: Actor, reference: str, given: Answer, round: int) -> Inquiry:
    """Answers the round that the officer has read. Raises Invalid by field, Conflict when another one was faster."""
    find(session, actor, "inquiry.answer", reference)
    return _decide(session, actor, reference, given, round, "answer")


def decide_appeal(session: Session, actor: Actor, reference: str, given: Answer, round: int) -> Inquiry:
    """Decides an objection, by another person than the one who refused. Raises as `answer`; Conflict for the same."""
    if find(session, actor, "inquiry.decide_appeal", reference).answered_by == actor.id:
        raise Conflict("inquiry_own_answer")
    return _decide(session, actor, reference, given, round, "decide_appeal")


def _decide(session: Session, actor: Actor, reference: str, given: Answer, round: int, verb: str) -> Inquiry:
    text = _checked_text(given)
    decided = change_row(
        session,
        Inquiry,
        Inquiry.reference == reference,
        Inquiry.state.in_(rules.FROM[verb]),
        Inquiry.round == round,
        state=given.outcome,
        owner=actor.id,
        answered_at=db.now(session),
        answered_by=actor.id,
    )
    if decided is None:
        raise Conflict("inquiry_answered")
    entry = InquiryEntry(
        inquiry=reference,
        mission=decided.mission,
        round=round,
        at=db.now(session),
        kind="appeal_decided" if verb == "decide_appeal" else "answered",
        actor=actor.id,
        outcome=given.outcome,
        reason=given.reason or None,
        next_step=given.next_step,
        canned=given.canned or None,
        text=text,
    )
    session.add(entry)
    session.flush()
    audit.record(session, actor, f"inquiry.{entry.kind}", reference, reason=entry.reason)
    if decided.person:
        create_notice(session, decided.person, INQUIRY_ANSWERED, reference, f"{reference} {entry.id}")
    return decided


def _checked_text(given: Answer) -> str | None:
    """The officer's words. Raises Invalid with every fault by field."""
    faults = {}
    if given.outcome not in rules.ANSWERED:
        faults["outcome"] = "choose"
    if given.outcome == rules.REFUSED and given.reason not in REFUSE_REASONS:
        faults["reason"] = "choose"
    if given.next_step not in NEXT_STEPS:
        faults["next_step"] = "choose"
    if given.canned and given.canned not in CANNED:
        faults["canned"] = "unknown_choice"
    if len(given.text) > rules.TEXT_LENGTH:
        faults["text"] = "inquiry_text_long"
    text = None if "text" in faults else optional_text(given.text, rules.TEXT_LENGTH, "text")
    if not text and not given.canned and "text" not in faults:
        faults["text"] = "inquiry_answer_missing"
    if faults:
        raise Invalid("invalid", errors=faults, longest=rules.TEXT_LENGTH)
    return text
