"""One row: found or refused, changed once from one state, and numbers that are counted on without gaps."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from services.consular.ministries.model import LetterNumber
from services.consular.payments.orders.model import Order
from services.consular.payments.orders.rules import OrderState
from shared.database.db import Database
from shared.database.rows import change_row, find_row, lock_row, next_number
from shared.errors import NotFound
from tests.factories.concurrency import at_once
from tests.factories.payments import owe, owed
from tests.factories.refusals import refuses

Sessions = Callable[..., Session]


def test_a_row_is_found_or_refused_with_the_code(session_for: Sessions) -> None:
    session = session_for("consular")
    order = owe(session)
    assert find_row(session, Order, order.reference) is order
    assert lock_row(session, Order, order.reference) is order
    with refuses("not_found", NotFound):
        find_row(session, Order, "RUH-0")
    with refuses("not_found", NotFound):
        lock_row(session, Order, "RUH-0")
    with refuses("order_unknown", NotFound):
        find_row(session, Order, "RUH-0", "order_unknown")


def test_a_locked_row_is_in_its_present_state(database: Callable[[str], Database]) -> None:
    consular = database("consular")
    order = owed(consular)
    with consular.scope("RUH") as session:
        before = session.get_one(Order, order.reference)
        with consular.scope("RUH") as other:
            assert change_row(other, Order, Order.reference == order.reference, state=OrderState.CANCELLED.value)
        assert before.state == OrderState.OPEN
        assert lock_row(session, Order, order.reference).state == OrderState.CANCELLED


def test_a_change_rereads_the_row_and_comes_once(session_for: Sessions) -> None:
    session = session_for("consular")
    order, other = owe(session), owe(session)
    still_open = Order.reference == order.reference, Order.state == OrderState.OPEN.value
    assert change_row(session, Order, *still_open, state=OrderState.PAID.value) is order
    assert order.state == OrderState.PAID
    assert change_row(session, Order, *still_open, state=OrderState.CANCELLED.value) is None
    assert (order.state, other.state) == (OrderState.PAID, OrderState.OPEN)


def test_of_two_changes_at_one_moment_one_is_made(database: Callable[[str], Database]) -> None:
    consular = database("consular")
    order = owed(consular)

    def change() -> bool:
        with consular.scope("RUH") as session:
            still_open = Order.reference == order.reference, Order.state == OrderState.OPEN.value
            return change_row(session, Order, *still_open, state=OrderState.CANCELLED.value) is not None

    assert sorted(map(bool, at_once([change, change]))) == [False, True]


def test_numbers_are_counted_for_each_key(session_for: Sessions) -> None:
    session = session_for("consular")
    key, next_year = ({"mission": "RUH", "authority": "traffic", "year": year} for year in (1901, 1902))
    assert [next_number(session, LetterNumber, **key) for _ in range(3)] == [1, 2, 3]
    assert next_number(session, LetterNumber, **next_year) == 1
    with session.begin_nested() as attempt:
        assert next_number(session, LetterNumber, **key) == 4
        attempt.rollback()
    assert next_number(session, LetterNumber, **key) == 4
