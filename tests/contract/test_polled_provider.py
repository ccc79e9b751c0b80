"""What a provider of another kind has of its own: redirect and poll, no notifications, faults of its hostile double."""

import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from services.consular.payments.collection import hosted
from services.consular.payments.collection.rules import Kind, Outcome
from services.consular.payments.orders import attempts
from services.consular.payments.orders.rules import AttemptState
from services.consular.payments.providers.polled import PolledProvider, read_chargebacks, read_request
from services.consular.payments.providers.rules import Answer, DisputeStatus, OutcomeUnknown, ProviderStatus
from services.consular.payments.providers.selection import provider_of
from shared.database.db import Database
from shared.errors import Unavailable
from shared.identity.actor import Actor
from shared.settings import Settings
from shared.values.money import Money
from tests.factories.payments import JOB, RETURN, attempt_reference, owed, settle
from tests.factories.payments.polled import MERCHANT, SECRET, PolledDouble, polled_double
from tests.factories.refusals import refuses

Databases = Callable[[str], Database]
BACK = "http://127.0.0.1:8080/applications/x/paid"


@pytest.fixture(scope="module")
def double() -> Iterator[PolledDouble]:
    with polled_double() as running:
        yield running


@pytest.fixture
def provider(double: PolledDouble) -> PolledProvider:
    double.faults.clear()
    return PolledProvider(double.url, MERCHANT, SECRET)


def reference() -> str:
    return f"RUH-P{uuid.uuid4().hex[:9].upper()}"


@pytest.mark.parametrize(
    ("outcome", "said", "money", "reason"),
    [
        ("pay", ProviderStatus.PAID, Money(61500, "KWD"), None),
        ("pay-wrong-amount", ProviderStatus.PAID, Money(61501, "KWD"), None),
        ("pay-wrong-currency", ProviderStatus.PAID, Money(61500, "EUR"), None),
        ("decline", ProviderStatus.FAILED, None, "card_declined"),
        ("cancel", ProviderStatus.FAILED, None, "cancelled_by_payer"),
    ],
)
def test_each_ending_is_told(
    provider: PolledProvider, double: PolledDouble, outcome: str, said: ProviderStatus, money: Money, reason: str | None
) -> None:
    name = reference()
    page = provider.open_page(name, Money(61500, "KWD"), BACK)
    double.choose(name, outcome)
    answer = provider.query_status(attempt_reference(name))
    assert (answer.status, answer.amount, answer.reason) == (said, money, reason)
    assert (answer.provider_reference, answer.unverified) == (page.provider_reference, False)


@pytest.mark.parametrize("fault", ["error", "garbage", "slow"])
def test_an_answer_that_is_none_leaves_the_outcome_unknown(double: PolledDouble, fault: str) -> None:
    name, hasty = reference(), PolledProvider(double.url, MERCHANT, SECRET, read_seconds=0.3)
    double.faults[:] = [fault]
    with pytest.raises(OutcomeUnknown):
        hasty.open_page(name, Money(75000, "SAR"), BACK)
    found = hasty.query_status(attempt_reference(name))
    assert found.status is ProviderStatus.OPEN
    assert hasty.open_page(name, Money(75000, "SAR"), BACK).provider_reference == found.provider_reference


def test_strangers_are_refused_and_nobody_there_is_certain(double: PolledDouble) -> None:
    with refuses("provider_refused"):
        PolledProvider(double.url, MERCHANT, "another").query_status(attempt_reference(reference()))
    with refuses("provider_down", Unavailable):
        PolledProvider("http://127.0.0.1:9", MERCHANT, SECRET).check()


def completed(settled: bytes) -> bytes:
    return b'{"paymentRequest": {"id": "x", "status": "COMPLETED", "settled": {"amount": ' + settled + b"}}}"


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"null", b"[]", b"{}", b'{"paymentRequest": null}', b'{"paymentRequest": {"id": "x"}}'),
        b'{"paymentRequest": {"id": "x", "status": "SOLD"}}',
        b'{"paymentRequest": {"id": "x", "status": "COMPLETED"}}',
        *(completed(b'7.5, "currencyCode": "SAR"'), completed(b'"7,5", "currencyCode": "SAR"')),
        *(completed(b'"7.555", "currencyCode": "SAR"'), completed(b'"7.5", "currencyCode": "SYP"')),
        *(b"x" * 70_000, b"[" * 50_000),
    ],
)
def test_an_answer_in_another_form_is_never_taken_for_one(content: bytes) -> None:
    with pytest.raises(OutcomeUnknown):
        read_request(200, content)


def opened(database: Database, provider: PolledProvider) -> str:
    order = owed(database)
    return hosted.open_page(database, JOB, provider, settle, order.reference, uuid.uuid4().hex, RETURN).reference


def test_polling_alone_settles_once(database: Databases, provider: PolledProvider, double: PolledDouble) -> None:
    """No notification ever comes: the return page and the job ask."""
    consular = database("consular")
    attempt = opened(consular, provider)
    assert hosted.refresh(consular, JOB, provider, settle, attempt).kind is Kind.OPEN
    double.choose(attempt, "pay")
    kinds = [hosted.refresh(consular, JOB, provider, settle, attempt).kind for _ in range(3)]
    assert kinds == [Kind.SETTLED, Kind.ALREADY, Kind.ALREADY]


@pytest.mark.parametrize(
    ("outcome", "held"), [("pay-wrong-amount", "overpaid"), ("pay-wrong-currency", "wrong_currency")]
)
def test_money_that_does_not_fit_is_held_by_its_name(
    database: Databases, provider: PolledProvider, double: PolledDouble, outcome: str, held: str
) -> None:
    consular = database("consular")
    attempt = opened(consular, provider)
    double.choose(attempt, outcome)
    settled = hosted.refresh(consular, JOB, provider, settle, attempt)
    assert (settled.kind, settled.payment.held) == (Kind.HELD, held)


def test_a_failure_after_success_is_unknown_until_it_is_asked(
    database: Databases, provider: PolledProvider, double: PolledDouble
) -> None:
    """The key is stored before the call: the same key asks, and no second payment is ever opened."""
    consular, key = database("consular"), uuid.uuid4().hex
    order, before = owed(consular), len(double.requests)
    double.faults[:] = ["error"]
    with refuses("payment_unknown", Unavailable) as refused:
        hosted.open_page(consular, JOB, provider, settle, order.reference, key, RETURN)
    attempt = str(refused.value.params["payment"])
    assert _state(consular, attempt) is AttemptState.UNKNOWN
    double.faults[:] = ["garbage"]
    with refuses("payment_unknown", Unavailable):
        hosted.open_page(consular, JOB, provider, settle, order.reference, key, RETURN)
    again = hosted.open_page(consular, JOB, provider, settle, order.reference, "another-key", RETURN)
    assert (again.reference, again.state, again.redirect_url is not None) == (attempt, AttemptState.PENDING, True)
    assert len(double.requests) == before + 1


def _state(database: Database, attempt: str) -> AttemptState:
    with database.scope("RUH") as session:
        return attempts.find(session, attempt).state


def test_the_settings_choose_the_adapter(environment: Callable[[str], dict[str, str]]) -> None:
    chosen = {**environment("consular"), "MAHJAR_PROVIDER_URL": "https://cards.test", "MAHJAR_PROVIDER_KIND": "polled"}
    assert isinstance(provider_of(Settings.load("consular", chosen)), PolledProvider)
    assert not isinstance(provider_of(Settings.load("consular", environment("consular"))), PolledProvider)
    with pytest.raises(SystemExit, match="MAHJAR_PROVIDER_KIND"):
        Settings.load("consular", {**chosen, "MAHJAR_PROVIDER_KIND": "guessed"})


@pytest.mark.parametrize(("status", "said"), [
    ("RAISED", DisputeStatus.OPEN), ("REVERSED", DisputeStatus.WON), ("FINAL", DisputeStatus.LOST),
])  # fmt: skip
def test_a_chargeback_is_told_with_the_payment_and_named_in_the_list(
    provider: PolledProvider, double: PolledDouble, status: str, said: DisputeStatus
) -> None:
    name, before = reference(), datetime.now(UTC) - timedelta(minutes=1)
    provider.open_page(name, Money(61500, "KWD"), BACK)
    double.choose(name, "pay")
    assert provider.query_status(attempt_reference(name)).dispute is None
    double.charge_back(name, status, "61.250")
    told = provider.query_status(attempt_reference(name))
    assert told.status is ProviderStatus.PAID and told.dispute is not None
    assert (told.dispute.status, told.dispute.amount, told.dispute.reason) == (said, Money(61250, "KWD"), "fraud")
    assert told.dispute.answer_by == date(2030, 1, 31)
    assert name in provider.list_disputed(before)
    assert name not in provider.list_disputed(datetime.now(UTC) + timedelta(minutes=1))


@pytest.mark.parametrize("chargeback", [
    b'"RAISED"', b"[]", b"{}", b'{"id": "c", "status": "SOLD", "debited": {"amount": "1.00", "currencyCode": "SAR"}}',
    b'{"id": "c", "status": "FINAL", "debited": {"amount": 1.0, "currencyCode": "SAR"}}',
    b'{"id": "c", "status": "FINAL", "debited": {"amount": "1.00", "currencyCode": "SAR"}, "answerBefore": "soon"}',
])  # fmt: skip
def test_a_malformed_chargeback_is_no_answer(chargeback: bytes) -> None:
    content = completed(b'"7.50", "currencyCode": "SAR"')[:-2] + b', "chargeback": ' + chargeback + b"}}"
    with pytest.raises(OutcomeUnknown):
        read_request(200, content)
    for listed in (b"", b"{}", b'{"chargebacks": [{}]}', b'{"chargebacks": 1}'):
        with pytest.raises(OutcomeUnknown):
            read_chargebacks(200, listed)


def test_polling_alone_finds_a_chargeback(database: Databases, provider: PolledProvider, double: PolledDouble) -> None:
    consular, heard = database("consular"), []
    name = opened(consular, provider)
    double.choose(name, "pay")
    hosted.refresh(consular, JOB, provider, settle, name)
    double.charge_back(name, "RAISED")

    def record(session: Session, actor: Actor, attempt: str, answer: Answer) -> Outcome:
        heard.append((attempt, answer.dispute and answer.dispute.status))
        return settle(session, actor, attempt, answer)

    double.faults[:] = ["error"]
    hosted.refresh_disputed(consular, JOB, provider, record)
    assert name not in dict(heard)
    hosted.refresh_disputed(consular, JOB, provider, record)
    assert (name, DisputeStatus.OPEN) in heard
