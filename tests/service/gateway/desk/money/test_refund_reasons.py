"""Why money is owed back is said in words, whoever decided it."""

import pytest

from services.consular.payments.transfers.rules import Reason
from services.gateway.desk.money.refunds.refunds import reason_of
from shared.catalogue.reasons import ALL_REFUSE_REASONS
from tests.factories.gateway import Gateway

OF_MONEY = [reason for reason in Reason if reason is not Reason.NEW]
OTHERS = ("withdrawn", "lapsed", "transaction_suspended", "transaction_historical", "urgency_missed", "wrong_amount")


@pytest.mark.parametrize("reason", [*ALL_REFUSE_REASONS, *OF_MONEY, *OTHERS])
def test_a_reason_is_no_code(gateway: Gateway, reason: str) -> None:
    with gateway.app.test_request_context("/ar/"):
        gateway.app.preprocess_request()
        assert str(reason_of({"reason": reason})) != reason  # type: ignore[typeddict-item]
