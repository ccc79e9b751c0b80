"""Objects of the Stripe API, field by field."""

from datetime import date
from typing import Any

import pytest

from services.consular.payments.providers.rules import Answer, DisputeAnswer, DisputeStatus, ProviderStatus
from services.consular.payments.providers.stripe import objects
from shared.values.money import Money

CHARGE: dict[str, Any] = {"id": "ch_1", "status": "succeeded", "amount": 75_000, "currency": "sar"}
PAYMENT: dict[str, Any] = {"id": "pi_1", "amount_received": 75_000, "currency": "sar", "latest_charge": CHARGE}
PAID: dict[str, Any] = {"id": "cs_1", "status": "complete", "payment_status": "paid", "payment_intent": PAYMENT}
EXPIRED = {**PAID, "status": "expired", "payment_status": "unpaid", "payment_intent": None}
DISPUTE: dict[str, Any] = {
    "id": "dp_1",
    "status": "needs_response",
    "amount": 75_000,
    "currency": "sar",
    "created": 1_800_000_000,
    "reason": "fraudulent",
    "evidence_details": {"due_by": 1_800_600_000},
}


def failed(**error: str) -> dict[str, Any]:
    return {**EXPIRED, "payment_intent": {"id": "pi_1", "last_payment_error": error}}


@pytest.mark.parametrize(
    ("session", "answer"),
    [
        (PAID, Answer(ProviderStatus.PAID, "cs_1", Money(75_000, "SAR"))),
        (PAID | {"url": "https://p/1"}, Answer(ProviderStatus.PAID, "cs_1", Money(75_000, "SAR"))),
        (PAID | {"payment_status": "unpaid"}, Answer(ProviderStatus.OPEN, "cs_1")),
        (EXPIRED, Answer(ProviderStatus.FAILED, "cs_1", reason="page_closed")),
        (failed(code="card_declined"), Answer(ProviderStatus.FAILED, "cs_1", reason="card_declined")),
        (
            failed(code="card_declined", decline_code="lost_card"),
            Answer(ProviderStatus.FAILED, "cs_1", reason="lost_card"),
        ),
        (
            {"id": "cs_1", "status": "open", "payment_status": "unpaid", "url": 7},
            Answer(ProviderStatus.OPEN, "cs_1"),
        ),
    ],
)
def test_a_session_is_read_field_by_field(session: dict[str, Any], answer: Answer) -> None:
    assert objects.session_answer(session) == answer


@pytest.mark.parametrize(
    "session",
    [
        {},
        PAID | {"payment_intent": "pi_1"},
        PAID | {"payment_intent": None},
        PAID | {"payment_intent": PAYMENT | {"amount_received": 7.5}},
        PAID | {"payment_intent": PAYMENT | {"amount_received": True}},
        PAID | {"payment_intent": PAYMENT | {"currency": "syp"}},
        PAID | {"payment_intent": PAYMENT | {"currency": None}},
        PAID | {"payment_status": "no_payment_required"},
        PAID | {"status": "sold"},
    ],
)
def test_a_malformed_session_is_no_answer(session: dict[str, Any]) -> None:
    with pytest.raises((ValueError, KeyError, TypeError, AttributeError)):
        objects.session_answer(session)


@pytest.mark.parametrize(
    ("session", "charge"),
    [
        (PAID, CHARGE),
        (EXPIRED, None),
        (PAID | {"payment_intent": PAYMENT | {"latest_charge": None}}, None),
        (PAID | {"payment_intent": PAYMENT | {"latest_charge": CHARGE | {"status": "failed"}}}, None),
    ],
)
def test_only_a_charge_that_took_money_is_one(session: dict[str, Any], charge: object) -> None:
    assert objects.charge_of(session) == charge


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("pending", ProviderStatus.OPEN),
        ("requires_action", ProviderStatus.OPEN),
        ("succeeded", ProviderStatus.PAID),
        ("failed", ProviderStatus.FAILED),
        ("canceled", ProviderStatus.FAILED),
    ],
)
def test_refunds_that_failed_leave_the_money_to_be_paid_back(status: str, said: ProviderStatus) -> None:
    refund = {"id": "re_1", "status": status, "amount": 500, "currency": "sar", "metadata": {objects.REFUND: "key"}}
    answer = objects.refund_answer(refund | {"failure_reason": "lost_or_stolen_card"})
    paid = said is ProviderStatus.PAID
    assert (answer.status, answer.amount) == (said, Money(500, "SAR") if paid else None)
    assert answer.reason == "lost_or_stolen_card"
    assert objects.find_refund([{"id": "re_0"}, refund], "key") == refund
    assert objects.find_refund([refund], "other") is None
    left = 75_000 if said is ProviderStatus.FAILED else 74_500
    assert objects.refundable(CHARGE, [refund]) == Money(left, "SAR")


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("needs_response", DisputeStatus.OPEN),
        ("under_review", DisputeStatus.OPEN),
        ("won", DisputeStatus.WON),
        ("lost", DisputeStatus.LOST),
        ("prevented", DisputeStatus.LOST),
    ],
)
def test_a_dispute_is_read_field_by_field(status: str, said: DisputeStatus) -> None:
    answer = DisputeAnswer("dp_1", said, Money(75_000, "SAR"), "fraudulent", date(2027, 1, 22))
    assert objects.latest_dispute([DISPUTE | {"status": status}]) == answer


def test_an_inquiry_is_no_dispute_and_the_last_dispute_counts() -> None:
    inquiries = [DISPUTE | {"status": status, "created": 1_900_000_000} for status in objects.INQUIRIES]
    assert len(inquiries) == 3 and objects.latest_dispute(inquiries) is None
    later = DISPUTE | {"id": "dp_2", "status": "lost", "created": 1_800_000_001}
    for listed in ([DISPUTE, later, *inquiries], [later, DISPUTE]):
        found = objects.latest_dispute(listed)
        assert found is not None and found.provider_reference == "dp_2"


def test_a_dispute_without_a_reason_or_a_day_has_none() -> None:
    bare = objects.latest_dispute([DISPUTE | {"reason": None, "evidence_details": None}])
    assert bare is not None and (bare.reason, bare.answer_by) == (None, None)
    with pytest.raises(KeyError):
        objects.latest_dispute([DISPUTE | {"status": "new"}])
