"""Settles a contradiction: by a judgment and a new check of the register, or as two spellings of one name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.civil_registry.annotate import annotate
from services.civil_registry.contents import findings
from services.civil_registry.contents.contents import CONTENTS
from services.civil_registry.model import Person, Request
from services.civil_registry.registrar.model import CORRECTED, NO_CONTRADICTION, Settlement
from services.civil_registry.registrar.settlements import unsettled_findings
from services.civil_registry.registrar.sides import both_sides
from shared.database import audit
from shared.documents import issuer
from shared.errors import Conflict, Invalid, NotFound, Refusal
from shared.i18n import language
from shared.identity.actor import Actor
from shared.messaging.outbox import emit
from shared.reasons import required_text

REASON_LENGTH = 500
# Reason sent to the mission, which then resumes the application automatically.
SETTLED = "register_settled"
EVERY_UNION = {"marriages": "all", "divorces": "all"}


@dataclass(frozen=True)
class Judgment:
    """The decision of a court that corrected an entry (Law 13/2021, art. 44)."""

    court: str
    number: str
    judged_on: date


def open_requests(session: Session) -> list[Request]:
    """The open requests of the session's mission, oldest first. Only the latest request of an application counts."""
    settled = select(Settlement.request)
    query = select(Request).where(Request.state == "mismatch", Request.id.not_in(settled))
    latest = {row.application: row for row in session.scalars(query.order_by(Request.id))}
    return sorted(latest.values(), key=lambda row: row.id)


def correct(session: Session, actor: Actor, request: int, judgment: Judgment, key: str) -> list[str]:
    """Settles a request by a judgment, and annotates the entry with it.

    Returns the codes of contradictions that remain; then nothing is settled. `key` makes the call idempotent.
    Raises NotFound, Conflict (mismatch_settled), Invalid for a judgment before the holder's birth, and Refusal
    (authority_missing) where no authority decides.
    """
    issuer.check_official()
    waiting_request = _find(session, actor, request, key)
    if waiting_request is None:
        return []
    holder = session.get_one(Person, waiting_request.person)
    if judgment.judged_on < holder.born:
        raise Invalid("out_of_range", field="judged_on")
    _, all_codes = CONTENTS[waiting_request.transaction](session, holder, EVERY_UNION)
    open_codes = unsettled_findings(session, holder, waiting_request.transaction, all_codes)
    audit.record(
        session, actor, "mismatch.check", str(holder.id), reason=waiting_request.application, findings=len(open_codes)
    )
    if open_codes:
        return open_codes
    _settle(session, actor, waiting_request, CORRECTED, key, judgment=judgment)
    params = {"court": judgment.court, "number": judgment.number}
    text = (
        language("ar").text("annotation.by_judgment", **params),
        language("en").text("annotation.by_judgment", **params),
    )
    annotate(session, actor, holder.id, "correction", judgment.judged_on, text, judgment.number)
    return []


def dismiss(session: Session, actor: Actor, request: int, reason: str, key: str) -> None:
    """Settles a request whose findings are only two spellings, or two names, of one person.

    Raises NotFound, Conflict (mismatch_settled), Invalid without a reason, and Refusal (needs_judgment for days,
    sexes and events that exclude each other; authority_missing where no authority decides).
    """
    issuer.check_official()
    explanation = required_text(reason, REASON_LENGTH, "reason")
    waiting_request = _find(session, actor, request, key)
    if waiting_request is None:
        return
    if not may_dismiss(waiting_request.findings):
        raise Refusal("needs_judgment")
    _settle(session, actor, waiting_request, NO_CONTRADICTION, key, reason=explanation)


def may_dismiss(codes: Sequence[str]) -> bool:
    """Whether all findings are about spellings of names."""
    return set(codes) <= findings.SPELLINGS


def _find(session: Session, actor: Actor, request: int, key: str) -> Request | None:
    """The request to settle; None if this registrar settled it already with the same key."""
    waiting_request = session.get(Request, request)
    if waiting_request is None or waiting_request.state != "mismatch":
        raise NotFound()
    settlement = session.scalar(select(Settlement).where(Settlement.request == request))
    if settlement is None:
        return waiting_request
    if (settlement.actor, settlement.key) == (actor.id, key):
        return None
    raise Conflict("mismatch_settled")


def _settle(
    session: Session,
    actor: Actor,
    request: Request,
    outcome: str,
    key: str,
    judgment: Judgment | None = None,
    reason: str | None = None,
) -> None:
    """Settles all open requests with the same findings, and sends a decision for each of their applications.

    Raises Conflict (mismatch_settled) if another registrar was faster.
    """
    requests = _same_requests(session, request)
    holder = session.get_one(Person, request.person)
    sides = both_sides(session, holder, request.transaction, request.findings)
    for open_request in requests:
        row = {
            "request": open_request.id,
            "mission": open_request.mission,
            "application": open_request.application,
            "transaction": open_request.transaction,
            "person": open_request.person,
            "findings": open_request.findings,
            "sides": sides,
            "outcome": outcome,
            "court": judgment.court if judgment else None,
            "judgment_number": judgment.number if judgment else None,
            "judged_on": judgment.judged_on if judgment else None,
            "reason": reason,
            "key": key,
            "actor": actor.id,
        }
        statement = insert(Settlement).values(row).on_conflict_do_nothing().returning(Settlement.id)
        if session.scalar(statement) is None:
            raise Conflict("mismatch_settled")
        audit.record(session, actor, f"mismatch.{outcome}", str(open_request.person), reason=open_request.application)
    for application in dict.fromkeys(open_request.application for open_request in requests):
        _resume(session, actor, request, application)


def _same_requests(session: Session, request: Request) -> list[Request]:
    """Open requests for the same document of the same person, with no further findings."""
    rows = session.scalars(
        select(Request)
        .where(
            Request.state == "mismatch",
            Request.person == request.person,
            Request.transaction == request.transaction,
            Request.id.not_in(select(Settlement.request)),
        )
        .order_by(Request.id)
    )
    return [row for row in rows if set(row.findings) <= set(request.findings)]


def _resume(session: Session, actor: Actor, request: Request, application: str) -> None:
    body = {
        "application": application,
        "transaction": request.transaction,
        "ask": request.ask,
        "outcome": "returned",
        "reason": SETTLED,
    }
    emit(session, actor, "decision.made", application, body)
