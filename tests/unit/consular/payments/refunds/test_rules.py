"""Which states follow which, and when a second person signs."""

import pytest

from services.consular.payments.refunds.rules import PREPARABLE, TRANSITIONS, UNDER_WAY, RefundState, second_needed
from shared.values.money import Money

LIMITS = {"SAR": 187_500}


@pytest.mark.parametrize(
    ("amount", "currency", "is_override", "needed"),
    [
        (187_500, "SAR", False, False),
        (187_501, "SAR", False, True),
        (1, "SAR", True, True),
        (1, "SYP-NEW", False, True),
    ],
)
def test_four_eyes_above_the_limit_for_overrides_and_without_a_limit(
    amount: int, currency: str, is_override: bool, needed: bool
) -> None:
    assert second_needed(Money(amount, currency), LIMITS, is_override=is_override) is needed


def test_paid_is_the_end_unless_it_comes_back_and_nothing_under_way_is_prepared_again() -> None:
    assert set(TRANSITIONS) == set(RefundState)
    assert TRANSITIONS[RefundState.PAID] == {RefundState.FAILED} and not TRANSITIONS[RefundState.CHARGED_BACK]
    assert not PREPARABLE & UNDER_WAY
    for state in UNDER_WAY:
        assert not TRANSITIONS[state] & {RefundState.DUE, RefundState.APPROVED}
