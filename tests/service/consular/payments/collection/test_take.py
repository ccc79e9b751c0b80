"""Each way to pay, each way it can go wrong: what is booked, what is held, what is owed back."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest
from sqlalchemy import text, update
from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.payments.collection import hosted, take
from services.consular.payments.collection.rules import Kind
from services.consular.payments.ledger import accounts, entries
from services.consular.payments.orders import attempts, quote, receipt
from services.consular.payments.orders.model import Attempt, Order, Receipt
from services.consular.payments.orders.rules import AttemptState, OrderState, Payment
from services.consular.payments.providers.rules import Answer, OutcomeUnknown, ProviderStatus
from services.consular.payments.refunds import refund
from shared.database.db import Database, now
from shared.documents.model import Document
from shared.errors import Conflict, NotAllowed, NotFound, Refusal, Unavailable
from shared.identity.access import check_access
from shared.identity.actor import Actor
from shared.values import references
from shared.values.money import Money
from tests.conftest import expatriate, officer
from tests.factories.payments import (
    CASHIER,
    JOB,
    RETURN,
    InMemoryProvider,
    activate,
    opened,
    owe,
    owed,
    paid,
    settle,
    state_of,
)
from tests.factories.refusals import refuses

Databases = Callable[[str], Database]
SessionFor = Callable[..., Session]
RIYALS = Money.of("750", "SAR")


def key() -> str:
    return str(uuid.uuid4())


def order_state(session: Session, order: Order) -> str:
    return session.get_one(Order, order.reference, populate_existing=True).state


# Cash


def receipt_number(session: Session, payment: Payment) -> str:
    """The number that the end of the transaction gives the receipt."""
    number = attempts.find(session, payment.reference).receipt
    assert number
    return number


def test_cash_gives_a_receipt_and_is_taken_once_per_key(session_for: SessionFor) -> None:
    session, same = session_for("consular"), key()
    order = owe(session)
    payment = take.cash(session, CASHIER, order.reference, RIYALS, same)
    assert (payment.state, payment.amount, payment.method) == (AttemptState.SUCCEEDED, RIYALS, "cash")
    number = receipt_number(session, payment)
    assert number.startswith("RUH-RC-")
    assert receipt.with_receipt(session, payment).receipt == number
    assert take.cash(session, CASHIER, order.reference, RIYALS, same) == replace(payment, receipt=number)
    with refuses("order_closed", Conflict):
        take.cash(session, CASHIER, order.reference, RIYALS, key())
    assert order_state(session, order) == OrderState.PAID


@pytest.mark.parametrize(
    "counted", [Money(74999, "SAR"), Money(75001, "SAR"), Money(75000, "USD"), Money(20000, "USD")]
)
def test_the_counter_takes_exactly_what_is_owed(session_for: SessionFor, counted: Money) -> None:
    session = session_for("consular")
    order = owe(session)
    with refuses("amount_differs") as refused:
        take.cash(session, CASHIER, order.reference, counted, key())
    assert (refused.value.code, refused.value.params) == ("amount_differs", {"amount": 75000, "currency": "SAR"})
    assert order_state(session, order) == OrderState.OPEN


def test_a_key_belongs_to_one_order(session_for: SessionFor) -> None:
    session, same = session_for("consular"), key()
    take.cash(session, CASHIER, owe(session).reference, RIYALS, same)
    with refuses("key_reused", Conflict):
        take.cash(session, CASHIER, owe(session).reference, RIYALS, same)
    with refuses("key_reused", Conflict):
        take.open_attempt(session, JOB, owe(session).reference, same)


def test_no_cash_while_a_card_payment_is_under_way(session_for: SessionFor) -> None:
    session = session_for("consular")
    order = owe(session)
    take.open_attempt(session, JOB, order.reference, key())
    with refuses("payment_open", Conflict):
        take.cash(session, CASHIER, order.reference, RIYALS, key())


@pytest.mark.parametrize("status", ["suspended", "historical"])
def test_a_suspended_transaction_takes_no_money(session_for: SessionFor, status: str) -> None:
    session = session_for("consular")
    order = owe(session)
    activate(session, "passport-renewal", status)
    with refuses("transaction_not_active"):
        take.cash(session, CASHIER, order.reference, RIYALS, key())
    with refuses("transaction_not_active"):
        take.open_attempt(session, JOB, order.reference, key())


def test_no_money_on_an_expired_promise(session_for: SessionFor) -> None:
    session = session_for("consular")
    order = owe(session)
    expired = uuid.uuid4()
    session.execute(
        text(
            "INSERT INTO quote SELECT :new, mission, application, transaction, amount, currency, made_at, "
            "now() - interval '1 second' FROM quote WHERE id = :old"
        ),
        {"new": expired, "old": order.quote_id},
    )
    session.execute(update(Order).where(Order.reference == order.reference).values(quote_id=expired))
    with refuses("quote_expired"):
        take.cash(session, CASHIER, order.reference, RIYALS, key())


def test_another_missions_order_is_not_there(session_for: SessionFor) -> None:
    order = owe(session_for("consular", "RUH"))
    with refuses("not_found", NotFound):
        take.cash(session_for("consular", "BER"), CASHIER, order.reference, RIYALS, key())


# Card


def test_a_card_payment_from_page_to_receipt(database: Databases) -> None:
    card, provider = database("consular"), InMemoryProvider()
    order, same = owed(card), key()
    payment = hosted.open_page(card, JOB, provider, settle, order.reference, same, RETURN)
    page = provider.query_status(payment.provider)
    assert (payment.state, payment.redirect_url) == (AttemptState.PENDING, page.url)
    assert page.url is not None and page.url.startswith("http://sandbox/")
    assert hosted.open_page(card, JOB, provider, settle, order.reference, same, RETURN) == payment
    assert hosted.open_page(card, JOB, provider, settle, order.reference, key(), RETURN) == payment
    assert provider.opened == 1
    assert hosted.refresh(card, JOB, provider, settle, payment.reference).kind is Kind.OPEN
    provider.choose(payment.reference, "pay")
    outcome = hosted.refresh(card, JOB, provider, settle, payment.reference)
    assert (outcome.kind, outcome.payment.state) == (Kind.SETTLED, AttemptState.SUCCEEDED)
    assert outcome.payment.receipt
    assert hosted.refresh(card, JOB, provider, settle, payment.reference).kind is Kind.ALREADY
    with refuses("payment_closed", Conflict):
        hosted.open_page(card, JOB, provider, settle, order.reference, same, RETURN)


def test_the_attempt_is_committed_before_the_provider_hears_of_it(database: Databases) -> None:
    card, order = database("consular"), owed(database("consular"))
    seen: list[str] = []

    class Watching(InMemoryProvider):
        def open_page(self, reference: str, money: Money, return_url: str) -> Answer:
            with card.scope("RUH") as other:
                seen.append(other.get_one(Attempt, reference).state)
            return super().open_page(reference, money, return_url)

    hosted.open_page(card, JOB, Watching(), settle, order.reference, key(), RETURN)
    assert seen == [AttemptState.CREATED]


@pytest.mark.parametrize("outcome", ["decline", "cancel"])
def test_a_declined_card_leaves_the_order_open_for_another_try(database: Databases, outcome: str) -> None:
    card, provider = database("consular"), InMemoryProvider()
    order = owed(card)
    first = hosted.open_page(card, JOB, provider, settle, order.reference, key(), RETURN)
    provider.choose(first.reference, outcome)
    assert hosted.refresh(card, JOB, provider, settle, first.reference).kind is Kind.OPEN
    ended = hosted.close_page(card, JOB, provider, settle, first.reference)
    assert (ended.kind, ended.payment.state) == (Kind.FAILED, AttemptState.FAILED)
    assert ended.payment.failure in ("card_declined", "page_closed")
    second = hosted.open_page(card, JOB, provider, settle, order.reference, key(), RETURN)
    assert second.reference != first.reference
    provider.choose(second.reference, "pay")
    assert hosted.refresh(card, JOB, provider, settle, second.reference).kind is Kind.SETTLED


def test_an_unknown_outcome_is_asked_about_and_never_charged_again(database: Databases) -> None:
    card, provider, same = database("consular"), InMemoryProvider(), key()
    order = owed(card)
    provider.broken = [OutcomeUnknown()]
    with refuses("payment_unknown", Unavailable) as unknown:
        hosted.open_page(card, JOB, provider, settle, order.reference, same, RETURN)
    reference = str(unknown.value.params["payment"])
    with card.scope("RUH") as session:
        assert attempts.find(session, reference).state is AttemptState.UNKNOWN
    with refuses("payment_open", Conflict), card.scope("RUH") as session:
        take.cash(session, CASHIER, order.reference, RIYALS, key())
    provider.broken = [OutcomeUnknown()]
    with refuses("payment_unknown", Unavailable):
        hosted.open_page(card, JOB, provider, settle, order.reference, same, RETURN)
    again = hosted.open_page(card, JOB, provider, settle, order.reference, key(), RETURN)
    assert (again.reference, again.state) == (reference, AttemptState.PENDING)
    assert (provider.opened, len(provider.books.pages)) == (1, 1)


def test_unknown_and_paid_meanwhile_ends_without_another_page(database: Databases) -> None:
    card, provider, same = database("consular"), InMemoryProvider(), key()
    order = owed(card)
    provider.broken = [OutcomeUnknown()]
    with refuses("payment_unknown", Unavailable):
        hosted.open_page(card, JOB, provider, settle, order.reference, same, RETURN)
    (page,) = provider.books.pages.values()
    provider.choose(page.reference, "pay")
    with refuses("payment_closed", Conflict):
        hosted.open_page(card, JOB, provider, settle, order.reference, same, RETURN)
    with card.scope("RUH") as session:
        assert order_state(session, order) == OrderState.PAID


def test_a_provider_that_is_down_or_unwilling_costs_nothing(database: Databases) -> None:
    card, provider, same = database("consular"), InMemoryProvider(), key()
    order = owed(card)
    provider.broken = [Unavailable("provider_down")]
    with refuses("provider_down", Unavailable):
        hosted.open_page(card, JOB, provider, settle, order.reference, same, RETURN)
    provider.broken = [Refusal("provider_refused")]
    with refuses("provider_refused"):
        hosted.open_page(card, JOB, provider, settle, order.reference, same, RETURN)
    with card.scope("RUH") as session:
        (failed,) = attempts.of_application(session, order.application)
    assert (failed.state, failed.failure) == (AttemptState.FAILED, "provider_refused")


# Money that does not fit


@pytest.mark.parametrize(
    ("outcome", "why", "got"),
    [
        ("pay-wrong-amount", "overpaid", Money(75001, "SAR")),
        ("pay-wrong-currency", "wrong_currency", Money(75000, "EUR")),
    ],
)
def test_wrong_money_is_held_until_it_is_given_back(database: Databases, outcome: str, why: str, got: Money) -> None:
    card, provider = database("consular"), InMemoryProvider()
    order = owed(card)
    payment = hosted.open_page(card, JOB, provider, settle, order.reference, key(), RETURN)
    provider.choose(payment.reference, outcome)
    before = _balance(card, accounts.SUSPENSE, got.currency)
    held = hosted.refresh(card, JOB, provider, settle, payment.reference)
    assert (held.kind, held.payment.held, held.payment.receipt) == (Kind.HELD, why, None)
    assert before - _balance(card, accounts.SUSPENSE, got.currency) == got
    with card.scope("RUH") as session:
        assert order_state(session, order) == OrderState.OPEN
    with refuses("payment_held", Conflict):
        hosted.open_page(card, JOB, provider, settle, order.reference, key(), RETURN)
    with card.scope("RUH") as session:
        due = refund.mark_held_due(session, JOB, payment.reference, why)
        assert (due.amount, due.currency) == (got.amount, got.currency)
        assert refund.mark_held_due(session, JOB, payment.reference, why).reference == due.reference
    assert before == _balance(card, accounts.SUSPENSE, got.currency)
    with card.scope("RUH") as session:
        payment = take.cash(session, CASHIER, order.reference, RIYALS, key())
    assert receipt.with_receipt(session, payment).receipt


def _balance(card: Database, account: str, currency: str) -> Money:
    with card.scope("RUH") as session:
        return entries.balance(session, account, currency)


def test_a_second_success_for_a_paid_order_is_held(session_for: SessionFor) -> None:
    session = session_for("consular")
    order = owe(session)
    first = take.open_attempt(session, JOB, order.reference, key())
    take.record_answer(session, JOB, first.reference, Answer(ProviderStatus.FAILED, reason="card_declined"))
    second = take.open_attempt(session, JOB, order.reference, key())
    assert take.record_success(session, JOB, second.reference, paid(RIYALS, "b")).kind is Kind.SETTLED
    late = take.record_success(session, JOB, first.reference, paid(RIYALS, "a"))
    assert (late.kind, late.payment.held) == (Kind.HELD, "paid_already")


def test_money_after_the_end_is_held_as_late(session_for: SessionFor) -> None:
    session = session_for("consular")
    order = owe(session)
    attempt = take.open_attempt(session, JOB, order.reference, key())
    assert refund.mark_due(session, JOB, order.reference, "lapsed") is None
    late = take.record_success(session, JOB, attempt.reference, paid(RIYALS, key()))
    assert (late.kind, late.payment.held) == (Kind.HELD, "late")
    assert refund.mark_held_due(session, JOB, attempt.reference, "lapsed").amount == RIYALS.amount


def test_a_failed_attempt_that_turns_out_paid_counts(session_for: SessionFor) -> None:
    session = session_for("consular")
    attempt = take.open_attempt(session, JOB, owe(session).reference, key())
    take.record_answer(session, JOB, attempt.reference, Answer(ProviderStatus.FAILED))
    outcome = take.record_answer(session, JOB, attempt.reference, paid(RIYALS, key()))
    assert (outcome.kind, outcome.payment.failure) == (Kind.SETTLED, None)


def test_every_order_of_events_ends_the_same(session_for: SessionFor) -> None:
    session = session_for("consular")
    events = [
        Answer(ProviderStatus.OPEN, "p"),
        Answer(ProviderStatus.FAILED, "p", reason="card_declined"),
        Answer(ProviderStatus.PAID, "p", RIYALS),
        Answer(ProviderStatus.PAID, "p", RIYALS),
        Answer(ProviderStatus.ABSENT),
    ]
    order = owe(session)
    attempt = take.open_attempt(session, JOB, order.reference, key())
    for order_of in permutations(events):
        trial = session.begin_nested()
        kinds = [take.record_answer(session, JOB, attempt.reference, event).kind for event in order_of]
        after = attempts.find(session, attempt.reference)
        assert kinds.count(Kind.SETTLED) == 1
        assert (after.state, after.held, order_state(session, order)) == (AttemptState.SUCCEEDED, None, "paid")
        trial.rollback()


# Refunds


def test_a_paid_order_is_owed_back_in_what_was_taken_and_once(session_for: SessionFor) -> None:
    session = session_for("consular")
    before = {account: money for account, money in entries.balances(session).items() if money}
    order = owe(session)
    take.cash(session, CASHIER, order.reference, RIYALS, key())
    due = refund.mark_due(session, JOB, order.reference, "refused")
    assert due is not None
    assert (due.amount, due.currency, due.state) == (75000, "SAR", "due")
    again = refund.mark_due(session, JOB, order.reference, "refused")
    assert again is not None and again.reference == due.reference
    after = {account: money for account, money in entries.balances(session).items() if money}
    moved = {each: after.get(each, 0) - before.get(each, 0) for each in after | before}
    assert {each: money for each, money in moved.items() if money} == {
        (accounts.cash_of(CASHIER.id), "SAR"): 75000,
        (accounts.REFUNDS, "SAR"): -75000,
    }
    assert order_state(session, order) == OrderState.REFUND_DUE
    assert [row.reference for row in refund.of_application(session, order.application)] == [due.reference]
    assert quote.of_application(session, order.application) is None


def test_a_settled_card_payment_is_owed_back_from_what_the_card_brought(session_for: SessionFor) -> None:
    session = session_for("consular")
    order = owe(session)
    attempt = take.open_attempt(session, JOB, order.reference, key())
    before = {account: money for account, money in entries.balances(session).items() if money}
    take.record_success(session, JOB, attempt.reference, paid(RIYALS, key()))
    due = refund.mark_due(session, JOB, order.reference, "withdrawn")
    assert due is not None
    assert (due.order, due.attempt, due.amount, due.currency, due.state, due.reason, due.marked_by, due.mission) == (
        order.reference,
        attempt.reference,
        75000,
        "SAR",
        "due",
        "withdrawn",
        JOB.id,
        "RUH",
    )
    assert (order_state(session, order), order.changed_at) == (OrderState.REFUND_DUE, now(session))
    after = {account: money for account, money in entries.balances(session).items() if money}
    moved = {each: after.get(each, 0) - before.get(each, 0) for each in after | before}
    assert {each: money for each, money in moved.items() if money} == {
        (accounts.CARD, "SAR"): 75000,
        (accounts.REFUNDS, "SAR"): -75000,
    }


def test_held_card_money_is_no_payment_of_the_order_that_is_owed_back(session_for: SessionFor) -> None:
    session = session_for("consular")
    order = owe(session)
    first = take.open_attempt(session, JOB, order.reference, key())
    take.record_answer(session, JOB, first.reference, Answer(ProviderStatus.FAILED))
    second = take.open_attempt(session, JOB, order.reference, key())
    take.record_success(session, JOB, second.reference, paid(RIYALS, "page_2"))
    take.record_success(session, JOB, first.reference, paid(RIYALS, "page_1"))
    due = refund.mark_due(session, JOB, order.reference, "refused")
    assert due is not None and due.attempt == second.reference


def test_only_held_money_is_given_back_as_held(session_for: SessionFor) -> None:
    session = session_for("consular")
    attempt = take.open_attempt(session, JOB, owe(session).reference, key())
    take.record_success(session, JOB, attempt.reference, paid(RIYALS, key()))
    with refuses("payment_not_held", Conflict):
        refund.mark_held_due(session, JOB, attempt.reference, "late")


# An expired quote


def expire_quote(session: Session, order: Order) -> None:
    """Gives the order a quote that ended a second ago: a stored quote never changes."""
    expired = uuid.uuid4()
    session.execute(
        text(
            "INSERT INTO quote SELECT :new, mission, application, transaction, amount, currency, made_at, "
            "now() - interval '1 second' FROM quote WHERE id = :old"
        ),
        {"new": expired, "old": order.quote_id},
    )
    session.execute(update(Order).where(Order.reference == order.reference).values(quote_id=expired))
    session.refresh(order)


def issue_again(session: Session, order: Order) -> Order:
    return quote.issue_order(
        session,
        JOB,
        application=order.application,
        transaction=order.transaction,
        mission=order.mission,
        person=order.person,
        parties=lambda: quote.Parties(dict(order.holder)),
    )


def test_an_expired_quote_stays_while_a_card_page_is_open(session_for: SessionFor) -> None:
    session = session_for("consular")
    order = owe(session)
    attempt = take.open_attempt(session, JOB, order.reference, key())
    assert issue_again(session, order).reference == order.reference
    expire_quote(session, order)
    with refuses("payment_open", Conflict):
        issue_again(session, order)
    assert order_state(session, order) == OrderState.OPEN
    take.record_answer(session, JOB, attempt.reference, Answer(ProviderStatus.FAILED))
    replaced = issue_again(session, order)
    assert replaced.reference != order.reference
    assert (order_state(session, order), order_state(session, replaced)) == (OrderState.CANCELLED, OrderState.OPEN)
    assert order.changed_at == now(session)
    assert quote.serialise(session, replaced)["expired"] is False
    replaced.opened_at += timedelta(seconds=1)
    session.flush()
    live, last = quote.of_application(session, order.application), quote.latest(session, order.application)
    assert live is not None and live.reference == replaced.reference
    assert last is not None and last.reference == replaced.reference


def test_money_for_a_quote_that_was_replaced_is_held(session_for: SessionFor) -> None:
    session = session_for("consular")
    order = owe(session)
    attempt = take.open_attempt(session, JOB, order.reference, key())
    take.record_answer(session, JOB, attempt.reference, Answer(ProviderStatus.FAILED))
    expire_quote(session, order)
    issue_again(session, order)
    late = take.record_success(session, JOB, attempt.reference, paid(RIYALS, key()))
    assert (late.kind, late.payment.held) == (Kind.HELD, "late")


def test_a_paid_order_is_never_replaced(session_for: SessionFor) -> None:
    session = session_for("consular")
    order = owe(session)
    take.cash(session, CASHIER, order.reference, RIYALS, key())
    expire_quote(session, order)
    with refuses("order_paid", Conflict):
        issue_again(session, order)


# The job


def test_the_job_asks_about_every_attempt_that_waits(database: Databases) -> None:
    card, provider = database("consular"), InMemoryProvider()
    orders = [owed(card, mission) for mission in ("RUH", "BER")]
    waiting = [hosted.open_page(card, JOB, provider, settle, order.reference, key(), RETURN) for order in orders]
    forgotten = opened(card, owed(card))
    provider.choose(waiting[0].reference, "pay-silently")
    provider.books.expire(waiting[1].provider.provider_reference or "")
    hosted.refresh_pending(card, JOB, provider, settle)
    assert state_of(card, waiting[0]).state is AttemptState.PENDING
    for payment in (*waiting, forgotten):
        _age(card, payment.reference)
    assert hosted.refresh_pending(card, JOB, provider, settle) >= 3
    assert [state_of(card, payment).state for payment in (*waiting, forgotten)] == [
        AttemptState.SUCCEEDED,
        AttemptState.FAILED,
        AttemptState.FAILED,
    ]


def test_a_provider_that_does_not_answer_changes_nothing(database: Databases) -> None:
    card, provider = database("consular"), InMemoryProvider()
    payment = hosted.open_page(card, JOB, provider, settle, owed(card).reference, key(), RETURN)
    for trouble in (OutcomeUnknown(), Unavailable("provider_down")):
        provider.broken = [trouble]
        assert hosted.refresh(card, JOB, provider, settle, payment.reference).kind is Kind.NO_ANSWER
    assert state_of(card, payment).state is AttemptState.PENDING


def test_an_attempt_just_made_is_not_called_absent(database: Databases) -> None:
    card, provider = database("consular"), InMemoryProvider()
    payment = opened(card, owed(card))
    assert hosted.refresh(card, JOB, provider, settle, payment.reference).kind is Kind.OPEN
    assert state_of(card, payment).state is AttemptState.CREATED


def _age(card: Database, reference: str) -> None:
    with card.scope(references.mission_of(reference)) as session:
        row = session.get_one(Attempt, reference)
        row.changed_at -= timedelta(minutes=2)


# Receipts


def test_the_receipt_holds_what_was_promised_and_taken(session_for: SessionFor) -> None:
    session = session_for("consular")
    order = owe(session)
    payment = take.cash(session, CASHIER, order.reference, RIYALS, key())
    row = session.get_one(Receipt, receipt_number(session, payment))
    data = session.get_one(Document, row.document).data
    assert data["holder"] == {"ar": "رشا الحسين", "en": "Rasha Alhussein"}
    assert data["total"] == {"amount": 75000, "currency": "SAR"}
    today = missions.today(session, "RUH")  # on which a peg holds
    assert data["rate"] == {"value": "3.75", "from": "USD", "to": "SAR", "source": "peg", "on": today.isoformat()}
    assert data["lines"][0]["tariff"] == {"amount": 20000, "currency": "USD"}
    assert (data["payment"], data["application"]) == (payment.reference, order.application)


def test_a_receipt_is_its_payers_and_its_missions(session_for: SessionFor) -> None:
    session = session_for("consular")
    order = owe(session)
    number = receipt_number(session, take.cash(session, CASHIER, order.reference, RIYALS, key()))
    content = receipt.read(session, expatriate(order.person), number)
    assert content.startswith(b"%PDF-")
    assert receipt.read(session, officer("clerk"), number) == content
    strangers: list[Actor] = [expatriate(), officer("clerk", "BER")]
    for stranger in strangers:
        with refuses("not_found", NotFound):
            receipt.read(session, stranger, number)
    with refuses("not_found", NotFound):
        receipt.read(session, expatriate(), "RUH-RC-2026-999999")
    with refuses("not_allowed", NotAllowed):
        check_access(Actor("anonymous", "anonymous", "anonymous"), "receipt.read", owner=order.person)
