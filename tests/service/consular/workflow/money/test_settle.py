"""Several tills at once: nobody waits for another's settlement but for its last statement, which numbers receipts."""

import uuid
from collections.abc import Callable

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from services.consular.applications.model import Application
from services.consular.payments.orders import attempts
from services.consular.payments.orders.model import Receipt
from services.consular.payments.orders.rules import Payment
from services.consular.workflow.money import settle
from shared.database import pending
from shared.database.audit import event
from shared.database.db import Database
from shared.identity.actor import Actor
from shared.messaging.outbox import outbox
from shared.values.money import Money
from tests.conftest import HOME
from tests.factories.applications import Counter
from tests.factories.payments import open_till

Databases = Callable[[str], Database]
# Far longer than a statement takes, and far shorter than the other till keeps its transaction open.
PATIENCE = text("SET LOCAL lock_timeout = '1s'")
TILLS = [Actor("officer", f"till-{number}", "cashier", HOME) for number in (1, 2)]


def take(session: Session, till: Actor, here: Counter, owed: Money) -> Payment:
    return settle.by_cash(session, till, here.reference, owed, uuid.uuid4().hex)


def unpaid(counter: Callable[..., Counter]) -> tuple[Counter, Money]:
    here = counter().until("awaiting_payment")
    quote = here.read()["quote"]
    return here, Money(quote["cash_total"], quote["currency"])


@pytest.fixture
def open_tills(counter: Callable[..., Counter], database: Databases) -> None:
    """Both tills have taken money before, so that their accounts exist."""
    for till in TILLS:
        here, owed = unpaid(counter)
        with database("consular").scope(HOME) as session:
            open_till(session, till, owed.currency)
            take(session, till, here, owed)


def numbers(database: Database) -> list[int]:
    with database.scope(HOME) as session:
        return sorted(int(number.rsplit("-", 1)[1]) for number in session.scalars(select(Receipt.number)))


def test_a_settlement_does_not_wait_for_one_that_is_not_finished(
    counter: Callable[..., Counter], database: Databases, open_tills: None
) -> None:
    consular, (first, owed), (second, _) = database("consular"), unpaid(counter), unpaid(counter)
    with consular.scope(HOME) as slow:
        earlier = take(slow, TILLS[0], first, owed)
        with consular.scope(HOME) as quick:
            quick.execute(PATIENCE)
            later = take(quick, TILLS[1], second, owed)
        assert second.read()["status"] == "in_review"
    with consular.scope(HOME) as session:
        receipts = [attempts.find(session, payment.reference).receipt for payment in (later, earlier)]
    assert receipts == sorted(receipts, key=str) and len(set(receipts)) == 2
    assert numbers(consular) == list(range(1, len(numbers(consular)) + 1))


def test_only_the_last_statement_waits_for_the_number_before(
    counter: Callable[..., Counter], database: Databases, open_tills: None
) -> None:
    consular, (first, owed), (second, _) = database("consular"), unpaid(counter), unpaid(counter)
    with consular.scope(HOME) as slow:
        take(slow, TILLS[0], first, owed)
        pending.write(slow)
        with pytest.raises(OperationalError, match="lock timeout"), consular.scope(HOME) as quick:
            quick.execute(PATIENCE)
            take(quick, TILLS[1], second, owed)
            assert quick.get_one(Application, second.reference).status == "in_review"
    # The one that waited in vain took no number and moved nothing.
    assert second.read()["status"] == "awaiting_payment"
    assert second.pay().status_code == 200
    assert numbers(consular) == list(range(1, len(numbers(consular)) + 1))


def test_events_and_messages_carry_the_payment_not_the_number(
    counter: Callable[..., Counter], database: Databases
) -> None:
    here, _ = unpaid(counter)
    answer = here.pay().get_json()
    number, reference = answer["receipt"], answer["payment"]["reference"]
    assert answer["payment"]["receipt"] == number
    with database("consular").scope(HOME) as session:
        details = session.scalars(select(event.c.detail).where(event.c.about == here.reference)).all()
        bodies = session.scalars(select(outbox.c.content).where(outbox.c.about == here.reference)).all()
    assert number not in str([*details, *bodies])
    assert [detail["payment"] for detail in details if "method" in detail] == [reference] * 2
    assert [step["detail"] for step in here.read()["timeline"] if step["code"] == "paid"] == [
        {"payment": reference, "method": "cash"}
    ]


def test_a_repeated_request_has_the_receipt_of_the_first(counter: Callable[..., Counter]) -> None:
    here, owed = unpaid(counter)
    body = {"amount": owed.amount, "currency": owed.currency}
    first = here.desk("cash", TILLS[0], key="one-press", **body).get_json()
    assert first["receipt"].startswith("RUH-RC-")
    assert here.desk("cash", TILLS[0], key="one-press", **body).get_json() == first
