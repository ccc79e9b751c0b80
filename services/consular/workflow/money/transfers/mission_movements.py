"""Recognises movements that the mission caused itself, by its own references: refunds it sent and the bank sent back,
cash it brought."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.consular.payments.ledger import accounts
from services.consular.payments.ledger.model import Entry
from services.consular.payments.refunds import pay
from services.consular.payments.refunds.model import Refund
from services.consular.payments.refunds.rules import RefundState
from services.consular.payments.tills.model import Deposit
from services.consular.payments.transfers import lines, sent_refunds
from services.consular.payments.transfers.model import BankLine
from services.consular.payments.transfers.reference import DEPOSIT_MARK, FILE_MARK, REFUND_MARK, find_references
from services.consular.payments.transfers.rules import Reason
from services.consular.workflow.money.refunds import RETURNED_BY_BANK, notify_paid, return_money
from shared.database.rows import lock_row
from shared.identity.actor import Actor
from shared.values.money import Money


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
    is_sum = {refund.currency for refund in refunds} == {line.currency} and line.open_amount == -sum(
        refund.amount for refund in refunds
    )
    are_due = all(sent_refunds.awaits_payment(session, refund) for refund in refunds)
    if line.reason != Reason.NEW or not (is_sum and are_due):
        return False
    for refund in refunds:
        _pay(session, actor, line, refund)
    return True


def _pay(session: Session, actor: Actor, line: BankLine, refund: Refund) -> None:
    """A locked movement is the payment of a locked refund."""
    money = Money(-refund.amount, refund.currency)
    if refund.state == RefundState.PAID:
        _book_confirmed(session, actor, line, lines.REFUND_PAID, money, refund)
        return
    pay.record_paid(session, actor, refund, accounts.SUSPENSE)
    notify_paid(session, refund)
    lines.match(session, actor, line, lines.REFUND_PAID, money.amount, refund.attempt, refund.reference)


def _returned(session: Session, actor: Actor, reference: str, named: list[str]) -> bool:
    """Books a refund that the bank sent back, whether or not an officer has said so before. The text names one."""
    found = session.scalars(select(Refund.reference).where(Refund.reference.in_(named))).all()
    if len(found) != 1:
        return False
    refund, line = lock_row(session, Refund, found[0]), lock_row(session, BankLine, reference)
    is_whole = line.open_money == refund.money
    if line.reason != Reason.NEW or not is_whole or not sent_refunds.awaits_return(session, refund):
        return False
    _take_back(session, actor, line, refund)
    return True


def _take_back(session: Session, actor: Actor, line: BankLine, refund: Refund) -> None:
    """A locked movement brings a locked refund back."""
    if sent_refunds.is_return_recorded(session, refund):
        _book_confirmed(session, actor, line, lines.REFUND_RETURNED, refund.money, refund)
        return
    return_money(session, actor, refund, accounts.SUSPENSE, RETURNED_BY_BANK)
    lines.match(session, actor, line, lines.REFUND_RETURNED, refund.amount, refund.attempt, refund.reference)


OF_REFUNDS = {lines.REFUND_PAID: _pay, lines.REFUND_RETURNED: _take_back}


def book_refund(session: Session, actor: Actor, line: BankLine, kind: str, named: str) -> None:
    """Books a locked movement as what an officer says it is to a refund, which is locked as well where there is one;
    what the movement has beyond it stays in suspense. Raises as `sent_refunds.load_named`."""
    OF_REFUNDS[kind](session, actor, line, sent_refunds.load_named(session, line, kind, named))


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
