"""A payment that its payer's bank takes back: booked, shown to both sides, decided; a notification is only a hint."""

from collections.abc import Callable
from functools import partial

import pytest
from sqlalchemy import select, update

from services.consular.applications.model import Application
from services.consular.payments.collection import hosted
from services.consular.payments.disputes.model import Dispute
from services.consular.payments.ledger import entries
from services.consular.payments.orders import quote
from services.consular.payments.providers.rules import OutcomeUnknown
from services.consular.payments.reconciliation import run
from services.consular.payments.reconciliation.model import Discrepancy
from services.consular.payments.refunds.model import Refund
from services.consular.payments.refunds.prepare import Payout, prepare
from services.consular.payments.refunds.refund import of_application
from services.consular.workflow.money import settle
from shared.database.db import Database
from shared.identity.actor import service
from shared.values.money import Money
from tests.conftest import HOME, officer
from tests.factories.applications import Counter
from tests.factories.applications.deadlines import notices
from tests.factories.concurrency import at_once
from tests.factories.payments import JOB, InMemoryProvider
from tests.factories.payments.card import card, notify
from tests.factories.refusals import refuses

At = Callable[..., Counter]
Balances = dict[tuple[str, str], int]
FEE = Money(75_000, "SAR")
ACCOUNTS = ("card", "disputes", "dispute_losses", "refunds", "suspense")


@pytest.fixture
def consular(database: Callable[[str], Database]) -> Database:
    return database("consular")


def paid(counter: At, provider: InMemoryProvider, outcome: str = "pay") -> tuple[Counter, str]:
    """An application whose fee was paid by card."""
    here = counter().until("awaiting_payment")
    reference = card(here).get_json()["reference"]
    provider.choose(reference, outcome)
    assert notify(here, provider, reference).status_code == 200
    return here, reference


def disputed(here: Counter, provider: InMemoryProvider, reference: str, choice: str, amount: int | None = None) -> None:
    provider.dispute(reference, choice, amount)
    assert notify(here, provider, reference).status_code == 200


def balances(database: Database) -> Balances:
    with database.scope(HOME) as session:
        return entries.balances(session)


def moved(database: Database, before: Balances) -> dict[str, int]:
    """By how much the accounts of disputes have changed since."""
    after = balances(database)
    changes = {name: after.get((name, "SAR"), 0) - before.get((name, "SAR"), 0) for name in ACCOUNTS}
    assert {currency: sum(amount for (_, of), amount in after.items() if of == currency) for _, currency in after} == {
        currency: 0 for _, currency in after
    }
    return {name: amount for name, amount in changes.items() if amount}


def ask(database: Database, provider: InMemoryProvider) -> int:
    return hosted.refresh_disputed(database, JOB, provider, settle.by_answer)


def test_the_money_is_set_apart_and_both_sides_see_it(
    counter: At, provider: InMemoryProvider, consular: Database
) -> None:
    here, reference = paid(counter, provider)
    before = balances(consular)
    disputed(here, provider, reference, "dispute")
    assert moved(consular, before) == {"card": -75_000, "disputes": 75_000}
    shown = here.read()
    assert (shown["status"], shown["payments"][0]["dispute"]) == ("in_review", "open")
    assert notices(consular, here.reference)[-1] == "payment_disputed"
    found = here.client.get("/desk/queue", officer(), query_string={"status": "exceptions", "q": here.reference})
    assert [row["exception"] for row in found.get_json()["rows"]] == ["dispute_open"]
    books = here.client.get("/desk/books", officer("head_of_mission")).get_json()
    (row,) = [one for one in books["disputes"] if one["payment"] == reference]
    assert (row["application"], row["amount"], row["state"], row["age"]) == (here.reference, 75_000, "open", 0)
    assert row["answer_by"]


def test_it_has_an_age_and_an_owner_until_it_is_decided(
    counter: At, provider: InMemoryProvider, consular: Database
) -> None:
    here, reference = paid(counter, provider)
    disputed(here, provider, reference, "dispute")
    job = service("consular", HOME)
    run.run(consular, job, provider.query_status)
    with consular.scope(HOME) as session:
        row = session.get_one(Discrepancy, (HOME, "disputed", reference))
        assert (row.amount, row.ended_at) == (75_000, None)
        run.take(session, officer("cashier"), "disputed", reference)
    disputed(here, provider, reference, "dispute-won")
    run.run(consular, job, provider.query_status)
    with consular.scope(HOME) as session:
        row = session.get_one(Discrepancy, (HOME, "disputed", reference))
        assert row.owner == officer("cashier").id and row.ended_at is not None


def test_nothing_is_decided_meanwhile_and_all_is_as_before_when_it_is_won(
    counter: At, provider: InMemoryProvider, consular: Database
) -> None:
    here, reference = paid(counter, provider)
    before = balances(consular)
    disputed(here, provider, reference, "dispute")
    here.come()
    refused = here.desk("accept")
    assert (refused.status_code, refused.get_json()["code"]) == (409, "payment_disputed")
    cleared = here.desk("clear", reason="looked at")
    assert cleared.get_json()["code"] == "payment_disputed"
    disputed(here, provider, reference, "dispute-won")
    assert moved(consular, before) == {}
    shown = here.read()
    assert (shown["status"], shown["payments"][0]["dispute"]) == ("in_review", "won")
    assert here.client.get(f"/desk/cases/{here.reference}", officer()).get_json()["exception"] is None
    assert notices(consular, here.reference)[-1] == "dispute_won"


def test_a_lost_one_undoes_the_payment_and_the_fee_can_be_paid_anew(
    counter: At, provider: InMemoryProvider, consular: Database
) -> None:
    here, reference = paid(counter, provider)
    with consular.scope(HOME) as session:
        before = entries.balances(session)
    disputed(here, provider, reference, "dispute-lost")
    assert moved(consular, before) == {"card": -75_000}
    with consular.scope(HOME) as session:
        due = {name: amount for (name, _), amount in entries.balances(session).items() if name.startswith("due:")}
        earlier = {name: amount for (name, _), amount in before.items() if name.startswith("due:")}
        assert sum(due.values()) - sum(earlier.values()) == 20_000
        assert quote.of_application(session, here.reference).state == "open"  # type: ignore[union-attr]
    shown = here.read()
    assert (shown["status"], shown["payments"][0]["dispute"]) == ("awaiting_payment", "lost")
    assert shown["timeline"][-1]["code"] == "charged_back"
    assert notices(consular, here.reference)[-1] == "dispute_lost"
    assert shown["on_withdrawal"] == {"rule": "price_cancelled"}
    assert here.pay().status_code == 200
    assert here.read()["status"] == "in_review"


def test_what_was_charged_back_is_not_owed_back_as_well(
    counter: At, provider: InMemoryProvider, consular: Database
) -> None:
    here, reference = paid(counter, provider)
    before = balances(consular)
    here.ask_as_applicant("POST", "/withdraw", {"key": "k"})
    disputed(here, provider, reference, "dispute")
    with consular.scope(HOME) as session:
        (due,) = of_application(session, here.reference)
        with refuses("payment_disputed"):
            prepare(session, officer("cashier"), due.reference, due.money, Payout("card"))
    disputed(here, provider, reference, "dispute-lost")
    with consular.scope(HOME) as session:
        assert session.get_one(Refund, due.reference).state == "charged_back"
    assert moved(consular, before) == {"card": -75_000}
    assert here.read()["refunds"][0]["state"] == "charged_back"


def test_after_a_dispute_that_was_won_the_refund_is_paid(
    counter: At, provider: InMemoryProvider, consular: Database
) -> None:
    here, reference = paid(counter, provider)
    here.ask_as_applicant("POST", "/withdraw", {"key": "k"})
    disputed(here, provider, reference, "dispute")
    disputed(here, provider, reference, "dispute-won")
    with consular.scope(HOME) as session:
        (due,) = of_application(session, here.reference)
        assert prepare(session, officer("cashier"), due.reference, due.money, Payout("card")).state == "approved"


@pytest.mark.parametrize(("amount", "lost"), [(1, 1), (30_000, 30_000), (74_999, 74_999)])
def test_a_part_that_is_lost_is_borne_by_the_mission(
    counter: At, provider: InMemoryProvider, consular: Database, amount: int, lost: int
) -> None:
    here, reference = paid(counter, provider)
    before = balances(consular)
    disputed(here, provider, reference, "dispute-lost", amount)
    assert moved(consular, before) == {"card": -lost, "dispute_losses": lost}
    assert here.read()["status"] == "in_review"
    here.ask_as_applicant("POST", "/withdraw", {"key": "k"})
    (due,) = here.read()["refunds"]
    assert (due["amount"], due["state"]) == (75_000 - amount, "due")
    assert moved(consular, before) == {"card": -lost, "refunds": amount - 75_000}


def test_money_that_was_held_goes_back_by_the_dispute_alone(
    counter: At, provider: InMemoryProvider, consular: Database
) -> None:
    before = balances(consular)
    here, reference = paid(counter, provider, "pay-wrong-amount")
    disputed(here, provider, reference, "dispute-lost")
    assert moved(consular, before) == {}
    assert here.read()["refunds"][0]["state"] == "charged_back"


def test_a_notification_alone_is_not_believed(counter: At, provider: InMemoryProvider, consular: Database) -> None:
    here, reference = paid(counter, provider)
    before = balances(consular)
    provider.dispute(reference, "dispute")
    provider.broken = [OutcomeUnknown()]
    assert notify(here, provider, reference).status_code == 200
    assert moved(consular, before) == {}
    assert ask(consular, provider) >= 1
    assert moved(consular, before) == {"card": -75_000, "disputes": 75_000}


def test_a_dispute_that_nobody_notified_search_leads_to_asking(
    counter: At, provider: InMemoryProvider, consular: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, reference = paid(counter, provider)
    provider.dispute(reference, "dispute")
    provider.broken = [OutcomeUnknown()]
    ask(consular, provider)
    assert here.read()["payments"][0]["dispute"] is None
    ask(consular, provider)
    assert here.read()["payments"][0]["dispute"] == "open"
    provider.dispute(reference, "dispute-won")
    # The list no longer names it; it is asked about because it is open here.
    monkeypatch.setattr(provider, "list_disputed", lambda _: [])
    ask(consular, provider)
    assert here.read()["payments"][0]["dispute"] == "won"


def test_sixteen_answers_at_once_book_it_once(counter: At, provider: InMemoryProvider, consular: Database) -> None:
    here, reference = paid(counter, provider)
    before = balances(consular)
    provider.dispute(reference, "dispute-lost")
    answers = at_once([partial(ask, consular, provider), partial(notify, here, provider, reference)] * 8)
    assert [each for each in answers if isinstance(each, Exception)] == []
    assert moved(consular, before) == {"card": -75_000}
    with consular.scope(HOME) as session:
        assert len(session.scalars(select(Dispute).where(Dispute.attempt == reference)).all()) == 1


def test_an_end_stays_the_end(counter: At, provider: InMemoryProvider, consular: Database) -> None:
    here, reference = paid(counter, provider)
    disputed(here, provider, reference, "dispute-won")
    before = balances(consular)
    known = provider.disputes.by_reference[reference]
    for state in ("needs_response", "lost"):
        provider.disputes.by_reference[reference] = type(known)(**(vars(known) | {"state": state}))
        ask(consular, provider)
    assert moved(consular, before) == {}
    assert here.read()["payments"][0]["dispute"] == "won"


def test_a_document_that_was_issued_stays_and_the_file_is_flagged(
    counter: At, provider: InMemoryProvider, consular: Database
) -> None:
    here, reference = paid(counter, provider)
    with consular.scope(HOME) as session:
        # As if an authority had granted it already.
        session.execute(update(Application).where(Application.reference == here.reference).values(status="ready"))
    disputed(here, provider, reference, "dispute-lost")
    case = here.client.get(f"/desk/cases/{here.reference}", officer()).get_json()
    assert (case["status"], case["exception"]) == ("ready", "dispute_lost")


def test_another_missions_desk_sees_none_of_it(counter: At, provider: InMemoryProvider, consular: Database) -> None:
    here, reference = paid(counter, provider)
    disputed(here, provider, reference, "dispute")
    with consular.scope("BER") as session:
        assert session.scalar(select(Dispute).where(Dispute.attempt == reference)) is None


def test_what_came_before_a_last_payment_that_is_lost_goes_back_all_the_same(
    counter: At, provider: InMemoryProvider, consular: Database
) -> None:
    here = counter().until("awaiting_payment")
    before = balances(consular)
    assert here.desk("cash", officer("cashier"), amount=30_000, currency="SAR", part=True).status_code == 200
    reference = card(here).get_json()["reference"]
    provider.choose(reference, "pay")
    assert notify(here, provider, reference).status_code == 200
    disputed(here, provider, reference, "dispute")
    disputed(here, provider, reference, "dispute-lost")
    assert here.ask_as_applicant("POST", "/withdraw", {"key": "w"}).status_code == 200
    assert [(one["amount"], one["state"]) for one in here.read()["refunds"]] == [(30_000, "due")]
    # The beneficiaries have nothing of it either, so that nobody bears the lost part.
    assert moved(consular, before) == {"refunds": -30_000}
