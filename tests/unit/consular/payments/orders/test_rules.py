"""How long a quote is valid."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from services.consular.payments.orders.rules import quote_expiry, refunded
from services.consular.payments.rates.rules import Rate
from services.consular.payments.tariffs.rules import PricedLine
from shared.values.money import Money

DAY = date(2026, 10, 30)


@pytest.mark.parametrize(("source", "hours"), [(None, 240), ("peg", 240), ("ecb", 24), ("mission_table", 24)])
def test_a_market_rate_is_promised_for_a_day_and_all_else_for_ten(source: str | None, hours: int) -> None:
    made = datetime(2026, 11, 21, tzinfo=UTC)
    by = Rate("USD", "SAR", Decimal("3.75"), DAY, source) if source else None
    line = PricedLine("passport_value", "immigration_and_passports", Money(1, "USD"), Money(4, "SAR"), "law", "H", by)
    until = quote_expiry(made, [line])
    assert (until - made).total_seconds() == hours * 3600


@pytest.mark.parametrize(
    ("back", "standing"), [([], None), ([1], "part"), ([499, 500], "part"), ([500, 500], "whole"), ([1000], "whole")]
)
def test_what_was_taken_is_paid_back_in_part_or_whole(back: list[int], standing: str | None) -> None:
    assert refunded(Money(1000, "SAR"), [Money(amount, "SAR") for amount in back]) == standing
