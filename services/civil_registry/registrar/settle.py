"""Settles a contradiction: the register is looked at again, or a registrar answers for two spellings of one name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.civil_registry import findings
from services.civil_registry.annotate import annotate
from services.civil_registry.contents import CONTENTS
from services.civil_registry.model import Person, Request
from services.civil_registry.registrar.accepted import unsettled
from services.civil_registry.registrar.model import CORRECTED, NO_CONTRADICTION, Settlement
from services.civil_registry.registrar.sides import sides
from shared.database import audit
from shared.errors import Conflict, Invalid, NotFound, Refusal
from shared.i18n import language
from shared.identity.actor import Actor
from shared.messaging.outbox import emit
from shared.values.person import strip_controls

REASON_LENGTH = 500
# Said to the mission, whose application then goes on by itself.
SETTLED = "register_settled"
EVERY_UNION = {"marriages": "all", "divorces": "all"}


@dataclass(frozen=True)
class Judgment:
    """The decision of a court that corrected an entry (Law 13/2021, art. 44)."""

    court: str
    number: str
    judged_on: date


def open_requests(session: Session) -> list[Request]:
    """What waits for a registrar at the session's mission, the oldest first; of an application the latest asking."""
    settled = select(Settlement.request)
    waiting = select(Request).where(Request.state == "mismatch", Request.id.not_in(settled))
    latest = {row.application: row for row in session.scalars(waiting.order_by(Request.id))}
    return sorted(latest.values(), key=lambda row: row.id)


def correct(session: Session, actor: Actor, request: int, judgment: Judgment, key: str) -> list[str]:
    """Settles by a judgment, if the register agrees with itself now; otherwise what it still contradicts, and nothing
    is done. The judgment is noted on the entry. Raises NotFound, Conflict (mismatch_settled), Invalid."""
    asked = _find(session, actor, request, key)
    if asked is None:
        return []
    holder = session.get_one(Person, asked.person)
    if judgment.judged_on < holder.born:
        raise Invalid("out_of_range", field="judged_on")
    _, found = CONTENTS[asked.transaction](session, holder, EVERY_UNION)
    wrong = unsettled(session, holder, asked.transaction, found)
    audit.record(session, actor, "mismatch.check", str(holder.id), reason=asked.application, findings=len(wrong))
    if wrong:
        return wrong
    _settle(session, actor, asked, CORRECTED, key, judgment=judgment)
    told = {"court": judgment.court, "number": judgment.number}
    text = (
        language("ar").text("annotation.by_judgment", **told),
        language("en").text("annotation.by_judgment", **told),
    )
    annotate(session, actor, holder.id, "correction", judgment.judged_on, text, judgment.number)
    return []


def dismiss(session: Session, actor: Actor, request: int, reason: str, key: str) -> None:
    """Settles what only looks like a contradiction: two spellings, or two names of one person.

    Raises NotFound, Conflict (mismatch_settled), Invalid without a reason, Refusal (needs_judgment) for what no
    registrar can declare sound: days, sexes and events that exclude each other.
    """
    said = strip_controls(reason)
    if not said or len(said) > REASON_LENGTH:
        raise Invalid("too_long" if said else "required", field="reason")
    asked = _find(session, actor, request, key)
    if asked is None:
        return
    if not may_dismiss(asked.findings):
        raise Refusal("needs_judgment")
    _settle(session, actor, asked, NO_CONTRADICTION, key, reason=said)


def may_dismiss(codes: Sequence[str]) -> bool:
    """Whether all of it is about how names are written."""
    return set(codes) <= findings.SPELLINGS


def _find(session: Session, actor: Actor, request: int, key: str) -> Request | None:
    """The request to settle; None where this registrar settled it already with the same key."""
    asked = session.get(Request, request)
    if asked is None or asked.state != "mismatch":
        raise NotFound()
    done = session.scalar(select(Settlement).where(Settlement.request == request))
    if done is None:
        return asked
    if (done.actor, done.key) == (actor.id, key):
        return None
    raise Conflict("mismatch_settled")


def _settle(
    session: Session,
    actor: Actor,
    asked: Request,
    outcome: str,
    key: str,
    judgment: Judgment | None = None,
    reason: str | None = None,
) -> None:
    """One row for every request that waits for the same, and word to the mission of each application among them.

    Of two registrars the first one's row stands, and the second is told so.
    """
    waiting = _same(session, asked)
    holder = session.get_one(Person, asked.person)
    seen = sides(session, holder, asked.transaction, asked.findings)
    for one in waiting:
        row = {
            "request": one.id,
            "mission": one.mission,
            "application": one.application,
            "transaction": one.transaction,
            "person": one.person,
            "findings": one.findings,
            "sides": seen,
            "outcome": outcome,
            "court": judgment.court if judgment else None,
            "judgment_number": judgment.number if judgment else None,
            "judged_on": judgment.judged_on if judgment else None,
            "reason": reason,
            "key": key,
            "actor": actor.id,
        }
        taken = insert(Settlement).values(row).on_conflict_do_nothing().returning(Settlement.id)
        if session.scalar(taken) is None:
            raise Conflict("mismatch_settled")
        audit.record(session, actor, f"mismatch.{outcome}", str(one.person), reason=one.application)
    for application in dict.fromkeys(one.application for one in waiting):
        _resume(session, actor, asked, application)


def _same(session: Session, asked: Request) -> list[Request]:
    """Open requests for the same paper of the same entry that contradict nothing else."""
    rows = session.scalars(
        select(Request)
        .where(
            Request.state == "mismatch",
            Request.person == asked.person,
            Request.transaction == asked.transaction,
            Request.id.not_in(select(Settlement.request)),
        )
        .order_by(Request.id)
    )
    return [one for one in rows if set(one.findings) <= set(asked.findings)]


def _resume(session: Session, actor: Actor, asked: Request, application: str) -> None:
    body = {
        "application": application,
        "transaction": asked.transaction,
        "ask": asked.ask,
        "outcome": "returned",
        "reason": SETTLED,
    }
    emit(session, actor, "decision.made", application, body)
