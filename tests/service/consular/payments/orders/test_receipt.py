"""What a receipt says, whose name it bears, and what stays empty on it."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.payments.collection import take
from services.consular.payments.orders import attempts, quote, receipt
from services.consular.payments.orders.model import Order, Receipt
from services.consular.payments.orders.rules import Payment
from shared.database.db import now
from shared.documents.model import Document
from shared.identity.actor import Actor
from shared.values import references
from shared.values.money import Money
from tests.conftest import expatriate
from tests.factories.payments import CASHIER, JOB, open_till, paid
from tests.factories.rows import columns, events

pytestmark = pytest.mark.clock

SessionFor = Callable[..., Session]
PERSON, AGENT_PERSON, OTHER = (f"00000000-0000-4000-8000-00000000000{n}" for n in range(3))
HOLDER = {"ar": "رشا الحسين", "en": "Rasha Alhussein"}
AGENT = {"ar": "سامر الحسين", "en": "Samer Alhussein"}


def order_of(
    session: Session,
    mission: str = "RUH",
    transaction: str = "passport-renewal",
    acting: dict[str, Any] | None = None,
) -> Order:
    open_till(session, replace(CASHIER, mission=mission), missions.find(session, mission).currency)
    return quote.issue_order(
        session,
        JOB,
        application=references.new(mission, 10, "A"),
        transaction=transaction,
        mission=mission,
        person=PERSON,
        parties=lambda: quote.Parties(HOLDER, acting),
    )


def receipt_of(session: Session, payment: Payment) -> Receipt:
    """The receipt, whose number the end of the transaction gives."""
    return session.get_one(Receipt, attempts.find(session, payment.reference).receipt)


def document_data(session: Session, payment: Payment) -> dict[str, object]:
    """The document's data, less what every document has."""
    row = receipt_of(session, payment)
    data = session.get_one(Document, row.document).data
    return {name: value for name, value in data.items() if name != "print"}


def test_a_receipt_for_cash_says_everything(session_for: SessionFor) -> None:
    session = session_for("consular")
    order, cashier = order_of(session), replace(CASHIER, name_ar="ليلى صباغ", name_latin="Layla Sabbagh")
    payment = take.cash(session, cashier, order.reference, Money(75_000, "SAR"), "cash-1")
    today = missions.today(session, "RUH").isoformat()
    assert document_data(session, payment) == {
        "holder": HOLDER,
        "beneficiary": None,
        "application": order.application,
        "payment": payment.reference,
        "transaction": "passport-renewal",
        "method": "cash",
        "paid_at": now(session).isoformat(),
        "lines": [
            {
                "line": "passport_value",
                "beneficiary": "immigration_and_passports",
                "tariff": {"amount": 20_000, "currency": "USD"},
                "collected": {"amount": 75_000, "currency": "SAR"},
            }
        ],
        "rate": {"value": "3.75", "from": "USD", "to": "SAR", "source": "peg", "on": today},
        "rounding": None,
        "instalment": None,
        "borne": None,
        "total": {"amount": 75_000, "currency": "SAR"},
        "cashier": {"ar": "ليلى صباغ", "en": "Layla Sabbagh"},
        "zone": "Asia/Riyadh",
    }
    row = receipt_of(session, payment)
    document = session.get_one(Document, row.document)
    assert columns(row) == {
        "number": document.number,
        "mission": "RUH",
        "order": order.reference,
        "attempt": payment.reference,
        "person": PERSON,
        "document": document.code,
        "issued_at": now(session),
    }
    assert (document.kind, document.about, document.mission, str(document.person), document.expires_on) == (
        "receipt",
        order.application,
        "RUH",
        PERSON,
        None,
    )


@pytest.mark.parametrize(
    ("name_ar", "name_latin", "cashier"),
    [
        ("", "Layla Sabbagh", {"ar": "Layla Sabbagh", "en": "Layla Sabbagh"}),
        ("ليلى صباغ", "", {"ar": "ليلى صباغ", "en": ""}),
        ("", "", {"ar": "", "en": ""}),
    ],
)
def test_a_cashier_without_a_name_leaves_its_place_empty(
    session_for: SessionFor, name_ar: str, name_latin: str, cashier: dict[str, str]
) -> None:
    session = session_for("consular")
    actor = replace(CASHIER, name_ar=name_ar, name_latin=name_latin)
    payment = take.cash(session, actor, order_of(session).reference, Money(75_000, "SAR"), uuid.uuid4().hex)
    assert document_data(session, payment)["cashier"] == cashier


@pytest.mark.parametrize(
    ("payer", "holder", "beneficiary"),
    [(AGENT_PERSON, AGENT, HOLDER), (PERSON, HOLDER, None), (OTHER, HOLDER, None)],
)
def test_a_card_receipt_bears_the_payers_name(
    session_for: SessionFor, payer: str, holder: dict[str, str], beneficiary: dict[str, str] | None
) -> None:
    session = session_for("consular")
    order = order_of(session, acting={"person": AGENT_PERSON, "name": AGENT})
    attempt = take.open_attempt(session, expatriate(payer), order.reference, uuid.uuid4().hex)
    taken = take.record_success(session, JOB, attempt.reference, paid(Money(75_000, "SAR")))
    shown = document_data(session, taken.payment)
    assert (shown["holder"], shown["beneficiary"], shown["cashier"], shown["method"]) == (
        holder,
        beneficiary,
        None,
        "card",
    )


def test_without_an_exchange_no_rate_is_said(session_for: SessionFor) -> None:
    session = session_for("consular", "MAD")
    order = order_of(session, "MAD", "individual-extract")
    cashier = Actor("officer", "cashier-2", "cashier", "MAD")
    open_till(session, cashier, "EUR")
    payment = take.cash(session, cashier, order.reference, Money(9_500, "EUR"), "cash-2")
    shown = document_data(session, payment)
    assert (shown["rate"], shown["zone"], shown["total"]) == (
        None,
        "Europe/Madrid",
        {"amount": 9_500, "currency": "EUR"},
    )


def test_a_read_is_recorded_and_the_payer_may_read_too(session_for: SessionFor) -> None:
    session = session_for("consular")
    order = order_of(session, acting={"person": AGENT_PERSON, "name": AGENT})
    number = receipt_of(session, take.cash(session, CASHIER, order.reference, Money(75_000, "SAR"), "cash-3")).number
    # Numbers of receipts begin again where a test is rolled back, so that others' reads may stand under it.
    before = len(events(session, number))
    for reader in (expatriate(PERSON), expatriate(AGENT_PERSON)):
        assert receipt.read(session, reader, number).startswith(b"%PDF-")
    assert [(actor, action) for actor, action, _, _ in events(session, number)[before:]] == [
        ("account-00000000", "receipt.read"),
        ("account-00000000", "receipt.read"),
    ]
