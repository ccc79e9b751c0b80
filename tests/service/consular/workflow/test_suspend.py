"""A transaction stops: its open applications close and say why, paid fees are owed back, and no money is taken."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from services.consular.missions import today
from services.consular.payments.orders import attempts
from services.consular.payments.orders.model import Attempt
from services.consular.workflow import suspend
from services.consular.workflow.money import settle
from shared.database.db import Database
from shared.errors import Refusal
from shared.identity.actor import service
from tests.factories.applications import Counter
from tests.factories.applications.deadlines import notices, page_opened
from tests.factories.approvals import Signing
from tests.factories.concurrency import at_once
from tests.factories.payments import InMemoryProvider

pytestmark = pytest.mark.clock

SLUG = "passport-renewal"
_places = iter(("DEL", "ISB", "BUE", "SAO", "BSB", "CCS", "HAV", "STO", "BEG", "WAW", "BUD", "PRG", "SOF", "BUH"))


@pytest.fixture
def consular(database: Callable[[str], Database]) -> Database:
    return database("consular")


@pytest.fixture
def desk(counter: Callable[..., Counter]) -> Signing:
    """Each test at a mission of its own, for what is suspended there stays so."""
    return Signing(counter().client, next(_places))


def terms(database: Database, mission: str, **changed: Any) -> dict[str, Any]:
    with database.scope(mission) as session:
        day = today(session, mission)
    return {
        "transaction": SLUG,
        "standing": "suspended",
        "valid_from": day.isoformat(),
        "law_source": "Circular 14 of 2026",
        **changed,
    }


def close(database: Database, mission: str, provider: InMemoryProvider | None = None) -> int:
    """What the job does at one mission today."""
    with database.scope(mission) as session:
        day = today(session, mission)
    return suspend.close_at(database, service("consular", mission), provider or InMemoryProvider(), day)


def test_each_open_application_is_closed_with_its_reason_and_its_money_owed_back(
    counter: Callable[..., Counter], consular: Database, desk: Signing
) -> None:
    begun = counter(mission=desk.mission)
    begun.start(SLUG)
    unpaid, paid, sent = (
        counter(mission=desk.mission).until(status) for status in ("awaiting_payment", "in_review", "with_authority")
    )
    ready = counter(mission=desk.mission).until("ready")
    look = desk.look("standing", terms(consular, desk.mission)).get_json()["preview"]
    total = paid.read()["quote"]
    assert look["applications"] == 4
    assert look["money"] == [{"currency": total["currency"], "amount": 2 * total["cash_total"]}]
    signed = desk.signed("standing", terms(consular, desk.mission))
    assert signed["state"] == "approved"
    close(consular, desk.mission)
    assert (desk.read(signed["reference"])["state"], desk.read(signed["reference"])["result"]) == (
        "done",
        {"applications": 4},
    )
    for case in (begun, unpaid, paid, sent):
        now = case.read()
        assert (now["status"], now["timeline"][-1]["reason"]) == ("cancelled", "transaction_suspended")
        assert now["notices"][-1]["kind"] == "cancelled" or "cancelled" in notices(consular, case.reference)
    assert [case.read()["quote"]["state"] for case in (unpaid, paid, sent)] == ["cancelled", "refund_due", "refund_due"]
    assert [len(case.read()["refunds"]) for case in (begun, unpaid, paid, sent)] == [0, 0, 1, 1]
    assert ready.read()["status"] == "ready"
    assert close(consular, desk.mission) == 0


def test_from_the_signature_on_nothing_is_begun_sent_or_paid(
    counter: Callable[..., Counter], consular: Database, desk: Signing
) -> None:
    unpaid = counter(mission=desk.mission).until("awaiting_payment")
    desk.signed("standing", terms(consular, desk.mission, standing="historical"))
    begun = counter(mission=desk.mission).start(SLUG)
    assert (begun.status_code, begun.get_json()["code"]) == (422, "transaction_not_active")
    assert begun.get_json()["params"]["source"] == "Circular 14 of 2026"
    assert unpaid.pay().get_json()["code"] == "transaction_not_active"


def test_elsewhere_it_goes_on(counter: Callable[..., Counter], consular: Database, desk: Signing) -> None:
    desk.signed("standing", terms(consular, desk.mission))
    assert counter().start(SLUG).status_code == 201


def test_a_payment_in_flight_is_asked_about_first(
    counter: Callable[..., Counter], consular: Database, desk: Signing
) -> None:
    provider, case = InMemoryProvider(), counter(mission=desk.mission).until("awaiting_payment")
    attempt = page_opened(consular, provider, case)
    provider.choose(attempt, "pay")
    desk.signed("standing", terms(consular, desk.mission))
    close(consular, desk.mission, provider)
    shown = case.read()
    assert shown["status"] == "cancelled"
    assert [(owed["amount"], owed["currency"], owed["state"]) for owed in shown["refunds"]] == [
        (shown["quote"]["total"], shown["quote"]["currency"], "due")
    ]


def test_a_silent_provider_keeps_the_proposal_open_until_it_answers(
    counter: Callable[..., Counter], consular: Database, desk: Signing
) -> None:
    provider, case = InMemoryProvider(), counter(mission=desk.mission).until("awaiting_payment")
    page_opened(consular, provider, case)
    signed = desk.signed("standing", terms(consular, desk.mission))
    provider.broken = [Refusal("provider_down")]
    close(consular, desk.mission, provider)
    assert case.read()["status"] == "awaiting_payment" and desk.read(signed["reference"])["state"] == "approved"
    close(consular, desk.mission, provider)
    assert case.read()["status"] == "cancelled" and desk.read(signed["reference"])["state"] == "done"


def test_money_after_the_end_is_held(counter: Callable[..., Counter], consular: Database, desk: Signing) -> None:
    provider, case = InMemoryProvider(), counter(mission=desk.mission).until("awaiting_payment")
    attempt = page_opened(consular, provider, case)
    desk.signed("standing", terms(consular, desk.mission))
    close(consular, desk.mission, provider)
    with consular.scope(desk.mission) as session:
        settle.by_answer(session, service("consular", desk.mission), attempt, provider.choose(attempt, "pay"))
    with consular.scope(desk.mission) as session:
        assert attempts.find(session, attempt).held == "late"
    assert notices(consular, case.reference)[-1] == "payment_held"


def test_killed_on_the_way_the_next_run_goes_on_and_two_at_once_refund_once(
    counter: Callable[..., Counter], consular: Database, desk: Signing, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = [counter(mission=desk.mission).until("in_review") for _ in range(4)]
    signed = desk.signed("standing", terms(consular, desk.mission))
    monkeypatch.setattr(suspend, "MAX_PER_RUN", 1)
    monkeypatch.setattr(suspend, "BATCH", 1)
    close(consular, desk.mission)
    assert sorted(case.read()["status"] for case in cases) == ["cancelled", "in_review", "in_review", "in_review"]
    assert desk.read(signed["reference"])["state"] == "approved"
    monkeypatch.undo()
    at_once([lambda: close(consular, desk.mission)] * 3)
    close(consular, desk.mission)
    assert {case.read()["status"] for case in cases} == {"cancelled"}
    assert [len(case.read()["refunds"]) for case in cases] == [1] * 4
    assert desk.read(signed["reference"])["result"] == {"applications": 4}


def test_a_standing_to_come_closes_nothing_before_its_day(
    counter: Callable[..., Counter], consular: Database, desk: Signing
) -> None:
    case = counter(mission=desk.mission).until("in_review")
    tomorrow = date.fromisoformat(terms(consular, desk.mission)["valid_from"]) + timedelta(days=1)
    signed = desk.signed("standing", terms(consular, desk.mission, valid_from=tomorrow.isoformat()))
    assert close(consular, desk.mission) == 0
    assert case.read()["status"] == "in_review" and desk.read(signed["reference"])["state"] == "approved"


@pytest.mark.parametrize(
    ("changed", "field", "code"),
    [
        ({"transaction": ""}, "transaction", "required"),
        ({"transaction": "driving"}, "transaction", "unknown_choice"),
        ({"standing": "paused"}, "standing", "unknown_choice"),
        ({"valid_from": "2020-01-01"}, "valid_from", "in_the_past"),
        ({"valid_from": "tomorrow"}, "valid_from", "not_a_date"),
        ({"law_source": ""}, "law_source", "required"),
    ],
)
def test_terms_that_make_no_sense(
    counter: Callable[..., Counter], consular: Database, changed: dict[str, Any], field: str, code: str
) -> None:
    desk = Signing(counter().client, "RUH")
    refused = desk.propose("standing", terms(consular, "RUH", **changed))
    assert (refused.status_code, refused.get_json()["errors"]) == (422, {field: code})


def test_two_standings_of_one_day_would_contradict_each_other(consular: Database, desk: Signing) -> None:
    desk.signed("standing", terms(consular, desk.mission))
    again = desk.propose("standing", terms(consular, desk.mission, standing="active"))
    assert again.get_json()["errors"] == {"valid_from": "standing_that_day"}


def test_an_attempt_of_unknown_outcome_is_never_closed_over(
    counter: Callable[..., Counter], consular: Database, desk: Signing
) -> None:
    provider, case = InMemoryProvider(), counter(mission=desk.mission).until("awaiting_payment")
    attempt = page_opened(consular, provider, case)
    with consular.scope(desk.mission) as session:
        session.execute(update(Attempt).where(Attempt.reference == attempt).values(state="unknown"))
    desk.signed("standing", terms(consular, desk.mission))
    provider.broken = [Refusal("provider_down")]
    close(consular, desk.mission, provider)
    assert case.read()["status"] == "awaiting_payment"
