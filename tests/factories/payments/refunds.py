"""Money that is owed back, at any stage of its way."""

import uuid

from sqlalchemy.orm import Session

from services.consular.payments.collection import hosted, take
from services.consular.payments.orders import attempts
from services.consular.payments.orders.rules import Payment
from services.consular.payments.refunds import prepare, refund
from services.consular.payments.refunds.model import Refund
from services.consular.payments.refunds.prepare import Payout
from shared.database.db import Database
from shared.identity.actor import Actor
from shared.values.money import Money
from tests.conftest import officer
from tests.factories.payments import CASHIER, JOB, RETURN, InMemoryProvider, owe, owed, settle

IBAN = "SA0380000000608010167519"
HEAD = officer("head_of_mission")
TO_BANK = Payout("transfer", "البطاقة أُغلقت", IBAN, "Rasha Alhussein")
BY_CASH = Payout("cash")


def due_in_cash(session: Session, cashier: Actor = CASHIER) -> Refund:
    """Owed back for an order of SAR 750 that was paid in cash."""
    order = owe(session)
    take.cash(session, cashier, order.reference, Money(75_000, "SAR"), uuid.uuid4().hex)
    due = refund.mark_due(session, JOB, order.reference, "withdrawn")
    assert due is not None
    return due


def paid_by_card(database: Database, provider: InMemoryProvider) -> Payment:
    """A card payment of SAR 750 that the provider has, committed."""
    order = owed(database)
    payment = hosted.open_page(database, JOB, provider, settle, order.reference, uuid.uuid4().hex, RETURN)
    provider.choose(payment.reference, "pay")
    hosted.refresh(database, JOB, provider, settle, payment.reference)
    with database.scope("RUH") as session:
        return attempts.find(session, payment.reference)


def approved_for_card(database: Database, provider: InMemoryProvider) -> Refund:
    """Owed back for a card payment and approved, committed."""
    payment = paid_by_card(database, provider)
    with database.scope("RUH") as session:
        due = refund.mark_due(session, JOB, payment.order, "withdrawn")
        assert due is not None
        return prepare.prepare(session, CASHIER, due.reference, due.money, Payout("card"))


def approved_for_bank(session: Session) -> Refund:
    """Owed back for a payment in cash, approved by two people to go to an account."""
    due = due_in_cash(session)
    prepare.prepare(session, CASHIER, due.reference, due.money, TO_BANK)
    return prepare.approve(session, HEAD, due.reference, due.money)
