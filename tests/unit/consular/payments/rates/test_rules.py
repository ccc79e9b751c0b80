"""Rates are published, inverted or crossed; they grow old, and none jumps unnoticed."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from services.consular.payments.rates.rules import Rate, cross, is_outside_band

pytestmark = pytest.mark.clock

DAY = date(2026, 10, 30)


def rate(base: str, quote: str, value: str, source: str = "peg", on: date = DAY, until: date | None = None) -> Rate:
    return Rate(base, quote, Decimal(value), on, source, until)


def table(*rates: Rate) -> dict[tuple[str, str], Rate]:
    return {(each.base, each.quote): each for each in rates}


def test_a_rate_is_published_turned_round_or_crossed() -> None:
    known = table(rate("USD", "SAR", "3.75"), rate("EUR", "USD", "1.25", "ecb"), rate("EUR", "JPY", "175", "ecb"))
    assert cross(known, "USD", "SAR", DAY) == known["USD", "SAR"]
    assert cross(known, "SAR", "USD", DAY) == rate("SAR", "USD", "0.266666666667")
    assert cross(known, "USD", "EUR", DAY) == rate("USD", "EUR", "0.8", "ecb")
    assert cross(known, "USD", "JPY", DAY) == rate("USD", "JPY", "140", "ecb")
    assert cross(known, "EUR", "SAR", DAY) == rate("EUR", "SAR", "4.6875", "ecb")
    assert cross(known, "USD", "GBP", DAY) is None


def test_a_crossed_rate_is_as_old_as_its_oldest_part_and_ends_with_the_first() -> None:
    old, week, month = date(2026, 10, 1), DAY + timedelta(days=7), DAY + timedelta(days=30)
    known = table(rate("USD", "SAR", "3.75", on=old), rate("EUR", "USD", "1.25", "ecb", until=week))
    assert cross(known, "EUR", "SAR", DAY) == rate("EUR", "SAR", "4.6875", "ecb", old, week)
    known = table(rate("EUR", "USD", "1.25", "ecb", until=week), rate("EUR", "JPY", "175", "ecb", until=month))
    assert cross(known, "USD", "JPY", DAY) == rate("USD", "JPY", "140", "ecb", until=week)


def test_an_old_rate_gives_way_to_another_path_and_stands_where_there_is_none() -> None:
    ended = DAY - timedelta(days=1)
    old = rate("USD", "LBP", "89500", "central_bank", until=ended)
    assert not old.may_be_used_on(DAY) and old.may_be_used_on(ended)
    assert cross(table(old), "USD", "LBP", DAY) == old
    through_euro = rate("EUR", "USD", "1.25", "ecb", until=DAY), rate("EUR", "LBP", "112500", "ecb", until=DAY)
    assert cross(table(old, *through_euro), "USD", "LBP", DAY) == rate("USD", "LBP", "90000", "ecb", until=DAY)


def test_old_and_new_pounds_are_never_exchanged_by_the_market() -> None:
    known = table(rate("USD", "SYP-OLD", "11300", "central_bank"), rate("USD", "SYP-NEW", "120", "central_bank"))
    assert cross(known, "SYP-OLD", "SYP-NEW", DAY) is None
    assert cross(known, "SYP-NEW", "SYP-OLD", DAY) is None
    assert cross(known, "USD", "SYP-NEW", DAY) == known["USD", "SYP-NEW"]


@pytest.mark.parametrize(
    ("last", "new", "outside"),
    [
        ("100", "100", False),
        ("100", "110", False),
        ("100", "110.000000000001", True),
        ("100", "90", False),
        ("100", "89.999999999999", True),
        ("3.75", "375", True),
        ("3.75", "0.375", True),
    ],
)
def test_a_rate_that_moved_more_than_a_tenth_is_outside_the_band(last: str, new: str, outside: bool) -> None:
    assert is_outside_band(Decimal(last), Decimal(new)) is outside
