"""Records disputes and books their money: out of what the provider holds, and back where the mission wins.

Each verb changes a row under the lock of its order; the database refuses a second entry of the same kind and dispute.
"""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.consular.payments.disputes.model import Dispute
from services.consular.payments.ledger import accounts, entries
from services.consular.payments.ledger.postings import Posting
from services.consular.payments.orders.model import Attempt, Order
from services.consular.payments.providers.rules import DisputeAnswer, DisputeStatus
from shared.database import audit
from shared.database.db import now
from shared.errors import Conflict
from shared.identity.actor import Actor
from shared.values import references

REFERENCE_LENGTH, REASON_LENGTH = 10, 60


def find(session: Session, provider_reference: str) -> Dispute | None:
    """The dispute of a provider's reference, as it is now."""
    query = select(Dispute).where(Dispute.provider_reference == provider_reference)
    return session.scalar(query.execution_options(populate_existing=True))


def open_dispute(session: Session, actor: Actor, debt: Order, attempt: Attempt, said: DisputeAnswer) -> Dispute:
    """A new dispute: its money leaves what the provider holds for the mission. The order must be locked."""
    dispute = Dispute(
        reference=references.new(debt.mission, REFERENCE_LENGTH, "N"),
        mission=debt.mission,
        application=debt.application,
        attempt=attempt.reference,
        provider_reference=said.provider_reference,
        state=DisputeStatus.OPEN.value,
        amount=said.amount.amount,
        currency=said.amount.currency,
        reason=said.reason[:REASON_LENGTH] if said.reason else None,
        answer_by=said.answer_by,
        opened_at=now(session),
    )
    session.add(dispute)
    session.flush()
    money = dispute.money
    _book(session, actor, dispute, "opened", [Posting(accounts.DISPUTES, money), Posting(accounts.CARD, -money)])
    return dispute


def win(session: Session, actor: Actor, dispute: Dispute) -> None:
    """The money comes back to what the provider holds."""
    _end(session, dispute, DisputeStatus.WON)
    money = dispute.money
    _book(session, actor, dispute, "won", [Posting(accounts.CARD, money), Posting(accounts.DISPUTES, -money)])


def lose(session: Session, actor: Actor, dispute: Dispute, legs: Sequence[Posting]) -> None:
    """The money is gone for good. `legs` say who bears it, and take all of it out of the account of disputes."""
    _end(session, dispute, DisputeStatus.LOST)
    _book(session, actor, dispute, "lost", legs)


def _end(session: Session, dispute: Dispute, status: DisputeStatus) -> None:
    dispute.state, dispute.ended_at = status.value, now(session)
    session.flush()


def _book(session: Session, actor: Actor, dispute: Dispute, verb: str, legs: Sequence[Posting]) -> None:
    entries.post_entry(
        session,
        actor,
        mission=dispute.mission,
        kind=f"dispute_{verb}",
        source=dispute.reference,
        about=dispute.application,
        postings=legs,
    )
    audit.record(session, actor, f"dispute.{verb}", dispute.application, reason=dispute.reason, payment=dispute.attempt)


def open_ones(session: Session) -> list[Dispute]:
    """The open disputes of the mission in scope, the oldest first."""
    is_open = Dispute.state == DisputeStatus.OPEN.value
    return list(session.scalars(select(Dispute).where(is_open).order_by(Dispute.opened_at, Dispute.reference)))


def is_disputed(session: Session, attempt: str) -> bool:
    """Whether money of an attempt is disputed now."""
    is_open = select(Dispute.reference).where(Dispute.attempt == attempt, Dispute.state == DisputeStatus.OPEN.value)
    return session.scalar(is_open.limit(1)) is not None


def check_undisputed(session: Session, attempt: str) -> None:
    """Raises Conflict (payment_disputed) while the payer's bank may still take the same money back."""
    if is_disputed(session, attempt):
        raise Conflict("payment_disputed")
