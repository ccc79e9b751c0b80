"""Recognises movements that the mission caused itself, by its own references: refunds it sent and the bank sent back,
cash it brought."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.consular.payments.ledger import accounts
from services.consular.payments.ledger.model import Entry
from services.consular.payments.refunds import pay
from services.consular.payments.refunds.model import Refund
from services.consular.payments.refunds.rules import TRANSFER, RefundState
from services.consular.payments.tills.model import Deposit
from services.consular.payments.transfers import lines
from services.consular.payments.transfers.model import BankLine, BankMatch
from services.consular.payments.transfers.reference import find_references
from services.consular.payments.transfers.rules import Reason
from services.consular.workflow.money.refunds import RETURNED_BY_BANK, notify_paid, return_money
from shared.database.rows import lock_row
from shared.identity.actor import Actor
from shared.values.money import Money

REFUND_MARK, FILE_MARK, DEPOSIT_MARK = "F", "B", "G"


def settle(session: Session, actor: Actor, reference: str) -> bool:
    """Books a new line as what its text names, where the amount is the same; False where it names nothing."""
    text = session.get_one(BankLine, reference)
    words = f"{text.text} {text.bank_reference}"
    if text.amount > 0:
        deposits = find_references(words, text.mission, DEPOSIT_MARK)
        returned = find_references(words, text.mission, REFUND_MARK)
        return _deposit(session, actor, reference, deposits) or _returned(session, actor, reference, returned)
    refunds = _named_refunds(session, text.mission, words)
    return bool(refunds) and _refunds(session, actor, reference, refunds)


def _named_refunds(session: Session, mission: str, words: str) -> list[str]:
    """Refunds in the text; or all of a file that the bank booked as one movement."""
    named = find_references(words, mission, REFUND_MARK)
    files = find_references(words, mission, FILE_MARK)
    is_named = Refund.reference.in_(named) if named else Refund.file.in_(files)
    return list(session.scalars(select(Refund.reference).where(is_named).order_by(Refund.reference)))


def _refunds(session: Session, actor: Actor, reference: str, named: list[str]) -> bool:
    refunds = [lock_row(session, Refund, one) for one in named]
    line = lock_row(session, BankLine, reference)
    states = {refund.state for refund in refunds}
    is_sum = {refund.currency for refund in refunds} == {line.currency} and line.open_amount == -sum(
        refund.amount for refund in refunds
    )
    are_sent = all(refund.method == TRANSFER for refund in refunds) and states <= {RefundState.SENT, RefundState.PAID}
    is_new = all(
        refund.state == RefundState.SENT or _movements_of(session, refund, lines.REFUND_PAID) <= refund.returns
        for refund in refunds
    )
    if line.reason != Reason.NEW or not (is_sum and are_sent and is_new):
        return False
    for refund in refunds:
        money = Money(-refund.amount, refund.currency)
        if refund.state == RefundState.PAID:
            _book_confirmed(session, actor, line, lines.REFUND_PAID, money, refund)
        else:
            pay.record_paid(session, actor, refund, accounts.SUSPENSE)
            notify_paid(session, refund)
            lines.match(session, actor, line, lines.REFUND_PAID, money.amount, refund.attempt, refund.reference)
    return True


def _movements_of(session: Session, refund: Refund, kind: str) -> int:
    """How many movements of statements were matched with a refund as a kind."""
    # Matches of earlier versions name only the payment that is refunded, which some refunds have not.
    is_earlier = BankMatch.refund.is_(None) & (BankMatch.attempt == (refund.attempt or ""))
    matched = select(func.count()).select_from(BankMatch).where((BankMatch.refund == refund.reference) | is_earlier)
    return session.scalar(matched.where(BankMatch.kind == kind)) or 0


def _returned(session: Session, actor: Actor, reference: str, named: list[str]) -> bool:
    """Books a refund that the bank sent back, whether or not an officer has said so before. The text names one."""
    found = session.scalars(select(Refund.reference).where(Refund.reference.in_(named))).all()
    if len(found) != 1:
        return False
    refund, line = lock_row(session, Refund, found[0]), lock_row(session, BankLine, reference)
    is_whole = refund.method == TRANSFER and line.open_money == refund.money
    if line.reason != Reason.NEW or not is_whole:
        return False
    if _movements_of(session, refund, lines.REFUND_RETURNED) < refund.returns:
        _book_confirmed(session, actor, line, lines.REFUND_RETURNED, refund.money, refund)
        return True
    if refund.state != RefundState.PAID:
        return False
    return_money(session, actor, refund, accounts.SUSPENSE, RETURNED_BY_BANK)
    lines.match(session, actor, line, lines.REFUND_RETURNED, refund.amount, refund.attempt, refund.reference)
    return True


def _book_confirmed(session: Session, actor: Actor, line: BankLine, kind: str, money: Money, refund: Refund) -> None:
    """Books a movement that an officer confirmed before its statement came: the bank has it in the ledger already."""
    about = refund.reference
    lines.book_to(session, actor, line, kind, money, about, refund.attempt, about, accounts.BANK)


def _deposit(session: Session, actor: Actor, reference: str, named: list[str]) -> bool:
    line = lock_row(session, BankLine, reference)
    booked = select(Entry.about).where(Entry.kind == "bank_matched")
    deposits = session.scalars(
        select(Deposit).where(Deposit.reference.in_(named), Deposit.reference.not_in(booked))
    ).all()
    is_one = len(deposits) == 1 and (deposits[0].amount, deposits[0].currency) == (line.open_amount, line.currency)
    if line.reason != Reason.NEW or not is_one:
        return False
    lines.book_to(session, actor, line, lines.DEPOSIT, line.open_money, deposits[0].reference)
    return True
