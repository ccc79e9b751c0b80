"""Puts approved refunds into a file for the mission's bank, one file for each currency, each refund into one file."""

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.payments.disputes.model import Dispute
from services.consular.payments.providers.rules import DisputeStatus
from services.consular.payments.refunds import pay
from services.consular.payments.refunds.credit_transfer import Account, Transfer, credit_transfer
from services.consular.payments.refunds.model import Refund, RefundFile
from services.consular.payments.refunds.rules import TRANSFER, RefundState
from shared.database import audit
from shared.database.db import now
from shared.database.rows import find_row
from shared.errors import Conflict
from shared.identity.access import check_access
from shared.identity.actor import Actor
from shared.values import references
from shared.values.money import Money, total

REFERENCE_LENGTH = 10
LIST_LENGTH = 10
# A bank takes some thousands of transfers in a file; the rest is for the next one.
MAX_TRANSFERS = 1_000
# The payer's bank may still take the same money back. A refund without a payment is never disputed.
_IS_DISPUTED = exists().where(Dispute.attempt == Refund.attempt, Dispute.state == DisputeStatus.OPEN.value)


def write(session: Session, actor: Actor, currency: str, debtor: Account) -> RefundFile:
    """Writes a file of all approved transfers of a currency, which are `sent` from then on.

    `debtor` is the mission's account. Raises Conflict (no_transfers) where there are none.
    """
    mission = session.info["mission"]
    check_access(actor, "refund.file", mission=mission)
    waiting = select(Refund).where(
        Refund.method == TRANSFER,
        Refund.state == RefundState.APPROVED.value,
        Refund.currency == currency,
        ~_IS_DISPUTED,
    )
    waiting = waiting.order_by(Refund.approved_at, Refund.reference).limit(MAX_TRANSFERS).with_for_update()
    transfers = session.scalars(waiting.execution_options(populate_existing=True)).all()
    if not transfers:
        raise Conflict("no_transfers")
    at = now(session)
    reference = references.new(mission, REFERENCE_LENGTH, "B")
    orders = [Transfer(row.reference, row.money, Account(str(row.iban), str(row.account_holder))) for row in transfers]
    file = RefundFile(
        reference=reference,
        mission=mission,
        currency=currency,
        iban=debtor.iban,
        account_holder=debtor.holder,
        content=credit_transfer(reference, at, missions.today(session, mission), debtor, orders),
        count=len(orders),
        amount=total([order.money for order in orders]).amount,
        made_at=at,
        made_by=actor.id,
    )
    session.add(file)
    session.flush()
    for row in transfers:
        pay.transition(session, row, RefundState.SENT, sent_at=at, file=reference)
    audit.record(session, actor, "refund.file_written", reference, count=len(orders))
    return file


def read(session: Session, actor: Actor, reference: str) -> RefundFile:
    """A file of the actor's mission; the read is recorded. Raises NotFound."""
    file = find_row(session, RefundFile, reference)
    check_access(actor, "refund.file", mission=file.mission)
    audit.record(session, actor, "refund.file_read", reference)
    return file


def latest(session: Session) -> list[RefundFile]:
    """The latest files of the session's mission, newest first."""
    return list(session.scalars(select(RefundFile).order_by(RefundFile.made_at.desc()).limit(LIST_LENGTH)))


def sums(session: Session) -> list[Money]:
    """What waits to be put into a file, by currency."""
    waiting = select(Refund).where(Refund.method == TRANSFER, Refund.state == RefundState.APPROVED.value)
    waiting = waiting.where(~_IS_DISPUTED)
    amounts: dict[str, Money] = {}
    for row in session.scalars(waiting.order_by(Refund.currency)):
        amounts[row.currency] = amounts[row.currency] + row.money if row.currency in amounts else row.money
    return list(amounts.values())
