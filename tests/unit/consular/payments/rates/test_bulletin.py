"""A rate as an officer types it, beside the last one that is known."""

from datetime import date
from decimal import Decimal

import pytest

from services.consular.payments.rates.bulletin import comparison, read_rate
from services.consular.payments.rates.rules import Rate


@pytest.mark.parametrize(
    ("typed", "rate"),
    [
        ("3.75", "3.75"),
        ("٣٫٧٥", "3.75"),
        ("۳.۷۵", "3.75"),
        (" 89,500 ", "89500"),
        ("٨٩٬٥٠٠٫٥", "89500.5"),
        ("0.3071", "0.3071"),
    ],
)
def test_a_rate_is_read_in_either_digits(typed: str, rate: str) -> None:
    assert read_rate(typed) == Decimal(rate)


@pytest.mark.parametrize(
    "typed",
    [
        *("", "3,75", "٣٬٧٥", "-3.75", "+3.75", "0", "0.000", "1e3", "NaN", "Infinity", "1000000000", "1" + "0" * 15),
        *("0.1234567890123", "3.75.1", "1,000 000", "3.", ".5", "0x10", "²"),
    ],
)
def test_what_is_no_positive_number_is_no_rate(typed: str) -> None:
    with pytest.raises(ValueError, match="not a"):
        read_rate(typed)


def test_a_rate_is_compared_with_the_last_one() -> None:
    day = date(2026, 11, 1)
    last = Rate("USD", "KWD", Decimal("0.3"), day, "mission_table", day)
    known = {"value": "0.3", "source": "mission_table", "on": "2026-11-01"}
    assert comparison(last, Decimal("0.303")) == {"last": known, "percent": "1.0", "outside": False}
    assert comparison(last, Decimal("3")) == {"last": known, "percent": "900.0", "outside": True}
    assert comparison(None, Decimal("3")) == {"last": None, "percent": None, "outside": False}
