"""A till's day: cash only while it is open, counted blind, every difference booked, the safe never short."""

import uuid
from collections.abc import Callable

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from services.consular.payments.collection import take
from services.consular.payments.ledger import accounts, entries
from services.consular.payments.orders.model import Attempt
from services.consular.payments.tills import deposit, listing, till
from services.consular.payments.tills.model import Till
from shared.database.db import Database
from shared.errors import Conflict, NotAllowed, NotFound
from shared.identity.actor import Actor
from shared.values.money import Money
from tests.conftest import officer
from tests.factories.concurrency import at_once
from tests.factories.payments import owe
from tests.factories.refusals import refuses
from tests.factories.rows import booked

SessionFor = Callable[..., Session]
RIYALS = Money(75_000, "SAR")
HEAD = officer("head_of_mission")


def somebody() -> Actor:
    return officer("cashier", name=f"till-{uuid.uuid4().hex[:8]}")


def cash(session: Session, actor: Actor) -> str:
    return take.cash(session, actor, owe(session).reference, RIYALS, uuid.uuid4().hex).reference


def test_cash_goes_into_the_open_till_of_who_takes_it(session_for: SessionFor) -> None:
    session, actor = session_for("consular"), somebody()
    with refuses("till_needed", Conflict):
        cash(session, actor)
    opened = till.open_till(session, actor, "SAR", {"50000": 2})
    assert (opened.float_amount, opened.state) == (100_000, "open")
    payment = cash(session, actor)
    assert session.get_one(Attempt, payment).till == opened.reference
    with refuses("till_open", Conflict):
        till.open_till(session, actor, "SAR", {})
    with refuses("till_needed", Conflict):
        till.require_open(session, actor, "EUR")


@pytest.mark.parametrize(
    ("pieces", "variance"), [({"50000": 3, "5000": 5}, 0), ({"50000": 3}, -25_000), ({"50000": 4}, 25_000)]
)
def test_the_count_closes_it_and_the_difference_is_booked(
    session_for: SessionFor, pieces: dict[str, int], variance: int
) -> None:
    session, actor = session_for("consular"), somebody()
    safe = entries.balance(session, accounts.SAFE, "SAR").amount
    opened = till.open_till(session, actor, "SAR", {"50000": 2})
    cash(session, actor)
    assert listing.day_sheet(session, actor, opened.reference)["lines"] == []
    closed = till.close_till(session, actor, opened.reference, pieces)
    assert (closed.expected_amount, closed.variance) == (175_000, variance)
    balances = entries.balances(session)
    assert balances.get((accounts.cash_of(actor.id), "SAR"), 0) == 0
    assert balances.get((accounts.TILL_VARIANCE, "SAR"), 0) == -variance
    assert balances[accounts.SAFE, "SAR"] - safe == 75_000 + variance
    assert [entry.kind for entry, _ in booked(session, opened.reference)][-1] == "till_variance" or not variance
    with refuses("till_closed", Conflict):
        till.close_till(session, actor, opened.reference, pieces)
    with refuses("till_needed", Conflict):
        cash(session, actor)


def test_the_day_sheet_has_every_entry_and_adds_up_to_nothing(session_for: SessionFor) -> None:
    session, actor = session_for("consular"), somebody()
    opened = till.open_till(session, actor, "SAR", {"50000": 2})
    payments = [cash(session, actor), cash(session, actor)]
    till.close_till(session, actor, opened.reference, {"50000": 5})
    sheet = listing.day_sheet(session, HEAD, opened.reference)
    assert [line["source"] for line in sheet["lines"] if line["kind"] == "payment"] == payments
    assert {line["kind"]: line["amount"] for line in sheet["sums"]} == {
        "till_float": 100_000,
        "payment": 150_000,
        "till_closed": -250_000,
    }
    assert (sheet["counted"], sheet["expected"], sheet["variance"]) == (250_000, 250_000, 0)


def test_a_till_is_its_officers(session_for: SessionFor) -> None:
    session, actor, other = session_for("consular"), somebody(), somebody()
    opened = till.open_till(session, actor, "SAR", {})
    with refuses("not_found", NotFound):
        till.close_till(session, other, opened.reference, {})
    with refuses("not_found", NotFound):
        listing.day_sheet(session, other, opened.reference)
    with refuses("not_allowed", NotAllowed):
        till.open_till(session, officer("clerk"), "SAR", {})


def test_a_deposit_takes_what_the_safe_has_with_a_slip(session_for: SessionFor) -> None:
    session, actor = session_for("consular"), somebody()
    opened = till.open_till(session, actor, "SAR", {})
    cash(session, actor)
    till.close_till(session, actor, opened.reference, {"50000": 1, "5000": 5})
    safe = entries.balance(session, accounts.SAFE, "SAR")
    made = deposit.deposit(session, actor, "SAR", {"50000": safe.amount // 50_000})
    assert made.amount == safe.amount // 50_000 * 50_000 and made.slip.startswith("RUH-")
    assert entries.balance(session, accounts.DEPOSITS, "SAR").amount == made.amount
    with refuses("safe_short", Conflict):
        deposit.deposit(session, actor, "SAR", {"50000": 100_000})
    with pytest.raises(DBAPIError, match=r"permission denied|append-only"):
        session.execute(text("DELETE FROM deposit"))


def test_closing_and_taking_at_once_loses_no_money(database: Callable[[str], Database]) -> None:
    consular, actor = database("consular"), somebody()
    with consular.scope("RUH") as session:
        opened = till.open_till(session, actor, "SAR", {}).reference
        orders = [owe(session).reference for _ in range(8)]

    def pay(order: str) -> str:
        with consular.scope("RUH") as session:
            return take.cash(session, actor, order, RIYALS, uuid.uuid4().hex).reference

    def close() -> str:
        with consular.scope("RUH") as session:
            return till.close_till(session, actor, opened, {}).reference

    results = at_once([*[lambda order=order: pay(order) for order in orders], close])
    taken = [each for each in results[:-1] if isinstance(each, str)]
    assert {each.code for each in results if isinstance(each, Conflict)} <= {"till_needed"}
    with consular.scope("RUH") as session:
        closed = session.get_one(Till, opened)
        assert (closed.state, closed.expected_amount) == ("closed", 75_000 * len(taken))
        assert entries.balance(session, accounts.cash_of(actor.id), "SAR").amount == 0
