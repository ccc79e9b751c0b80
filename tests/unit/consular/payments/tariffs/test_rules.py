"""Prices convert by the rates they name and round by the coin."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.consular.payments.rates.rules import Rate
from services.consular.payments.tariffs.rules import cash_money, collected_money
from shared.values.money import Money, exponent

pytestmark = pytest.mark.clock

DAY = date(2026, 10, 30)
CURRENCIES = st.sampled_from(["USD", "EUR", "SAR", "JPY", "KWD", "BHD", "IQD", "SYP-OLD", "SYP-NEW"])


def rate(base: str, quote: str, value: str, source: str = "peg", on: date = DAY) -> Rate:
    return Rate(base, quote, Decimal(value), on, source)


@pytest.mark.parametrize(
    ("tariff", "to", "value", "step", "card", "cash"),
    [
        ("200", "SAR", "3.75", 100, "750.00", "750.00"),
        ("50", "SAR", "3.75", 1, "187.50", "187.50"),
        ("50", "SAR", "3.75", 100, "187.50", "188.00"),
        ("200", "JOD", "0.709", 50, "141.800", "141.800"),
        ("200", "OMR", "0.3845", 5, "76.900", "76.900"),
        ("200", "KWD", "0.3071", 5, "61.420", "61.420"),
        ("200", "KWD", "0.30711", 5, "61.420", "61.420"),
        ("200", "KWD", "0.307125", 5, "61.430", "61.430"),
        ("45", "OMR", "0.3845", 5, "17.300", "17.300"),
        ("200", "KWD", "0.3061", 250, "61.220", "61.250"),
        ("200", "JPY", "157.25", 1, "31450", "31450"),
        ("0.01", "JPY", "150", 1, "2", "2"),
        ("200", "LBP", "89500", 100_000, "17900000.00", "17900000.00"),
        # Budapest, Stockholm, Geneva: 200 dollars by the European rates of 30 October 2026.
        ("200", "HUF", "327.900107411386", 500, "65580.02", "65580.00"),
        ("200", "SEK", "9.826351593269", 100, "1965.27", "1965.00"),
        ("200", "CHF", "0.822950232725", 5, "164.59", "164.60"),
    ],
)
def test_conversion_rounds_half_up_to_the_unit_and_cash_then_to_the_coin(
    tariff: str, to: str, value: str, step: int, card: str, cash: str
) -> None:
    collected = collected_money(Money.of(tariff, "USD"), rate("USD", to, value))
    assert collected == Money.of(card, to)
    assert cash_money(collected, to, step) == Money.of(cash, to)


def test_money_of_another_currency_than_the_coins_is_taken_as_it_is() -> None:
    assert cash_money(Money(20_013, "USD"), "KWD", 250) == Money(20_013, "USD")


def test_a_sum_below_half_a_coin_is_one_coin_and_nothing_stays_nothing() -> None:
    assert cash_money(Money(1, "HUF"), "HUF", 500) == Money(500, "HUF")
    assert cash_money(Money(0, "HUF"), "HUF", 500) == Money(0, "HUF")


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
def test_cash_is_the_nearest_multiple_of_the_coin(amount: int, value: Decimal, to: str, step: int) -> None:
    tariff = Money(amount, "USD")
    card = collected_money(tariff, rate("USD", to, str(value)))
    cash = cash_money(card, to, step)
    exact = (tariff.major * value).scaleb(exponent(to))
    card_step = 10 if exponent(to) == 3 else 1
    assert card.amount % card_step == 0 and abs(card.amount - exact) <= Decimal(card_step) / 2
    assert cash.amount % step == 0
    assert abs(cash.amount - card.amount) <= Decimal(step) / 2 or cash.amount == step
