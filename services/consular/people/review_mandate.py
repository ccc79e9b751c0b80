"""Papers that let somebody act for another: handed in by the agent, checked by an officer of the mission."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from services.consular.people import rules
from services.consular.people.grant_mandate import check_terms, store_mandate
from services.consular.people.mandates import find
from services.consular.people.model import Mandate
from services.consular.people.rules import ACCEPTED, GRANTED, GUARDIANSHIP, POWER, REFUSED, TO_CHECK, AttestedPerson
from shared.catalogue.reasons import DEED_REFUSE_REASONS
from shared.database import audit
from shared.errors import Conflict, Invalid, NotFound, Refusal
from shared.identity.actor import Actor
from shared.values.person import strip_controls

NOTE_LENGTH, LISTED = 500, 100


@dataclass(frozen=True)
class Deed:
    """What the agent says of the paper: for whom, since when, until when, for what; and the scan itself, checked."""

    kind: str
    principal_number: str
    principal_given: str
    issued_on: date
    until: date | None
    scope: Sequence[str]
    scan: bytes
    scan_type: str


def submit_deed(
    session: Session, actor: Actor, agent: AttestedPerson, mission: str, paper: Deed, today: date
) -> Mandate:
    """Puts a power of attorney or a guardianship certificate before the officers of a mission.

    Raises Invalid by field, Conflict while the same agent's paper for the same person waits.
    """
    until = _until(paper, today)
    if paper.principal_number == agent.number:
        raise Invalid("mandate_to_self", field="principal_number")
    row = {
        "kind": paper.kind,
        "state": TO_CHECK,
        "principal_number": paper.principal_number,
        "principal_given": paper.principal_given,
        "agent": agent.person,
        "agent_name": agent.name,
        "scope": list(paper.scope) if paper.kind == POWER else [],
        "issued_on": paper.issued_on,
        "until": until,
        "scan": paper.scan,
        "scan_type": paper.scan_type,
    }
    return store_mandate(session, actor, mission, row, "mandate_waiting")


def _until(paper: Deed, today: date) -> date:
    """The last day of a paper: a court's certificate ages by rule, a power of attorney ends when it says."""
    if paper.issued_on > today:
        raise Invalid("paper_not_yet_issued", field="issued_on")
    if paper.kind == GUARDIANSHIP:
        until = rules.deed_good_until(paper.issued_on)
        if until < today:
            raise Invalid("guardian_paper_too_old", field="issued_on")
        return until
    if paper.until is None:
        raise Invalid("required", field="until")
    check_terms(paper.scope, paper.until, today, POWER)
    return paper.until


def waiting(session: Session, actor: Actor) -> Sequence[Mandate]:
    """Papers of the session's mission: those to be checked first, oldest first; then the last ones decided."""
    audit.record(session, actor, "mandate.queue", actor.mission or "")
    papers = select(Mandate).where(Mandate.kind != GRANTED)
    first = papers.where(Mandate.state == TO_CHECK).order_by(Mandate.made_at)
    after = papers.where(Mandate.state != TO_CHECK).order_by(Mandate.changed_at.desc())
    return [*session.scalars(first.limit(LISTED)), *session.scalars(after.limit(LISTED // 5))]


def scan(session: Session, actor: Actor, reference: str) -> tuple[bytes, str]:
    """The scan of a paper and its type; the look is recorded. Raises NotFound."""
    paper = find(session, reference)
    content = session.scalar(select(Mandate.scan).where(Mandate.reference == reference))
    if content is None or paper.scan_type is None:
        raise NotFound("mandate_unknown")
    audit.record(session, actor, "mandate.scan_read", reference)
    return content, paper.scan_type


def accept(session: Session, actor: Actor, reference: str, principal: AttestedPerson, today: date) -> Mandate:
    """The officer found the paper good, and the person it names in the register.

    Raises Refusal (principal_differs, principal_dead, ward_of_age, guardian_paper_too_old, mandate_to_self), Conflict
    when another officer was faster.
    """
    paper = find(session, reference)
    if principal.number != paper.principal_number or not rules.is_called(principal.given, paper.principal_given or ""):
        raise Refusal("principal_differs")
    if not principal.alive:
        raise Refusal("principal_dead")
    if principal.person == paper.agent:
        raise Refusal("mandate_to_self")
    if paper.kind == GUARDIANSHIP and not rules.is_minor(principal.born, today):
        raise Refusal("ward_of_age")
    if paper.until < today:
        raise Refusal("guardian_paper_too_old" if paper.kind == GUARDIANSHIP else "mandate_ends_in_the_past")
    values: dict[str, object] = {"state": ACCEPTED, "principal": principal.person, "principal_name": principal.name}
    return _decide(session, actor, reference, values)


def refuse(session: Session, actor: Actor, reference: str, reason: str, note: str) -> Mandate:
    """The paper does not do, for a reason of the list. Raises Invalid, Conflict."""
    said = strip_controls(note)
    if reason not in DEED_REFUSE_REASONS:
        raise Invalid("unknown_choice" if reason else "required", field="reason")
    if len(said) > NOTE_LENGTH:
        raise Invalid("too_long", field="note")
    return _decide(session, actor, reference, {"state": REFUSED, "reason": reason, "note": said or None})


def _decide(session: Session, actor: Actor, reference: str, values: dict[str, object]) -> Mandate:
    decided = session.scalar(
        update(Mandate)
        .where(Mandate.reference == reference, Mandate.state == TO_CHECK)
        .values(**values, changed_at=func.now(), decided_by=actor.id)
        .returning(Mandate)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    if decided is None:
        raise Conflict("mandate_changed")
    audit.record(session, actor, f"mandate.{values['state']}", reference, reason=decided.reason)
    return decided
