"""Counting: only coins and notes that exist, in whole pieces; every currency has some."""

import pytest

from services.consular.payments.tills.denominations import counted, denominations
from services.consular.payments.tills.rules import NoSuchPiece, count
from shared.errors import Invalid
from shared.values.money import Money
from tests.factories.refusals import refuses


def test_a_count_adds_up_its_pieces() -> None:
    assert counted("SAR", {"50000": 3, "100": 7, "25": 1}) == Money(150_725, "SAR")
    assert counted("KWD", {"20000": 2, "250": 1, "5": 3}) == Money(40_265, "KWD")
    assert counted("JPY", {"10000": 1, "1": 4}) == Money(10_004, "JPY")
    assert counted("SAR", {}) == Money(0, "SAR")


@pytest.mark.parametrize(
    ("currency", "pieces"),
    [
        ("SAR", {"3000": 1}),
        ("HUF", {"100": 1}),
        ("SAR", {"50000": -1}),
        ("SAR", {"50000": 100_001}),
        ("SAR", {"50000": True}),
        ("SAR", {"٥٠٠": 1}),
        ("SAR", {"": 1}),
        ("SAR", {"9" * 40: 1}),
    ],
)
def test_a_coin_that_does_not_exist_is_not_counted(currency: str, pieces: dict[str, int]) -> None:
    with refuses("no_such_piece", Invalid) as refused:
        counted(currency, pieces)
    assert refused.value.errors == {"pieces": "no_such_piece"}
    with pytest.raises(NoSuchPiece):
        count(currency, pieces, denominations()[currency])


@pytest.mark.parametrize("currency", ["SYP", "XXX", ""])
def test_an_unknown_currency_is_named(currency: str) -> None:
    with refuses("unknown_choice", Invalid):
        counted(currency, {})


def test_every_currency_of_a_mission_can_be_counted_to_the_last_coin() -> None:
    assert all(
        values and values[-1] > 0 and list(values) == sorted(values, reverse=True)
        for values in denominations().values()
    )
