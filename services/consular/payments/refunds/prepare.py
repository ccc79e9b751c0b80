"""Prepares refunds: an officer chooses how the money goes back, and where the rules ask for it a second one approves.

Nobody acts on an amount they have not seen: each verb is given the amount its officer saw.
"""

from dataclasses import dataclass
from functools import cache
from uuid import uuid4

from sqlalchemy.orm import Session

from services.consular.data import rows_of
from services.consular.payments.disputes.record import check_undisputed
from services.consular.payments.orders.model import Attempt
from services.consular.payments.refunds.model import Refund
from services.consular.payments.refunds.rules import ENDED, METHODS, PREPARABLE, TRANSFER, RefundState, second_needed
from shared.database import audit
from shared.database.db import now
from shared.database.rows import lock_row
from shared.errors import Conflict, Invalid, Refusal
from shared.identity.access import check_access
from shared.identity.actor import Actor
from shared.reasons import required_text
from shared.values.money import Money

REASON_LENGTH, HOLDER_LENGTH = 300, 70
PAYING = frozenset({"refund.prepare", "refund.approve", "refund.pay"})


@dataclass(frozen=True)
class Payout:
    """How a refund is to be paid. `override` is why it does not go back the way it came, `iban` a checked one."""

    method: str
    override: str = ""
    iban: str = ""
    account_holder: str = ""


def prepare(session: Session, actor: Actor, reference: str, seen: Money, payout: Payout) -> Refund:
    """Chooses how a refund is paid, and approves it unless a second person has to.

    Raises Conflict (refund_under_way; amount_changed when `seen` is not what is owed), Invalid for a field, NotFound.
    """
    refund = load_for_update(session, actor, "refund.prepare", reference, seen)
    if refund.state not in PREPARABLE:
        raise Conflict("refund_under_way")
    is_override = _is_override(session, refund, payout)
    override, account_holder = _check_payout(payout, is_override=is_override)
    at = now(session)
    if refund.state == RefundState.FAILED:
        # The provider answers a used key with the failure it remembers.
        refund.key = uuid4()
    refund.method, refund.failure, refund.file = payout.method, None, None
    refund.override = override
    refund.iban = payout.iban if payout.method == TRANSFER else None
    refund.account_holder = account_holder
    refund.proposed_by, refund.proposed_at = actor.id, at
    refund.second_needed = second_needed(refund.money, limits(), is_override=is_override)
    refund.approved_by, refund.approved_at = (None, None) if refund.second_needed else (actor.id, at)
    refund.state = (RefundState.DUE if refund.second_needed else RefundState.APPROVED).value
    refund.changed_at, refund.sent_at = at, None
    session.flush()
    audit.record(session, actor, "refund.prepared", reference, reason=refund.override, method=refund.method)
    return refund


def approve(session: Session, actor: Actor, reference: str, seen: Money) -> Refund:
    """Adds the second signature. Raises Refusal (own_proposal) for who prepared it, Conflict (refund_not_prepared;
    amount_changed), NotFound."""
    refund = _load_proposed(session, actor, reference, seen)
    refund.state, refund.approved_by = RefundState.APPROVED.value, actor.id
    refund.approved_at = refund.changed_at = now(session)
    session.flush()
    audit.record(session, actor, "refund.approved", reference, method=refund.method)
    return refund


def decline(session: Session, actor: Actor, reference: str, seen: Money, reason: str) -> Refund:
    """Declines what was prepared, with a reason in plain words: the refund stays due. Raises as `approve`, Invalid."""
    reason_text = required_text(reason, REASON_LENGTH, "reason")
    refund = _load_proposed(session, actor, reference, seen)
    refund.method = refund.override = refund.iban = refund.account_holder = None
    refund.proposed_by = refund.proposed_at = None
    refund.second_needed, refund.changed_at = False, now(session)
    session.flush()
    audit.record(session, actor, "refund.declined", reference, reason=reason_text)
    return refund


def load_for_update(session: Session, actor: Actor, action: str, reference: str, seen: Money) -> Refund:
    """A refund of the actor's mission, locked. Raises Conflict (amount_changed) when it is not of the seen amount,
    (payment_disputed) for an act that pays while the payer's bank may take the same money back."""
    refund = lock_row(session, Refund, reference)
    check_access(actor, action, mission=refund.mission)
    if action in PAYING and refund.state not in ENDED and refund.attempt is not None:
        check_undisputed(session, refund.attempt)
    if seen != refund.money:
        raise Conflict("amount_changed", amount=refund.amount, currency=refund.currency)
    return refund


def _load_proposed(session: Session, actor: Actor, reference: str, seen: Money) -> Refund:
    refund = load_for_update(session, actor, "refund.approve", reference, seen)
    if refund.state not in (RefundState.DUE, RefundState.FAILED) or refund.proposed_by is None:
        raise Conflict("refund_not_prepared")
    if refund.proposed_by == actor.id:
        raise Refusal("own_proposal")
    return refund


def _is_override(session: Session, refund: Refund, payout: Payout) -> bool:
    """Whether money does not go back the way it came. Of a transfer that was for no order the way is its account: its
    payer stands at no counter. Raises Invalid (only_by_transfer)."""
    if refund.attempt is not None:
        return payout.method != session.get_one(Attempt, refund.attempt).method
    if payout.method in METHODS and payout.method != TRANSFER:
        raise Invalid("only_by_transfer", field="method")
    return payout.iban != refund.payer_iban


def _check_payout(payout: Payout, *, is_override: bool) -> tuple[str | None, str | None]:
    """Reason and account holder as they are kept, None where there is none. Raises Invalid for a field."""
    if payout.method not in METHODS:
        raise Invalid("unknown_choice", field="method")
    if payout.method == "card" and is_override:
        # Money that did not come by card has no card to go back to.
        raise Invalid("no_card_payment", field="method")
    override = required_text(payout.override, REASON_LENGTH, "override") if is_override else None
    if payout.method != TRANSFER:
        return override, None
    required_text(payout.iban, HOLDER_LENGTH, "iban")
    return override, required_text(payout.account_holder, HOLDER_LENGTH, "account_holder")


@cache
def limits() -> dict[str, int]:
    """The amounts above which a second person has to approve, in minor units by currency."""
    return {row["currency"]: int(row["amount"]) for row in rows_of("refund_limit")}
