"""Prices convert by the rates they name, round by the coin, and nothing in money code is ever a float."""

import ast
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.consular.payments import rules
from services.consular.payments.ledger import payment_postings
from services.consular.payments.rules import PricedLine, Rate, collected_money, cross, fault, quote_expiry, unbalanced
from shared.values.money import Money, exponent

pytestmark = pytest.mark.clock

DAY = date(2026, 10, 30)
PAYMENTS = Path(rules.__file__).parent
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
    found = cross(known, "EUR", "SAR")
    assert found is not None
    assert (found.on, found.source) == (old, "ecb")


def line(tariff: Money, taken: Money, by: Rate | None) -> PricedLine:
    return PricedLine("passport_value", "immigration_and_passports", tariff, taken, "law", "H", by)


@pytest.mark.parametrize(("source", "hours"), [(None, 240), ("peg", 240), ("ecb", 24), ("mission_table", 24)])
def test_a_market_rate_is_promised_for_a_day_and_all_else_for_ten(source: str | None, hours: int) -> None:
    made = datetime(2026, 11, 21, tzinfo=UTC)
    by = rate("USD", "SAR", "3.75", source) if source else None
    until = quote_expiry(made, [line(Money(1, "USD"), Money(4, "SAR"), by)])
    assert (until - made).total_seconds() == hours * 3600


@pytest.mark.parametrize(
    ("paid", "expected"),
    [
        (Money(75000, "SAR"), None),
        (Money(74999, "SAR"), "wrong_amount"),
        (Money(75001, "SAR"), "wrong_amount"),
        (Money(75000, "USD"), "wrong_currency"),
        (None, "wrong_amount"),
    ],
)
def test_money_counts_only_when_it_is_the_money_asked_for(paid: Money | None, expected: str | None) -> None:
    assert fault(Money(75000, "SAR"), paid) == expected


def test_old_and_new_pounds_are_different_money() -> None:
    assert fault(Money(100, "SYP-NEW"), Money(100, "SYP-OLD")) == "wrong_currency"
    with pytest.raises(ValueError, match="unknown currency"):
        Money(100, "SYP")


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


@given(
    prices=st.lists(
        st.tuples(CURRENCIES, st.integers(1, 10**12), CURRENCIES, st.integers(1, 10**12)), min_size=1, max_size=6
    )
)
def test_every_payment_balances_in_every_currency(prices: list[tuple[str, int, str, int]]) -> None:
    lines = [
        line(Money(owed, law), Money(owed if law == taken else got, taken), None) for law, owed, taken, got in prices
    ]
    legs = payment_postings("cash:x", lines)
    assert unbalanced(leg.money for leg in legs) == {}
    assert len(legs) >= 2
    back = [-leg.money for leg in legs]
    assert unbalanced([*back, *(leg.money for leg in legs)]) == {}


@pytest.mark.parametrize(
    ("url", "ours"),
    [
        ("http://127.0.0.1:8080/applications/x/paid", True),
        ("http://127.0.0.1:8080@evil.example/", False),
        ("http://evil.example/?http://127.0.0.1:8080/", False),
        ("//127.0.0.1:8080/", False),
        ("https://127.0.0.1:8080/", False),
        ("http://127.0.0.1:8080\\@evil.example/", False),
        ("javascript:alert(1)", False),
        ("", False),
    ],
)
def test_a_payer_is_sent_back_to_us_only(url: str, ours: bool) -> None:
    assert rules.is_own_address(url, "http://127.0.0.1:8080") is ours


@pytest.mark.parametrize(
    "file", [*sorted(PAYMENTS.glob("*.py")), Path(rules.__file__).parents[3] / "shared/values/money.py"]
)
def test_no_float_in_money_code(file: Path) -> None:
    """No float literal, no float(), no true division of integers into a float, no float type; seconds are not money."""
    allowed = {"CONNECT_SECONDS", "READ_SECONDS"}
    tree = ast.parse(file.read_text(encoding="utf-8"))
    exempt: set[int] = set()
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Assign)
            and {name.id for name in ast.walk(node) if isinstance(name, ast.Name)} <= allowed
        ):
            exempt |= {id(each) for each in ast.walk(node)}
        if isinstance(node, ast.arg) and node.arg == "read_seconds":
            exempt |= {id(each) for each in ast.walk(node)}
    found = [
        node.lineno
        for node in ast.walk(tree)
        if id(node) not in exempt
        and (
            (isinstance(node, ast.Constant) and isinstance(node.value, float))
            or (isinstance(node, ast.Name) and node.id in ("float", "Float", "REAL"))
        )
    ]
    assert found == []


def test_no_float_column_in_the_schema() -> None:
    from sqlalchemy import Float

    from services.consular.model import Base
    from services.consular.payments import model  # noqa: F401

    columns = [column for mapped in Base.metadata.tables.values() for column in mapped.columns]
    assert columns
    assert [column for column in columns if isinstance(column.type, Float)] == []
