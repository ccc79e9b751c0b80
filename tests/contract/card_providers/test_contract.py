"""What every adapter keeps, whatever provider stands behind it: no second page, no second refund, never more back."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import pytest

from services.consular.payments.providers.rules import (
    Answer,
    AttemptReference,
    DisputeStatus,
    OutcomeUnknown,
    ProviderStatus,
)
from shared.errors import Refusal
from shared.values.money import Money
from tests.contract.card_providers.rigs import (
    DINARS,
    DISPUTE_LIST,
    DISPUTES,
    ENDED_DISPUTES,
    OTHER_MONEY,
    REASONS,
    Rig,
    able,
    rig_of,
)
from tests.factories.payments import attempt_reference
from tests.factories.refusals import refuses

BACK = "http://127.0.0.1:8080/applications/x/paid"
RIYALS = Money(75_000, "SAR")
PATIENCE = 60
T = TypeVar("T")


@pytest.fixture(scope="module")
def rigs() -> Iterator[Callable[[str], Rig]]:
    """The rig of a double, which is started once."""
    started: dict[str, Rig] = {}
    with ExitStack() as stack:

        def give(name: str) -> Rig:
            if name not in started:
                started[name] = stack.enter_context(rig_of(name))
            return started[name]

        yield give


@pytest.fixture
def rig(request: pytest.FixtureRequest, rigs: Callable[[str], Rig]) -> Rig:
    return rigs(request.param)


def every(*needed: str) -> pytest.MarkDecorator:
    """The test runs before each double that can do this."""
    return pytest.mark.parametrize("rig", able(*needed), indirect=True)


def surely(call: Callable[[], T]) -> T:
    """A sure answer: the same call again while there is none, as the jobs do."""
    for _ in range(PATIENCE):
        try:
            return call()
        except OutcomeUnknown:
            continue
    raise AssertionError("never a sure answer")


def reference() -> str:
    return f"RUH-P{uuid.uuid4().hex[:9].upper()}"


def opened(rig: Rig, money: Money = RIYALS) -> AttemptReference:
    """An attempt whose page is open."""
    name = reference()
    page = surely(lambda: rig.provider.open_page(name, money, BACK))
    assert (page.status, page.amount) == (ProviderStatus.OPEN, None) and page.url and page.provider_reference
    return attempt_reference(name, page.provider_reference)


def status(rig: Rig, attempt: AttemptReference) -> Answer:
    return surely(lambda: rig.provider.query_status(attempt))


def paid(rig: Rig, money: Money = RIYALS, outcome: str = "pay") -> AttemptReference:
    attempt = opened(rig, money)
    rig.choose(attempt.reference, outcome)
    return attempt


@every()
def test_a_page_is_opened_once_for_a_reference(rig: Rig) -> None:
    name = reference()
    first = surely(lambda: rig.provider.open_page(name, RIYALS, BACK))
    assert surely(lambda: rig.provider.open_page(name, RIYALS, BACK)) == first
    # A key that was used with other words leaves it unknown what the first call did; one provider just refuses.
    with refuses("provider_refused") if rig.name == "polled" else pytest.raises(OutcomeUnknown):
        rig.provider.open_page(name, Money(75_001, "SAR"), BACK)
    # By our reference alone, as after an answer that was lost, and by the provider's.
    assert (
        status(rig, attempt_reference(name)) == status(rig, attempt_reference(name, first.provider_reference)) == first
    )


@every()
@pytest.mark.parametrize("money", [Money(31_450, "JPY"), Money(9_990, "HUF")])
def test_money_is_asked_for_and_told_in_the_same_units(rig: Rig, money: Money) -> None:
    assert status(rig, paid(rig, money)).amount == money


@every(DINARS)
def test_a_dinar_has_a_thousand_parts(rig: Rig) -> None:
    assert status(rig, paid(rig, Money(61_500, "KWD"))).amount == Money(61_500, "KWD")


@every()
def test_what_was_never_opened_is_absent(rig: Rig) -> None:
    absent = Answer(ProviderStatus.ABSENT)
    assert status(rig, attempt_reference(reference())) == absent
    assert surely(lambda: rig.provider.close_page(attempt_reference(reference()))) == absent
    assert surely(lambda: rig.provider.query_refund(uuid.uuid4().hex, attempt_reference(reference()))) == absent


@every()
def test_a_payment_is_told_with_its_money(rig: Rig) -> None:
    attempt = paid(rig)
    told = status(rig, attempt)
    assert (told.status, told.amount, told.dispute) == (ProviderStatus.PAID, RIYALS, None)
    assert told.provider_reference == attempt.provider_reference
    assert surely(lambda: rig.provider.close_page(attempt)) == told


@every(OTHER_MONEY)
@pytest.mark.parametrize(
    ("outcome", "money"),
    [("pay-wrong-amount", Money(75_001, "SAR")), ("pay-wrong-currency", Money(75_000, "EUR"))],
)
def test_other_money_than_was_asked_for_is_told_as_it_is(rig: Rig, outcome: str, money: Money) -> None:
    told = status(rig, paid(rig, outcome=outcome))
    assert (told.status, told.amount) == (ProviderStatus.PAID, money)


@every()
def test_a_page_that_was_left_is_closed_and_takes_no_more_money(rig: Rig) -> None:
    attempt = opened(rig)
    closed = surely(lambda: rig.provider.close_page(attempt))
    assert (closed.status, closed.amount) == (ProviderStatus.FAILED, None) and closed.reason
    assert status(rig, attempt).status is ProviderStatus.FAILED


@every(REASONS)
def test_a_declined_card_is_told_by_its_reason_once_the_page_has_ended(rig: Rig) -> None:
    attempt = paid(rig, outcome="decline")
    closed = surely(lambda: rig.provider.close_page(attempt))
    assert (closed.status, closed.reason) == (ProviderStatus.FAILED, "card_declined")
    rig.choose(attempt.reference, "pay")
    assert status(rig, attempt) == closed


@every()
def test_a_declined_card_takes_no_money(rig: Rig) -> None:
    told = status(rig, paid(rig, outcome="decline"))
    assert told.status in (ProviderStatus.OPEN, ProviderStatus.FAILED) and told.amount is None


@every()
def test_money_goes_back_once_for_a_key_and_never_more_than_came(rig: Rig) -> None:
    attempt, key = paid(rig), uuid.uuid4().hex
    part, rest = Money(74_500, "SAR"), Money(500, "SAR")
    assert surely(lambda: rig.provider.query_refund(key, attempt)).status is ProviderStatus.ABSENT
    first = surely(lambda: rig.provider.refund(key, attempt, part))
    assert (first.status, first.amount) == (ProviderStatus.PAID, part)
    assert surely(lambda: rig.provider.refund(key, attempt, part)) == first
    assert surely(lambda: rig.provider.query_refund(key, attempt)) == first
    for other in (Money(501, "SAR"), Money(500, "USD"), Money(74_500, "SAR")):
        with refuses("provider_refused"):
            surely(lambda other=other: rig.provider.refund(uuid.uuid4().hex, attempt, other))  # type: ignore[misc]
    with refuses("provider_refused"):
        surely(lambda: rig.provider.refund(key, attempt, rest))
    assert surely(lambda: rig.provider.refund(uuid.uuid4().hex, attempt, rest)).status is ProviderStatus.PAID
    assert status(rig, attempt).amount == RIYALS


@every()
def test_nothing_goes_back_of_a_page_that_took_nothing(rig: Rig) -> None:
    with refuses("provider_refused"):
        surely(lambda: rig.provider.refund(uuid.uuid4().hex, opened(rig), Money(1, "SAR")))


@every(DISPUTES)
def test_a_dispute_is_told_with_the_payment(rig: Rig) -> None:
    attempt = opened(rig)
    if rig.name == "stateful_mock":
        rig.choose(attempt.reference, "dispute")
    else:
        rig.choose(attempt.reference, "pay")
        rig.dispute(attempt.reference, "dispute")
    told = status(rig, attempt)
    assert told.status is ProviderStatus.PAID and told.dispute is not None
    assert (told.dispute.status, told.dispute.amount) == (DisputeStatus.OPEN, RIYALS)
    assert told.dispute.provider_reference and told.dispute.reason and told.dispute.answer_by is not None


@every(ENDED_DISPUTES)
@pytest.mark.parametrize(("choice", "said"), [("dispute-won", DisputeStatus.WON), ("dispute-lost", DisputeStatus.LOST)])
def test_a_dispute_ends_for_one_side(rig: Rig, choice: str, said: DisputeStatus) -> None:
    attempt = paid(rig)
    rig.dispute(attempt.reference, "dispute")
    rig.dispute(attempt.reference, choice)
    told = status(rig, attempt).dispute
    assert told is not None and told.status is said


@every(DISPUTE_LIST)
def test_disputes_of_a_time_are_named_by_our_reference(rig: Rig) -> None:
    attempt, before = paid(rig), datetime.now(UTC) - timedelta(minutes=1)
    rig.dispute(attempt.reference, "dispute")
    assert attempt.reference in surely(lambda: rig.provider.list_disputed(before))
    later = datetime.now(UTC) + timedelta(minutes=1)
    assert attempt.reference not in surely(lambda: rig.provider.list_disputed(later))


@pytest.mark.parametrize("rig", ["sandbox", "polled"], indirect=True)
def test_strangers_are_refused_everything(rig: Rig) -> None:
    attempt = opened(rig)
    for call in (
        lambda: rig.strange.open_page(reference(), RIYALS, BACK),
        lambda: rig.strange.query_status(attempt),
        lambda: rig.strange.close_page(attempt),
        lambda: rig.strange.refund(uuid.uuid4().hex, attempt, RIYALS),
        lambda: rig.strange.list_disputed(datetime.now(UTC)),
        lambda: rig.strange.check(),
    ):
        with refuses("provider_refused"):
            call()


@every()
def test_a_provider_that_answers_is_ready(rig: Rig) -> None:
    for _ in range(PATIENCE):
        try:
            rig.provider.check()
            return
        except Refusal:
            continue
    raise AssertionError("never ready")
