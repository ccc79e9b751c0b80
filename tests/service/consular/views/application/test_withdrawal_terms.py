"""What becomes of the money is said before anybody withdraws, and is what then happens."""

from collections.abc import Callable

import pytest

from shared.database.db import Database
from tests.factories.applications import Counter
from tests.factories.applications.deadlines import page_opened, waiting
from tests.factories.payments import InMemoryProvider

pytestmark = pytest.mark.clock

PLACE = "NIC"


@pytest.mark.parametrize(
    ("status", "rule", "after"),
    [
        ("draft", "nothing_due", None),
        ("awaiting_payment", "price_cancelled", "cancelled"),
        ("in_review", "whole", "refund_due"),
        ("returned", "whole", "refund_due"),
    ],
)
def test_each_state_has_its_rule_and_keeps_it(
    counter: Callable[..., Counter], status: str, rule: str, after: str | None
) -> None:
    in_review = status == "in_review"
    case = counter(mission=PLACE).until("in_review") if in_review else waiting(counter, status, PLACE)
    before = case.read()
    told = before["on_withdrawal"]
    assert told["rule"] == rule
    if rule == "whole":
        assert (told["amount"], told["currency"]) == (before["quote"]["cash_total"], before["quote"]["currency"])
    assert case.ask_as_applicant("POST", "/withdraw", {"key": "withdraw-it"}).status_code == 200
    now = case.read()
    assert now["status"] == "withdrawn" and now["on_withdrawal"] is None
    assert (now["quote"]["state"] if now["quote"] else None) == after
    assert [owed["amount"] for owed in now["refunds"]] == ([told["amount"]] if rule == "whole" else [])


def test_a_payment_under_way_is_named(counter: Callable[..., Counter], database: Callable[[str], Database]) -> None:
    case = waiting(counter, "awaiting_payment", PLACE)
    page_opened(database("consular"), InMemoryProvider(), case)
    assert case.read()["on_withdrawal"] == {"rule": "under_way"}


def test_with_an_authority_nothing_is_withdrawn(counter: Callable[..., Counter]) -> None:
    case = counter(mission=PLACE).until("with_authority")
    assert case.read()["on_withdrawal"] is None
    assert case.ask_as_applicant("POST", "/withdraw", {"key": "too-late"}).status_code == 409
