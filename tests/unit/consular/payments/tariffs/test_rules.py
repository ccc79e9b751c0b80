"""Prices convert by the rates they name and round by the coin."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.consular.payments.tariffs.rules import Rate, collected_money, cross
from shared.values.money import Money, exponent

pytestmark = pytest.mark.clock

DAY = date(2026, 10, 30)
CURRENCIES = st.sampled_from(["USD", "EUR", "SAR", "JPY", "KWD", "BHD", "IQD", "SYP-OLD", "SYP-NEW"])


def rate(base: str, quote: str, value: str, source: str = "peg", on: date = DAY) -> Rate:
    return Rate(base, quote, Decimal(value), on, source)


def table(*rates: Rate) -> dict[tuple[str, str], Rate]:
    return {(each.base, each.quote): each for each in rates}


@pytest.mark.parametrize(
    ("tariff", "to", "value", "step", "expected"),
    [
        ("200", "SAR", "3.75", 100, "750.00"),
        ("400", "SAR", "3.75", 100, "1500.00"),
        ("50", "SAR", "3.75", 1, "187.50"),
        ("50", "SAR", "3.75", 100, "188.00"),
        ("200", "JOD", "0.709", 1, "141.800"),
        ("200", "OMR", "0.3845", 1, "76.900"),
        ("100", "BHD", "0.376", 1, "37.600"),
        ("200", "KWD", "0.3071", 250, "61.500"),
        ("200", "KWD", "0.3061", 250, "61.250"),
        ("200", "JPY", "157.25", 1, "31450"),
        ("0.01", "JPY", "150", 1, "2"),
        ("200", "LBP", "89500", 1, "17900000.00"),
    ],
)
def test_conversion_rounds_half_up_to_the_unit_then_to_the_coin(
    tariff: str, to: str, value: str, step: int, expected: str
) -> None:
    assert collected_money(Money.of(tariff, "USD"), rate("USD", to, value), step) == Money.of(expected, to)


def test_a_rate_is_published_turned_round_or_crossed() -> None:
    known = table(rate("USD", "SAR", "3.75"), rate("EUR", "USD", "1.25", "ecb"), rate("EUR", "JPY", "175", "ecb"))
    assert cross(known, "USD", "SAR") == known["USD", "SAR"]
    assert cross(known, "SAR", "USD") == rate("SAR", "USD", "0.266666666667")
    assert cross(known, "USD", "EUR") == rate("USD", "EUR", "0.8", "ecb")
    assert cross(known, "USD", "JPY") == rate("USD", "JPY", "140", "ecb")
    assert cross(known, "EUR", "SAR") == rate("EUR", "SAR", "4.6875", "ecb")
    assert cross(known, "USD", "GBP") is None


def test_a_crossed_rate_is_as_old_as_its_oldest_part() -> None:
    old = date(2026, 10, 1)
    known = table(rate("USD", "SAR", "3.75", on=old), rate("EUR", "USD", "1.25", "ecb"))
    assert cross(known, "EUR", "SAR") == rate("EUR", "SAR", "4.6875", "ecb", old)


@given(amount=st.integers(-(10**15), 10**15), weights=st.lists(st.integers(0, 10**6), min_size=1, max_size=12))
def test_parts_sum_to_the_whole(amount: int, weights: list[int]) -> None:
    whole = Money(amount, "KWD")
    if not sum(weights):
        with pytest.raises(ValueError, match="weights"):
            whole.split(weights)
        return
    parts = whole.split(weights)
    assert sum(part.amount for part in parts) == amount
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part.amount - Decimal(amount) * weight / sum(weights)) < 1


@given(
    amount=st.integers(0, 10**12),
    value=st.decimals("0.0001", "100000", places=4),
    to=CURRENCIES,
    step=st.sampled_from([1, 5, 100, 250, 1000]),
)
def test_what_is_collected_is_the_nearest_multiple_of_the_coin(amount: int, value: Decimal, to: str, step: int) -> None:
    tariff = Money(amount, "USD")
    taken = collected_money(tariff, rate("USD", to, str(value)), step)
    exact = (tariff.major * value).scaleb(exponent(to))
    assert taken.amount % step == 0
    assert abs(taken.amount - exact) <= Decimal(step) / 2 + Decimal("0.5")
