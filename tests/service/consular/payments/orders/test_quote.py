"""Orders and quotes column by column: what is promised is what is stored, shown and later paid."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.missions import reference_data
from services.consular.payments.collection import take
from services.consular.payments.orders import attempts, quote
from services.consular.payments.orders.model import Attempt, Order, Quote, QuoteLine
from services.consular.payments.orders.rules import AttemptState, OrderState, Payment
from services.consular.payments.providers.rules import Answer, AttemptReference, ProviderStatus
from services.consular.payments.rates.model import RateRow
from services.consular.payments.rates.rules import Rate
from services.consular.payments.tariffs.rules import PricedLine
from shared.database.db import now
from shared.errors import Conflict, NotFound
from shared.values import references
from shared.values.money import Money
from tests.conftest import expatriate
from tests.factories.payments import CASHIER, JOB, open_till, owe, paid
from tests.factories.refusals import refuses
from tests.factories.rows import columns, events

pytestmark = pytest.mark.clock

SessionFor = Callable[..., Session]
PERSON, AGENT, PAYER = (f"00000000-0000-4000-8000-00000000000{n}" for n in range(3))
RIYALS = Money(75_000, "SAR")
SOURCE = "MoI decision 1/Sh.Q of 2025-06-26 under Decree 119/2025"
HOLDER = {"ar": "رشا الحسين", "en": "Rasha Alhussein"}
ACTING = {"person": AGENT, "name": {"ar": "سامر", "en": "Samer"}}


def issue(
    session: Session,
    application: str,
    acting: dict[str, Any] | None = None,
    transaction: str = "passport-renewal",
    assessed: Money | None = None,
) -> Order:
    return quote.issue_order(
        session,
        JOB,
        application=application,
        transaction=transaction,
        mission="RUH",
        person=PERSON,
        parties=lambda: quote.Parties(HOLDER, acting),
        assessed=assessed,
    )


def test_an_order_and_its_quote_hold_what_was_promised(session_for: SessionFor) -> None:
    session, application = session_for("consular"), references.new("RUH", 10, "A")
    today = missions.today(session, "RUH")
    order = issue(session, application, acting=ACTING)
    made_at = now(session)
    assert columns(order, "reference", "quote_id") == {
        "mission": "RUH",
        "application": application,
        "transaction": "passport-renewal",
        "purpose": "fee",
        "person": PERSON,
        "holder": HOLDER,
        "acting": ACTING,
        "amount": 75_000,
        "currency": "SAR",
        "state": "open",
        "opened_at": made_at,
        "changed_at": made_at,
    }
    assert order.reference[:5] == "RUH-Q" and references.is_valid(order.reference)
    stored = session.get_one(Quote, order.quote_id)
    assert columns(stored) == {
        "id": order.quote_id,
        "mission": "RUH",
        "application": application,
        "transaction": "passport-renewal",
        "amount": 75_000,
        "currency": "SAR",
        "made_at": made_at,
        "expires_at": made_at + timedelta(days=10),
        "cash_amount": 75_000,
    }
    (line,) = session.scalars(select(QuoteLine).where(QuoteLine.quote == stored.id))
    assert columns(line, "quote") == {
        "place": 0,
        "mission": "RUH",
        "line": "passport_value",
        "beneficiary": "immigration_and_passports",
        "tariff_amount": 20_000,
        "tariff_currency": "USD",
        "amount": 75_000,
        "currency": "SAR",
        "source": SOURCE,
        "certainty": "H",
        "rate": Decimal("3.75"),
        "rate_source": "peg",
        "rate_on": today,
    }
    assert events(session, application) == [(JOB.id, "quote.frozen", None, {"order": order.reference})]


def test_a_quote_is_shown_with_its_day_and_the_day_its_tariff_began(session_for: SessionFor) -> None:
    session = session_for("consular")
    today, order = missions.today(session, "RUH"), issue(session, references.new("RUH", 10, "A"))
    stored = session.get_one(Quote, order.quote_id)
    money = {"amount": 75_000, "currency": "SAR"}
    assert quote.serialise(session, order) == {
        "order": order.reference,
        "state": "open",
        "priced_on": today.isoformat(),
        "lines": [
            {
                "line": "passport_value",
                "beneficiary": "immigration_and_passports",
                "tariff": {"amount": 20_000, "currency": "USD"},
                "collected": money,
                **money,
                "source": SOURCE,
                "certainty": "H",
                "rate": {"value": "3.75", "from": "USD", "to": "SAR", "source": "peg", "on": today.isoformat()},
                "since": "2025-06-26",
            }
        ],
        "total": 75_000,
        "currency": "SAR",
        "cash_total": 75_000,
        "made_at": stored.made_at.isoformat(),
        "expires_at": stored.expires_at.isoformat(),
        "expired": False,
    }


def test_a_market_rate_is_kept_with_its_day_and_promised_for_a_day(session_for: SessionFor) -> None:
    session = session_for("consular", "KWI")
    today = missions.today(session, "KWI")
    fields = {"base": "USD", "quote": "KWD", "rate": Decimal("0.3071"), "valid_from": today, "source": "mission_table"}
    session.add(RateRow(id="t-kwd", published="x", certainty="M", approver="tests", max_age_days=30, **fields))
    session.flush()
    reference_data.reread(session)
    order = owe(session, "KWI")
    stored = session.get_one(Quote, order.quote_id)
    assert stored.expires_at - stored.made_at == timedelta(hours=24)
    rate = Rate("USD", "KWD", Decimal("0.3071"), today, "mission_table")
    fee = ("passport_value", "immigration_and_passports", Money(20_000, "USD"), Money(61_420, "KWD"), SOURCE, "H")
    assert quote.lines_of(order) == [PricedLine(*fee, rate)]


def test_lines_are_kept_in_their_order_and_without_a_rate_where_none_was_used(session_for: SessionFor) -> None:
    session = session_for("consular", "BRU")
    order = quote.issue_order(
        session,
        JOB,
        application=references.new("BRU", 10, "A"),
        transaction="individual-extract",
        mission="BRU",
        person=str(uuid.uuid4()),
        parties=lambda: quote.Parties(HOLDER),
        answers={"consular_registration": "not_registered"},
    )
    document, registration = quote.lines_of(order)
    assert (document.line, registration.line) == ("document_from_syria", "consular_registration")
    assert registration == PricedLine(
        "consular_registration",
        "foreign_affairs",
        Money(5_000, "EUR"),
        Money(5_000, "EUR"),
        "Brussels mission tariff",
        "M",
        None,
    )
    stored = session.scalars(select(QuoteLine).where(QuoteLine.quote == order.quote_id).order_by(QuoteLine.place))
    kept = [(row.place, row.mission, row.line, row.rate_source, row.rate_on is None) for row in stored]
    assert kept[1] == (1, "BRU", "consular_registration", None, True)
    assert order.money == Money(document.collected.amount + 5_000, "EUR")


def test_an_assessment_outlives_the_quote_it_was_first_in(session_for: SessionFor) -> None:
    from tests.factories.payments import activate

    session, application = session_for("consular"), references.new("RUH", 10, "A")
    activate(session, "cash-allowance")
    order = issue(session, application, transaction="cash-allowance", assessed=Money(800_000, "USD"))
    end_quote(session, order)
    again = issue(session, application, transaction="cash-allowance")
    (line,) = quote.lines_of(again)
    assert (line.tariff, line.source, line.certainty) == (Money(800_000, "USD"), "assessment", "H")
    end_quote(session, again)
    third = issue(session, application, transaction="cash-allowance", assessed=Money(300_000, "USD"))
    assert [line.tariff for line in quote.lines_of(third)] == [Money(300_000, "USD")]


def end_quote(session: Session, order: Order) -> None:
    """Gives the order a quote that ended a second ago: a stored quote never changes."""
    ended = uuid.uuid4()
    session.execute(
        text(
            "INSERT INTO quote SELECT :new, mission, application, transaction, amount, currency, made_at, "
            "now() - interval '1 second', cash_amount FROM quote WHERE id = :old"
        ),
        {"new": ended, "old": order.quote_id},
    )
    session.execute(
        text(
            "INSERT INTO quote_line SELECT :new, place, mission, line, beneficiary, tariff_amount, tariff_currency, "
            "amount, currency, source, certainty, rate, rate_source, rate_on FROM quote_line WHERE quote = :old"
        ),
        {"new": ended, "old": order.quote_id},
    )
    order.quote_id = ended
    session.flush()
    session.expire_all()


def test_the_orders_of_an_application_are_told_apart_by_purpose_and_state(session_for: SessionFor) -> None:
    session, application = session_for("consular"), references.new("RUH", 10, "A")
    fee = issue(session, application)
    dearer = quote.issue_quote(
        session,
        JOB,
        quote.lines_of(fee),
        application=application,
        transaction="passport-renewal",
        mission="RUH",
        person=PERSON,
        parties=quote.Parties(HOLDER),
        purpose=quote.UPGRADE,
    )
    dearer.opened_at = fee.opened_at + timedelta(hours=1)
    session.flush()
    assert quote.of_application(session, application) is fee
    assert quote.of_application(session, application, "upgrade") is dearer
    assert quote.latest(session, application) is fee
    assert quote.latest(session, application, "upgrade") is dearer
    quote.cancel(session, fee)
    assert (fee.state, fee.changed_at) == ("cancelled", now(session))
    assert quote.of_application(session, application) is None
    assert quote.latest(session, application) is fee
    later = issue(session, application)
    later.opened_at = fee.opened_at + timedelta(hours=2)
    session.flush()
    assert quote.latest(session, application) is later
    later.state = OrderState.PAID.value
    session.flush()
    assert quote.of_application(session, application) is later
    later.state = OrderState.REFUND_DUE.value
    session.flush()
    assert quote.of_application(session, application) is None


# Attempts


def test_an_attempt_holds_what_is_asked_and_who_asked(session_for: SessionFor) -> None:
    session, application = session_for("consular"), references.new("RUH", 10, "A")
    order = issue(session, application)
    payment = take.open_attempt(session, expatriate(PAYER), order.reference, "key-1")
    opened_at = now(session)
    assert columns(session.get_one(Attempt, payment.reference), "reference") == {
        "mission": "RUH",
        "order": order.reference,
        "method": "card",
        "key": "key-1",
        "amount": 75_000,
        "currency": "SAR",
        "state": "created",
        "provider_reference": None,
        "redirect_url": None,
        "failure": None,
        "held": None,
        "received_amount": None,
        "received_currency": None,
        "opened_at": opened_at,
        "changed_at": opened_at,
        "opened_by": "account-00000000",
        "payer": PAYER,
        "till": None,
        "payer_link": None,
        "payer_name": None,
    }
    assert payment.reference[:5] == "RUH-P" and references.is_valid(payment.reference)
    assert payment == Payment(
        reference=payment.reference,
        application=application,
        order=order.reference,
        person=PERSON,
        method="card",
        state=AttemptState.CREATED,
        amount=RIYALS,
        provider=AttemptReference(payment.reference, None, opened_at),
        payer=PAYER,
    )
    assert events(session, application)[1:] == [
        ("account-00000000", "payment.opened", None, {"payment": payment.reference})
    ]


def test_a_page_and_money_that_does_not_fit_are_kept_with_the_attempt(session_for: SessionFor) -> None:
    session, application = session_for("consular"), references.new("RUH", 10, "A")
    order = issue(session, application)
    attempt = take.open_attempt(session, JOB, order.reference, "key-2").reference
    open_page = Answer(ProviderStatus.OPEN, "page-1", url="https://pay.example/1")
    pending = take.record_page(session, JOB, attempt, open_page)
    assert (pending.state, pending.redirect_url) == (AttemptState.PENDING, "https://pay.example/1")
    assert attempts.find(session, attempt) == pending
    outcome = take.record_success(session, JOB, attempt, paid(Money(5_000, "EUR"), "page-2"))
    row = session.get_one(Attempt, attempt)
    assert (row.provider_reference, row.redirect_url, row.changed_at) == (
        "page-2",
        "https://pay.example/1",
        now(session),
    )
    assert outcome.payment == Payment(
        reference=attempt,
        application=application,
        order=order.reference,
        person=PERSON,
        method="card",
        state=AttemptState.SUCCEEDED,
        amount=RIYALS,
        provider=AttemptReference(attempt, "page-2", row.opened_at),
        redirect_url="https://pay.example/1",
        held="wrong_currency",
        payer=PERSON,
        received=Money(5_000, "EUR"),
    )
    assert events(session, application)[2:] == [
        (JOB.id, "payment.pending", None, {"payment": attempt}),
        (JOB.id, "payment.held", "wrong_currency", {"payment": attempt}),
    ]


def test_a_page_opened_again_keeps_what_the_provider_no_longer_says(session_for: SessionFor) -> None:
    session = session_for("consular")
    attempt = take.open_attempt(session, JOB, owe(session).reference, "key-3").reference
    take.record_page(session, JOB, attempt, Answer(ProviderStatus.OPEN, "page-1", url="https://pay.example/1"))
    again = take.record_answer(session, JOB, attempt, Answer(ProviderStatus.OPEN))
    row = session.get_one(Attempt, attempt)
    assert (row.provider_reference, row.redirect_url) == ("page-1", "https://pay.example/1")
    assert again.payment.state is AttemptState.PENDING
    take.record_answer(session, JOB, attempt, Answer(ProviderStatus.FAILED))
    assert session.get_one(Attempt, attempt).failure == "failed"
    with refuses("payment_closed", Conflict):
        take.record_page(session, JOB, attempt, Answer(ProviderStatus.OPEN, "page-9"))


def test_an_unknown_outcome_is_noted_once_and_never_over_a_settled_attempt(session_for: SessionFor) -> None:
    session, application = session_for("consular"), references.new("RUH", 10, "A")
    attempt = take.open_attempt(session, JOB, issue(session, application).reference, "key-4").reference
    assert take.record_unknown(session, JOB, attempt).state is AttemptState.UNKNOWN
    take.record_success(session, JOB, attempt, paid(RIYALS))
    assert take.record_unknown(session, JOB, attempt).state is AttemptState.SUCCEEDED
    noted = [(action, detail) for _, action, _, detail in events(session, application)]
    assert noted.count(("payment.unknown", {"payment": attempt})) == 1
    assert ("payment.taken", {"payment": attempt, "method": "card"}) in noted


def test_all_attempts_of_an_application_are_listed_from_the_oldest(session_for: SessionFor) -> None:
    session, application = session_for("consular"), references.new("RUH", 10, "A")
    order = issue(session, application)
    made = []
    for hours in (2, 1, 3):
        attempt = take.open_attempt(session, JOB, order.reference, f"key-{hours}").reference
        take.record_answer(session, JOB, attempt, Answer(ProviderStatus.FAILED, reason="card_declined"))
        session.get_one(Attempt, attempt).opened_at += timedelta(hours=hours)
        made.append(attempt)
    session.flush()
    listed = attempts.of_application(session, application)
    assert [one.reference for one in listed] == [made[1], made[0], made[2]]
    assert {(one.failure, one.state) for one in listed} == {("card_declined", AttemptState.FAILED)}


def test_at_the_counter_whoever_acts_on_the_application_pays(session_for: SessionFor) -> None:
    session = session_for("consular")
    open_till(session, CASHIER, "SAR")
    for acting, payer in ((None, PERSON), (ACTING, AGENT), ({"name": HOLDER}, PERSON)):
        order = issue(session, references.new("RUH", 10, "A"), acting=acting)
        assert take.cash(session, CASHIER, order.reference, RIYALS, uuid.uuid4().hex).payer == payer


def test_what_is_not_there_is_not_found(session_for: SessionFor) -> None:
    session = session_for("consular")
    for ask in (attempts.find, attempts.load_for_update, attempts.load_both_for_update):
        with refuses("not_found", NotFound):
            ask(session, "RUH-P000000000")
