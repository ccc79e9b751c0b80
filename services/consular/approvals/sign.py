"""Two signatures for one act: propose, approve, decline, finish, undo. The act itself is the caller's."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.consular.approvals.model import Proposal
from shared.database import audit, db
from shared.database.rows import find_row, lock_row
from shared.errors import Conflict, Refusal
from shared.identity.access import check_access
from shared.identity.actor import Actor
from shared.reasons import required_text
from shared.values import references

WAITING, APPROVED, DECLINED, DONE, UNDONE = "waiting", "approved", "declined", "done", "undone"
REFERENCE_LENGTH, REASON_LENGTH = 10, 300
# So long after the second signature nobody is told yet, and one person may take it back.
UNDO = timedelta(minutes=30)
DECIDED_LENGTH, WAITING_LENGTH = 15, 200


def propose(
    session: Session,
    actor: Actor,
    kind: str,
    params: Mapping[str, Any],
    preview: Mapping[str, Any],
    action: str = "proposal.make",
) -> Proposal:
    """Stores a proposal for another person's signature. `action` says who may make one of its kind."""
    mission = session.info["mission"]
    check_access(actor, action, mission=mission)
    proposal = Proposal(
        reference=references.new(mission, REFERENCE_LENGTH, "D"),
        mission=mission,
        kind=kind,
        params=dict(params),
        preview=dict(preview),
        result={},
        state=WAITING,
        proposer=actor.id,
        proposed_at=func.now(),
    )
    session.add(proposal)
    session.flush()
    audit.record(session, actor, "proposal.made", proposal.reference, reason=kind)
    return proposal


def approve(session: Session, actor: Actor, reference: str) -> Proposal:
    """Adds the second signature. Raises Refusal (own_proposal) for the proposer, Conflict once it is decided."""
    proposal = _load_open(session, actor, reference)
    _decide(session, actor, proposal, APPROVED, None)
    return proposal


def decline(session: Session, actor: Actor, reference: str, reason: str) -> Proposal:
    """Declines a proposal with a reason in plain words. The proposer may not decline it: Refusal (own_proposal).

    Raises Invalid without a reason, Conflict once it is decided.
    """
    reason_text = required_text(reason, REASON_LENGTH, "decline_reason")
    proposal = _load_open(session, actor, reference)
    _decide(session, actor, proposal, DECLINED, reason_text)
    return proposal


def finish(session: Session, actor: Actor, proposal: Proposal, result: Mapping[str, Any]) -> None:
    """Marks a proposal as completely carried out, with its result."""
    proposal.state, proposal.result, proposal.done_at = DONE, dict(result), func.now()
    session.flush()
    counts = {name: value for name, value in result.items() if isinstance(value, int)}
    audit.record(session, actor, "proposal.done", proposal.reference, reason=proposal.kind, **counts)


def undo(session: Session, actor: Actor, reference: str) -> Proposal:
    """Takes a signed proposal back before it is carried out on anybody; one signature is enough for that.

    Raises Conflict (undo_too_late) once the time for it is over, or there is nothing to take back.
    """
    proposal = lock_row(session, Proposal, reference)
    check_access(actor, "proposal.decide", mission=proposal.mission)
    until = undo_until(proposal)
    if until is None or until <= db.now(session):
        raise Conflict("undo_too_late")
    proposal.state, proposal.undone_at, proposal.undone_by = UNDONE, func.now(), actor.id
    session.flush()
    audit.record(session, actor, "proposal.undone", reference, reason=proposal.kind)
    return proposal


def undo_until(proposal: Proposal) -> datetime | None:
    """Until when a signed proposal may be taken back; None for one that is not signed, or is done."""
    if proposal.state != APPROVED or proposal.decided_at is None:
        return None
    return proposal.decided_at + UNDO


def find(session: Session, actor: Actor, reference: str) -> Proposal:
    """A proposal of the actor's mission. Raises NotFound."""
    proposal = find_row(session, Proposal, reference)
    check_access(actor, "proposal.read", mission=proposal.mission)
    return proposal


def list_proposals(session: Session, actor: Actor) -> list[Proposal]:
    """The proposals of the session's mission: all that wait, then those made last."""
    newest = select(Proposal).order_by(Proposal.proposed_at.desc(), Proposal.reference)
    rows = [
        *session.scalars(newest.where(Proposal.state == WAITING).limit(WAITING_LENGTH)),
        *session.scalars(newest.where(Proposal.state != WAITING).limit(DECIDED_LENGTH)),
    ]
    audit.record(session, actor, "proposal.listed", actor.mission or "", count=len(rows))
    return rows


def serialise(proposal: Proposal) -> dict[str, Any]:
    """As the interface shows it."""
    return {
        "reference": proposal.reference,
        "kind": proposal.kind,
        "params": proposal.params,
        "preview": proposal.preview,
        "result": proposal.result,
        "state": proposal.state,
        "proposer": proposal.proposer,
        "proposed_at": proposal.proposed_at.isoformat(),
        "approver": proposal.approver,
        "decided_at": proposal.decided_at.isoformat() if proposal.decided_at else None,
        "reason": proposal.reason,
    }


def _load_open(session: Session, actor: Actor, reference: str) -> Proposal:
    proposal = lock_row(session, Proposal, reference)
    check_access(actor, "proposal.decide", mission=proposal.mission)
    if proposal.state != WAITING:
        raise Conflict("already_decided")
    if proposal.proposer == actor.id:
        raise Refusal("own_proposal")
    return proposal


def _decide(session: Session, actor: Actor, proposal: Proposal, state: str, reason: str | None) -> None:
    proposal.state, proposal.approver, proposal.reason = state, actor.id, reason
    proposal.decided_at = func.now()
    session.flush()
    session.refresh(proposal)
    audit.record(session, actor, f"proposal.{state}", proposal.reference, reason=proposal.kind)
