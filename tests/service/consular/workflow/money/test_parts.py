"""Part payments: kept in suspense with a receipt, the rest by any way, one winner, all of it back after a lapse."""

import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from sqlalchemy import text
from werkzeug.test import TestResponse

from services.consular.payments.ledger import accounts, entries
from services.consular.payments.orders.model import Attempt, Receipt
from services.consular.payments.refunds.refund import of_application
from services.consular.payments.transfers.reference import payer_reference
from shared.database.db import Database
from shared.documents.model import Document
from shared.identity.actor import ANONYMOUS
from tests.conftest import HOME, officer
from tests.factories.answers import code_of
from tests.factories.applications import Counter
from tests.factories.concurrency import together
from tests.factories.payments import InMemoryProvider
from tests.factories.payments.bank_mission import Mission
from tests.factories.payments.card import RETURN, card, notify
from tests.factories.payments.quotes import expire_quote

At = Callable[..., Counter]
Databases = Callable[[str], Database]
CASHIER, HEAD = officer("cashier"), officer("head_of_mission")
WHOLE = 75_000
pytestmark = pytest.mark.usefixtures("empty_files")


@pytest.fixture
def here(counter: At) -> Counter:
    return counter().until("awaiting_payment")


def pay(here: Counter, amount: int, *, part: bool = False, currency: str = "SAR", who: Any = CASHIER) -> TestResponse:
    return here.desk("cash", who, amount=amount, currency=currency, part=part)


def balances(database: Databases) -> dict[tuple[str, str], int]:
    """Every account of the mission; each currency adds up to nothing."""
    with database("consular").scope(HOME) as session:
        found = entries.balances(session)
    for currency in {one for _, one in found}:
        assert sum(amount for (_, each), amount in found.items() if each == currency) == 0
    return found


def of(found: dict[tuple[str, str], int], account: str) -> int:
    return found.get((account, "SAR"), 0)


def test_a_part_is_kept_and_the_rest_moves_the_application_on(here: Counter, database: Databases) -> None:
    before = balances(database)
    first = pay(here, 30_000, part=True)
    assert first.status_code == 200, first.get_json()
    shown, kept = here.read(), balances(database)
    assert shown["status"] == "awaiting_payment"
    assert shown["parts"] == {"arrived": 30_000, "remaining": 45_000, "cash_remaining": 45_000, "currency": "SAR"}
    assert of(kept, accounts.SUSPENSE) - of(before, accounts.SUSPENSE) == -30_000
    assert code_of(pay(here, WHOLE)) == "amount_differs"
    second = pay(here, 45_000)
    assert second.status_code == 200 and here.read()["status"] == "in_review" and here.read()["parts"] is None
    after = balances(database)
    assert of(after, accounts.SUSPENSE) == of(before, accounts.SUSPENSE)
    cash = accounts.cash_of(CASHIER.id)
    assert of(after, cash) - of(before, cash) == WHOLE
    numbers = [first.get_json()["receipt"], second.get_json()["receipt"]]
    assert len(set(numbers)) == 2 and all(numbers)
    with database("consular").scope(HOME) as session:
        papers = [session.get_one(Document, session.get_one(Receipt, one).document).data for one in numbers]
    assert [paper["total"]["amount"] for paper in papers] == [30_000, 45_000]
    assert [paper["instalment"]["remaining"]["amount"] for paper in papers] == [45_000, 0]
    assert papers[1]["instalment"]["before"]["amount"] == 30_000 and not papers[1]["rounding"]
    assert code_of(pay(here, 100, part=True)) in {"not_possible_now", "order_paid"}


@pytest.mark.parametrize(
    ("amount", "currency", "code"),
    [
        (45_000, "SAR", "not_a_part"),
        (45_001, "SAR", "not_a_part"),
        (WHOLE, "SAR", "not_a_part"),
        (20_000, "USD", "not_a_part"),
        (20_050, "SAR", "not_in_coins"),
        (100, "SYP-NEW", "not_a_part"),
        (0, "SAR", "invalid"),
        (-1, "SAR", "invalid"),
        (100, "SYP", "invalid"),
    ],
)
def test_what_is_no_part_is_not_taken(here: Counter, amount: int, currency: str, code: str) -> None:
    assert pay(here, 30_000, part=True).status_code == 200
    assert code_of(pay(here, amount, part=True, currency=currency)) == code
    assert here.read()["parts"]["arrived"] == 30_000


def test_a_part_that_is_smaller_than_a_coin_is_no_money_left_behind(counter: At, database: Databases) -> None:
    """The coins for the rest are those for the whole: the part leaves suspense all the same."""
    here, bank = counter().until("awaiting_payment"), Mission(database("consular"))
    before = balances(database)
    bank.receive(bank.movement(40, f"{payer_reference(here.reference)} tiny"))
    assert here.read()["parts"] == {"arrived": 40, "remaining": 74_960, "cash_remaining": WHOLE, "currency": "SAR"}
    assert pay(here, WHOLE).status_code == 200
    after = balances(database)
    assert of(after, accounts.SUSPENSE) == of(before, accounts.SUSPENSE)
    assert of(before, accounts.ROUNDING) - of(after, accounts.ROUNDING) == 40
    assert here.ask_as_applicant("POST", "/withdraw", {"key": uuid.uuid4().hex}).status_code == 200
    assert sorted(one["amount"] for one in here.read()["refunds"]) == [40, WHOLE]
    assert of(balances(database), accounts.ROUNDING) == of(before, accounts.ROUNDING)


def test_the_rest_comes_by_card(here: Counter, database: Databases, provider: InMemoryProvider) -> None:
    before = balances(database)
    assert pay(here, 30_000, part=True).status_code == 200
    page = card(here).get_json()
    assert (page["amount"], page["currency"]) == (45_000, "SAR")
    provider.choose(page["reference"], "pay")
    assert notify(here, provider, page["reference"]).status_code == 200
    check_rest(here, database, before, page["reference"])


def test_the_rest_comes_by_a_link_that_shows_it(here: Counter, database: Databases, provider: InMemoryProvider) -> None:
    before = balances(database)
    token = here.ask_as_applicant("POST", "/payer-link", {"key": "link"}).get_json()["token"]
    assert pay(here, 30_000, part=True).status_code == 200
    path = f"/payer-links/{token}"
    shown = here.client.get(path, ANONYMOUS).get_json()
    assert (shown["amount"], shown["currency"]) == (45_000, "SAR")
    terms = {"method": "card", "currency": "SAR", "name": "Omar Alhussein", "return_url": RETURN, "key": "pay"}
    old = here.client.post(f"{path}/payments", ANONYMOUS, {**terms, "amount": WHOLE})
    assert code_of(old) == "price_changed"
    opened = here.client.post(f"{path}/payments", ANONYMOUS, {**terms, "amount": 45_000}).get_json()
    provider.choose(opened["payment"], "pay")
    assert here.client.post(f"{path}/refresh", ANONYMOUS, {}).get_json()["state"] == "paid"
    check_rest(here, database, before, opened["payment"])


def check_rest(here: Counter, database: Databases, before: dict[tuple[str, str], int], payment: str) -> None:
    """30,000 came in cash and 45,000 by card: each has its receipt, and each goes back by a refund of its own."""
    after, shown = balances(database), here.read()
    assert shown["status"] == "in_review" and shown["parts"] is None
    cash = accounts.cash_of(CASHIER.id)
    moved = [of(after, one) - of(before, one) for one in (cash, accounts.CARD, accounts.SUSPENSE)]
    assert moved == [30_000, 45_000, 0]
    with database("consular").scope(HOME) as session:
        number = next(one["receipt"] for one in shown["payments"] if one["reference"] == payment)
        paper = session.get_one(Document, session.get_one(Receipt, number).document).data
    figures = [paper["instalment"][name]["amount"] for name in ("price", "before", "remaining")]
    assert (paper["total"]["amount"], figures) == (45_000, [WHOLE, 30_000, 0])
    assert here.ask_as_applicant("POST", "/withdraw", {"key": uuid.uuid4().hex}).status_code == 200
    with database("consular").scope(HOME) as session:
        owed = [
            (session.get_one(Attempt, one.attempt).method, one.amount)
            for one in of_application(session, here.reference)
        ]
    assert sorted(owed) == [("card", 45_000), ("cash", 30_000)]


def test_a_part_needs_the_desk_of_the_mission(here: Counter) -> None:
    assert pay(here, 30_000, part=True, who=officer("cashier", "BER")).status_code == 404
    assert pay(here, 30_000, part=True, who=officer("clerk")).status_code == 403
    assert here.read()["parts"] is None


def test_a_part_holds_the_price_beyond_its_quote(here: Counter, database: Databases) -> None:
    assert pay(here, 30_000, part=True).status_code == 200
    order = here.read()["quote"]["order"]
    expire_quote(database("consular"), here.reference, 1)
    assert pay(here, 45_000).status_code == 200
    assert here.read()["quote"]["order"] == order and here.read()["status"] == "in_review"


def test_the_rest_comes_by_bank(here: Counter, database: Databases) -> None:
    bank = Mission(database("consular"))
    assert pay(here, 30_000, part=True).status_code == 200
    reference = payer_reference(here.reference)
    bank.receive(bank.movement(20_000, f"{reference} a"))
    assert here.read()["parts"]["remaining"] == 25_000
    bank.receive(bank.movement(26_000, f"{reference} b"))
    shown = here.read()
    assert shown["status"] == "in_review" and len([one for one in shown["payments"] if one["receipt"]]) == 3
    assert [one["received"]["amount"] for one in shown["payments"] if one["held"] == "over"] == [1_000]
    balances(database)


def test_a_part_by_bank_counts_at_the_counter(here: Counter, database: Databases) -> None:
    bank = Mission(database("consular"))
    bank.receive(bank.movement(20_000, f"{payer_reference(here.reference)} c"))
    assert here.read()["parts"]["remaining"] == 55_000
    assert pay(here, 55_000).status_code == 200
    shown = here.read()
    assert shown["status"] == "in_review" and len([one for one in shown["payments"] if one["receipt"]]) == 2
    case = here.client.get(f"/desk/cases/{here.reference}", HEAD).get_json()
    assert case["exception"] is None
    balances(database)


@pytest.mark.parametrize("paid", [False, True], ids=["in parts", "whole"])
def test_what_was_paid_goes_back_each_in_its_own_amount(here: Counter, database: Databases, paid: bool) -> None:
    before = balances(database)
    assert pay(here, 30_000, part=True).status_code == pay(here, 5_000, part=True).status_code == 200
    if paid:
        assert pay(here, 40_000).status_code == 200
    terms = here.read()["on_withdrawal"]
    assert (terms["rule"], terms["amount"]) == ("whole", WHOLE if paid else 35_000)
    assert here.ask_as_applicant("POST", "/withdraw", {"key": uuid.uuid4().hex}).status_code == 200
    owed = sorted(one["amount"] for one in here.read()["refunds"])
    assert owed == ([5_000, 30_000, 40_000] if paid else [5_000, 30_000])
    after = balances(database)
    assert of(after, accounts.SUSPENSE) == of(before, accounts.SUSPENSE)
    assert of(after, accounts.REFUNDS) - of(before, accounts.REFUNDS) == -sum(owed)


def test_of_several_who_take_the_rest_at_once_one_wins(here: Counter, database: Databases) -> None:
    assert pay(here, 30_000, part=True).status_code == 200
    cashiers = [officer("cashier", name=f"cashier-{place}") for place in range(4)]
    for cashier in cashiers:
        here.open_till(cashier)
    assert together(*(partial(pay, here, 45_000, who=one) for one in cashiers)) == [200, 409, 409, 409]
    found = balances(database)
    assert sum(of(found, accounts.cash_of(one.id)) for one in cashiers) == 45_000
    order = here.read()["quote"]["order"]
    with database("consular").scope(HOME) as session:
        counting = text("SELECT count(*) FROM attempt WHERE \"order\" = :o AND state = 'succeeded' AND held IS NULL")
        assert session.scalar(counting, {"o": order}) == 1
        assert session.scalar(text('SELECT count(*) FROM receipt WHERE "order" = :o'), {"o": order}) == 2
