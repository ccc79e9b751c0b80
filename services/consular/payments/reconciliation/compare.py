"""Compares the journal with the bank and with the card provider. Nothing is changed; each difference is a finding."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from services.consular.payments.collection.take import CARD
from services.consular.payments.disputes import record as disputes
from services.consular.payments.ledger import accounts
from services.consular.payments.ledger.model import Entry, Line
from services.consular.payments.orders.model import Attempt
from services.consular.payments.orders.rules import UNSETTLED, AttemptState
from services.consular.payments.providers.rules import Answer, AttemptReference, OutcomeUnknown
from services.consular.payments.reconciliation.rules import (
    BANK_BALANCE,
    BANK_MISSING,
    CARD_UNSETTLED,
    DISPUTED,
    SUSPENSE,
    Finding,
    card_fault,
)
from services.consular.payments.refunds.model import Refund
from services.consular.payments.transfers.model import BankLine, BankStatement
from shared.database.db import now
from shared.errors import Refusal
from shared.values.money import Money

# Payments of these days are asked about again; a bank shows an order to pay after this many days at the latest.
CARD_DAYS, BANK_DAYS = 3, 5
MOST_QUERIES = 300
QueryStatus = Callable[[AttemptReference], Answer]


@dataclass(frozen=True)
class CardPayment:
    """A card payment as it is booked."""

    provider: AttemptReference
    state: AttemptState
    money: Money
    finding: Finding


def bank_findings(session: Session) -> list[Finding]:
    """Money in suspense, payments that no statement shows, accounts whose balance is not the statement's, disputes."""
    return [
        *_suspense(session),
        *_held_cards(session),
        *_not_on_statement(session),
        *_balances(session),
        *_disputed(session),
    ]


def _suspense(session: Session) -> list[Finding]:
    rows = session.scalars(select(BankLine).where(BankLine.open_amount != 0))
    return [Finding(SUSPENSE, row.reference, row.open_money, row.imported_at, row.owner) for row in rows]


def _disputed(session: Session) -> list[Finding]:
    """Payments that a payer's bank has taken back for the time being."""
    return [Finding(DISPUTED, row.attempt, row.money, row.opened_at) for row in disputes.open_ones(session)]


def _held_cards(session: Session) -> list[Finding]:
    """Card money that does not fit and is not owed back yet; that of transfers is a line of a statement."""
    is_refunded = exists().where(Refund.attempt == Attempt.reference)
    held = select(Attempt).where(Attempt.held.is_not(None), Attempt.method == CARD, ~is_refunded)
    return [
        Finding(SUSPENSE, row.reference, row.received or row.money, row.changed_at) for row in session.scalars(held)
    ]


def _not_on_statement(session: Session) -> list[Finding]:
    """Movements of the bank's account that the mission booked itself, and that no statement has shown for days."""
    shown = select(BankLine.reference)
    booked = (
        select(Entry.source, Line.currency, func.sum(Line.amount), func.min(Entry.booked_at))
        .join(Line, Line.entry == Entry.id)
        .where(Line.account == accounts.BANK, Entry.source.not_in(shown))
        .where(Entry.booked_at < now(session) - timedelta(days=BANK_DAYS))
        .group_by(Entry.source, Line.currency)
        .having(func.sum(Line.amount) != 0)
    )
    return [
        Finding(BANK_MISSING, source, Money(int(amount), currency), since)
        for source, currency, amount, since in session.execute(booked)
    ]


def _balances(session: Session) -> list[Finding]:
    """Accounts on which the movements do not lead from the first opening to the last closing balance: a statement is
    missing, and the difference is what it would bring."""
    statements: dict[tuple[str, str], list[BankStatement]] = defaultdict(list)
    for row in session.scalars(select(BankStatement).order_by(BankStatement.opened_on, BankStatement.number)):
        statements[row.iban, row.currency].append(row)
    moved = select(BankLine.iban, BankLine.currency, func.sum(BankLine.amount)).group_by(
        BankLine.iban, BankLine.currency
    )
    sums = {(iban, currency): int(amount) for iban, currency, amount in session.execute(moved)}
    findings = []
    for (iban, currency), rows in statements.items():
        difference = _last(rows).closing - _first(rows).opening - sums.get((iban, currency), 0)
        if difference:
            findings.append(Finding(BANK_BALANCE, f"{iban} {currency}", Money(difference, currency), now(session)))
    return findings


def _first(rows: Sequence[BankStatement]) -> BankStatement:
    """The statement that continues no other one of its day."""
    earliest = [row for row in rows if row.opened_on == rows[0].opened_on]
    closings = {(row.closing, row.closed_on) for row in rows}
    return next((row for row in earliest if (row.opening, row.opened_on) not in closings), earliest[0])


def _last(rows: Sequence[BankStatement]) -> BankStatement:
    """The statement that no other one of its day continues."""
    last_day = max(row.closed_on for row in rows)
    latest = [row for row in rows if row.closed_on == last_day]
    openings = {(row.opening, row.opened_on) for row in rows}
    return next((row for row in latest if (row.closing, row.closed_on) not in openings), latest[-1])


def card_payments(session: Session) -> list[CardPayment]:
    """The card payments to ask the provider about: those of the last days, and all that have not ended."""
    unsettled = Attempt.state.in_([state.value for state in UNSETTLED])
    since = now(session) - timedelta(days=CARD_DAYS)
    rows = session.scalars(
        select(Attempt)
        .where(Attempt.method == CARD, unsettled | (Attempt.changed_at > since))
        .order_by(Attempt.changed_at.desc())
        .limit(MOST_QUERIES)
    )
    return [
        CardPayment(
            row.at_provider,
            AttemptState(row.state),
            row.received or row.money,
            Finding(CARD_UNSETTLED, row.reference, row.received or row.money, row.changed_at),
        )
        for row in rows
    ]


def card_findings(payments: Sequence[CardPayment], query: QueryStatus) -> list[Finding]:
    """What the provider says differently. To be called between transactions: it asks for each payment.

    A payment about which the provider gives no answer is a finding only while it has not ended.
    """
    findings = []
    for payment in payments:
        try:
            fault = card_fault(payment.state, payment.money, query(payment.provider))
        except (OutcomeUnknown, Refusal):
            fault = CARD_UNSETTLED if payment.state in UNSETTLED else None
        if fault is not None:
            known = payment.finding
            findings.append(Finding(fault, known.about, known.money, known.since))
    return findings
