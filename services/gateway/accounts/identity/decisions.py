"""What two people of a mission sign about an account: one proposes with a reason, another signs or declines."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.gateway.accounts.identity import acts
from services.gateway.accounts.model import AccountDecision
from services.gateway.accounts.registration import staff
from shared.database import audit, db
from shared.errors import Conflict, NotAllowed, NotFound, Refusal
from shared.identity.actor import Actor
from shared.reasons import required_text
from shared.values import references

WAITING, DONE, DECLINED = "waiting", "done", "declined"
REFERENCE_LENGTH, REFERENCE_MARK, REASON_LENGTH, LIST_LENGTH = 10, "D", 300, 15
Act = Callable[[Session, Actor, AccountDecision, str], None]
# What is decided, and by whom: about people by those who decide cases, about staff by those who lead them.
ACTS: Mapping[str, Act] = {
    "release": acts.release,
    "merge": acts.merge,
    "unfreeze": acts.unfreeze,
    "disable": acts.disable,
    "enable": acts.enable,
    "factors_reset": acts.reset_factors,
    "staff_create": staff.create,
    "staff_role": staff.change_role,
    "staff_disable": staff.disable,
    "staff_enable": staff.enable,
    "staff_factors_reset": staff.reset_factors,
}
CHECKS: Mapping[str, acts.Check] = {
    **acts.CHECKS,
    "staff_create": staff.check_create,
    "staff_role": staff.check_role,
    "staff_disable": staff.check_disable,
    "staff_enable": staff.check_enable,
    "staff_factors_reset": staff.check_reset,
}
IDENTITY_KINDS = frozenset(acts.CHECKS)
STAFF_KINDS = frozenset(ACTS) - IDENTITY_KINDS
SIGNERS: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(IDENTITY_KINDS, frozenset({"officer", "head_of_mission"})),
    **dict.fromkeys(STAFF_KINDS, frozenset({"administrator", "head_of_mission"})),
}


def propose(
    session: Session,
    actor: Actor,
    kind: str,
    reason: str,
    account: str | None = None,
    other: str | None = None,
    params: Mapping[str, Any] | None = None,
) -> AccountDecision:
    """Puts a decision before a second person. It is checked now, and again when it is carried out.

    Raises NotFound for an unknown kind or account, NotAllowed, Invalid without a reason, Conflict where it cannot be.
    """
    _check_signer(actor, kind)
    text = required_text(reason, REASON_LENGTH, "reason")
    CHECKS[kind](session, actor, account, other, params or {})
    waiting = AccountDecision.state == WAITING, AccountDecision.kind == kind
    if account and session.scalar(select(AccountDecision).where(*waiting, AccountDecision.account_id == account)):
        raise Conflict("decision_waits")
    decision = AccountDecision(
        reference=references.new(str(actor.mission), REFERENCE_LENGTH, REFERENCE_MARK),
        mission=str(actor.mission),
        kind=kind,
        account_id=account,
        other_account_id=other,
        params=dict(params or {}),
        reason=text,
        state=WAITING,
        proposer=actor.id,
        proposed_at=db.now(session),
    )
    session.add(decision)
    session.flush()
    audit.record(session, actor, "decision.propose", decision.reference, reason=kind, account=account)
    return decision


def approve(session: Session, actor: Actor, secret: str, reference: str) -> AccountDecision:
    """Signs as the second person and carries it out. Raises Refusal (own_proposal), Conflict (already_decided)."""
    decision = _load_waiting(session, actor, reference)
    args = decision.account_id, decision.other_account_id, decision.params
    CHECKS[decision.kind](session, actor, *args)
    ACTS[decision.kind](session, actor, decision, secret)
    _decide(session, actor, decision, DONE)
    return decision


def decline(session: Session, actor: Actor, reference: str, reason: str) -> None:
    """Declines with a reason. Raises as `approve` does, and Invalid on `decline_reason`."""
    text = required_text(reason, REASON_LENGTH, "decline_reason")
    decision = _load_waiting(session, actor, reference)
    decision.decline_reason = text
    _decide(session, actor, decision, DECLINED)


def list_decisions(session: Session, actor: Actor, kinds: frozenset[str]) -> Sequence[AccountDecision]:
    """The mission's decisions of these kinds: those that wait first, then the latest."""
    order = (AccountDecision.state == WAITING).desc(), AccountDecision.proposed_at.desc()
    ours = AccountDecision.mission == actor.mission, AccountDecision.kind.in_(kinds)
    return session.scalars(select(AccountDecision).where(*ours).order_by(*order).limit(LIST_LENGTH)).all()


def may_sign(actor: Actor, kind: str) -> bool:
    """Whether the actor's role proposes and signs decisions of a kind."""
    return actor.role in SIGNERS.get(kind, frozenset())


def _check_signer(actor: Actor, kind: str) -> None:
    if kind not in ACTS:
        raise NotFound()
    if not may_sign(actor, kind):
        raise NotAllowed()


def _load_waiting(session: Session, actor: Actor, reference: str) -> AccountDecision:
    decision = session.get(AccountDecision, reference, with_for_update=True, populate_existing=True)
    if decision is None or decision.mission != actor.mission:
        raise NotFound()
    _check_signer(actor, decision.kind)
    if decision.state != WAITING:
        raise Conflict("already_decided")
    if decision.proposer == actor.id:
        raise Refusal("own_proposal")
    return decision


def _decide(session: Session, actor: Actor, decision: AccountDecision, state: str) -> None:
    decision.state, decision.approver, decision.decided_at = state, actor.id, db.now(session)
    session.flush()
    audit.record(session, actor, f"decision.{state}", decision.reference, reason=decision.kind)
