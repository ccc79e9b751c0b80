"""Discards a parked message by two signatures: what was said later about its application passes, as if it had been
applied without effect."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from services.consular.approvals.model import Proposal
from services.consular.approvals.sign import finish
from services.consular.missions import today
from shared.catalogue.bulk_actions import DISCARD_MESSAGE
from shared.errors import Conflict, Invalid, NotFound
from shared.forms import check_questions
from shared.identity.actor import Actor
from shared.messaging import inbox
from shared.messaging.inbox import parked

KIND = "discard_message"
FIELD, REASON = "message_number", "discard_reason"


def read(session: Session, terms: Mapping[str, Any]) -> dict[str, Any]:
    """The clean terms. Raises Invalid with a code per field: message_unknown for a message that is none of the
    mission's, or decided."""
    params = check_questions(DISCARD_MESSAGE, terms, today(session, session.info["mission"]))
    row = _find(session, params[FIELD])
    if row is None:
        raise Invalid("message_unknown", field=FIELD)
    return {**params, FIELD: str(row.id)}


def preview(session: Session, params: Mapping[str, Any]) -> dict[str, Any]:
    """How many messages wait behind it; nothing is written."""
    row = _find(session, params[FIELD])
    if row is None:
        return {"messages": 0}
    pending = inbox.inbox.c.applied.is_(None) & (inbox.inbox.c.about == row.about)
    waiting = session.scalar(select(func.count()).select_from(inbox.inbox).where(pending)) or 0
    return {"messages": max(0, waiting - 1)}


def carry_out(session: Session, actor: Actor, proposal: Proposal) -> None:
    """Discards it. Raises Conflict (proposal_overtaken) once somebody has decided it otherwise."""
    result = preview(session, proposal.params)
    try:
        inbox.discard(session, actor, int(proposal.params[FIELD]), proposal.params[REASON])
    except NotFound as gone:
        raise Conflict("proposal_overtaken") from gone
    finish(session, actor, proposal, result)


def _find(session: Session, number: str) -> Row[Any] | None:
    if not (number.isascii() and number.isdecimal() and len(number) < 19):
        return None
    mission = session.info["mission"]
    ours = parked.c.about.startswith(f"{mission}-", autoescape=True)
    undecided = select(parked).where(parked.c.id == int(number), parked.c.verdict.is_(None), ours)
    return session.execute(undecided).one_or_none()
