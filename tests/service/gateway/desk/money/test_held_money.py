"""A payment of 375.01 for 375.00 shows both amounts wherever it stands: case, counter, what is owed back, slip."""

import json
from collections.abc import Callable

import pytest
from sqlalchemy import select, update

from services.consular.payments.orders.model import Attempt
from shared.database.db import Database
from shared.documents.model import Document
from tests.conftest import HOME
from tests.factories.applications import Counter
from tests.factories.gateway import Gateway
from tests.factories.gateway.forms import EMPTY_TILL

At = Callable[..., Counter]
ARRIVED, ASKED = "375.01", "375.00"


@pytest.fixture
def held(counter: At, database: Callable[[str], Database]) -> Counter:
    """Somebody whose payment is held: what was asked for and what arrived are written over a good one's."""
    here = counter().until("in_review")
    payment = here.read()["payments"][0]["reference"]
    values = {"held": "overpaid", "amount": 37500, "received_amount": 37501, "received_currency": "SAR"}
    with database("consular").scope(HOME) as session:
        session.execute(update(Attempt).where(Attempt.reference == payment).values(**values))
    return here


@pytest.mark.parametrize("language", ["ar", "en"])
def test_both_amounts_stand_on_case_counter_refund_and_slip(
    held: Counter, gateway: Gateway, database: Callable[[str], Database], language: str
) -> None:
    cashier, clerk = gateway.visitor("cashier"), gateway.visitor("clerk")
    case = f"/{language}/desk/cases/{held.reference}"
    for visitor in (cashier, clerk):
        for path in (case, f"/{language}/desk/counter?reference={held.reference}"):
            page = visitor.get(path).text
            assert ARRIVED in page and ASKED in page and page.count('class="notice needed"') >= 1, path
    payment = held.read()["payments"][0]["reference"]
    back = f"{case}/payments/{payment}/give-back"
    assert cashier.submit(back, case, reason="sent too much", key=held.reference).status_code == 303
    refund = str(held.read()["refunds"][0]["reference"])
    path = f"/{language}/desk/refunds/{refund}"
    pages = (f"/{language}/desk/refunds", path, case, f"/{language}/desk/counter?reference={held.reference}")
    for each in pages:
        page = cashier.get(each).text
        assert ARRIVED in page and ASKED in page, each
    assert cashier.post(f"{path}/prepare", **cashier.form(path, f"{path}/prepare"), method="cash").status_code == 303
    if "/desk/tills/RUH-T" not in cashier.get("/en/desk/tills").text:
        assert cashier.post("/en/desk/tills", **cashier.form("/en/desk/tills"), **EMPTY_TILL).status_code == 303
    page = cashier.get(path).text
    if f"{path}/payout" not in page:
        # It was paid by another way than it goes back: a second person signs first.
        return
    assert cashier.post(f"{path}/payout", **cashier.form(path, f"{path}/payout")).status_code == 303
    slip = held.read()["refunds"][0]["slip"]
    with database("consular").scope(HOME) as session:
        data = session.scalar(select(Document.data).where(Document.code == slip))
    assert data is not None
    assert (data["arrived"]["amount"], data["asked"]["amount"]) == (37501, 37500), json.dumps(data)
