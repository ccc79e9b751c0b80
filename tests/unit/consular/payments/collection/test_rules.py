"""Money counts only when it is the owed money, and a payer returns to our own pages only."""

import pytest

from services.consular.payments.collection.rules import fault, is_own_address
from shared.values.money import Money


@pytest.mark.parametrize(
    ("paid", "expected"),
    [
        (Money(75000, "SAR"), None),
        (Money(74999, "SAR"), "partial"),
        (Money(75001, "SAR"), "overpaid"),
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
    assert is_own_address(url, "http://127.0.0.1:8080") is ours
