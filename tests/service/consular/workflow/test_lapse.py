"""Applications that wait too long: who lapses on the eleventh day, who does not, and what becomes of the money."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial

import pytest
from sqlalchemy import select, update

from services.consular.applications.model import Application, Step
from services.consular.missions import today
from services.consular.notices.model import Notice
from services.consular.payments.orders import attempts
from services.consular.payments.orders.model import Attempt, Order
from services.consular.payments.orders.rules import AttemptState
from services.consular.payments.providers.rules import Answer, AttemptReference, OutcomeUnknown
from services.consular.workflow import lapse, remind
from services.consular.workflow.money import settle
from shared.database.db import Database, now
from shared.identity.actor import Actor, service
from tests.conftest import officer
from tests.factories.applications import Counter
from tests.factories.applications.deadlines import PLACE, notices, page_opened, waiting
from tests.factories.concurrency import at_once
from tests.factories.payments import InMemoryProvider

pytestmark = pytest.mark.clock

PLACES = ("RUH", "BER", "WAS", "KUL")
JOB = service("consular", PLACE)


@pytest.fixture
def consular(database: Callable[[str], Database]) -> Database:
    return database("consular")


@pytest.fixture
def provider() -> InMemoryProvider:
    return InMemoryProvider()


def later(database: Database, mission: str, days: int) -> date:
    """The calendar day at a mission, so many days from now."""
    with database.scope(mission) as session:
        return today(session, mission) + timedelta(days=days)


def lapse_at(database: Database, provider: InMemoryProvider, reference: str, days: int = 10) -> bool:
    """What the job does with one application, so many days after it began to wait."""
    mission = reference[:3]
    return lapse.query_and_lapse(
        database, service("consular", mission), provider, reference, later(database, mission, days)
    )


@pytest.mark.parametrize("mission", PLACES)
@pytest.mark.parametrize("status", ["draft", "awaiting_payment", "returned"])
def test_alive_on_day_ten_and_lapsed_on_day_eleven(
    counter: Callable[..., Counter], consular: Database, provider: InMemoryProvider, status: str, mission: str
) -> None:
    case = waiting(counter, status, mission)
    assert case.read()["lapses_on"] == later(consular, mission, 9).isoformat()
    assert not lapse_at(consular, provider, case.reference, days=9)
    assert case.read()["status"] == status
    assert lapse_at(consular, provider, case.reference, days=10)
    after = case.read()
    assert (after["status"], after["lapses_on"]) == ("lapsed", None)
    assert after["timeline"][-1]["code"] == "lapsed"
    assert "lapsed" in notices(consular, case.reference)
    assert not lapse_at(consular, provider, case.reference)


def test_an_unpaid_price_is_cancelled_and_paid_money_is_owed_back(
    counter: Callable[..., Counter], consular: Database, provider: InMemoryProvider
) -> None:
    unpaid, returned = waiting(counter, "awaiting_payment"), waiting(counter, "returned")
    for case in (unpaid, returned):
        assert lapse_at(consular, provider, case.reference)
    assert unpaid.read()["quote"]["state"] == "cancelled" and unpaid.read()["refunds"] == []
    [owed] = returned.read()["refunds"]
    assert owed["state"] == "due" and owed["amount"] == returned.read()["quote"]["cash_total"]
    assert notices(consular, returned.reference) == ["returned", "lapsed", "refund_due"]


@pytest.mark.parametrize("status", ["in_review", "with_authority"])
def test_what_waits_for_others_never_lapses(
    counter: Callable[..., Counter], consular: Database, provider: InMemoryProvider, status: str
) -> None:
    case = counter(mission=PLACE).until(status)
    assert case.read()["lapses_on"] is None
    assert not lapse_at(consular, provider, case.reference, days=400)


def test_paid_in_the_last_minute_is_paid(
    counter: Callable[..., Counter], consular: Database, provider: InMemoryProvider
) -> None:
    case = waiting(counter, "awaiting_payment")
    attempt = page_opened(consular, provider, case)
    provider.choose(attempt, "pay")
    assert not lapse_at(consular, provider, case.reference)
    assert case.read()["status"] == "in_review"


def test_a_silent_provider_is_waited_for(
    counter: Callable[..., Counter], consular: Database, provider: InMemoryProvider
) -> None:
    case = waiting(counter, "awaiting_payment")
    page_opened(consular, provider, case)
    for silence in (OutcomeUnknown(), OutcomeUnknown()):
        provider.broken = [silence]
        assert not lapse_at(consular, provider, case.reference)
    assert case.read()["status"] == "awaiting_payment"
    assert lapse_at(consular, provider, case.reference), "it answers again: the page is open and nothing was paid"


def test_an_attempt_of_unknown_outcome_never_lapses_unasked(
    counter: Callable[..., Counter], consular: Database, provider: InMemoryProvider
) -> None:
    case = waiting(counter, "awaiting_payment")
    attempt = page_opened(consular, provider, case)
    with consular.scope(PLACE) as session:
        session.execute(update(Attempt).where(Attempt.reference == attempt).values(state=AttemptState.UNKNOWN.value))
    with consular.scope(PLACE) as session:
        assert not lapse.lapse(session, JOB, case.reference, later(consular, PLACE, 10))


def test_a_page_opened_just_before_midnight_is_waited_for(
    counter: Callable[..., Counter], consular: Database, provider: InMemoryProvider
) -> None:
    case = waiting(counter, "awaiting_payment")
    page_opened(consular, provider, case, hours=0)
    assert not lapse_at(consular, provider, case.reference)


def test_money_that_comes_after_the_lapse_is_held_and_told(
    counter: Callable[..., Counter], consular: Database, provider: InMemoryProvider
) -> None:
    case = waiting(counter, "awaiting_payment")
    attempt = page_opened(consular, provider, case)
    assert lapse_at(consular, provider, case.reference)
    with consular.scope(PLACE) as session:
        settle.by_answer(session, JOB, attempt, provider.choose(attempt, "pay"))
    with consular.scope(PLACE) as session:
        assert attempts.find(session, attempt).held == "late"
        assert session.get_one(Application, case.reference).exception == "payment_late"
        assert session.scalars(select(Order.state).where(Order.application == case.reference)).all() == ["cancelled"]
    assert case.read()["status"] == "lapsed"
    assert notices(consular, case.reference)[-1] == "payment_held"


def test_two_workers_lapse_it_once(
    counter: Callable[..., Counter], consular: Database, provider: InMemoryProvider
) -> None:
    case = waiting(counter, "returned")
    results = at_once([lambda: lapse_at(consular, provider, case.reference)] * 4)
    assert sorted(map(bool, results)) == [False, False, False, True]
    with consular.scope(PLACE) as session:
        steps = session.scalars(select(Step.code).where(Step.application == case.reference)).all()
    assert list(steps).count("lapsed") == 1 and len(case.read()["refunds"]) == 1


def test_of_a_lapse_and_a_payment_that_cross_one_wins_and_no_money_is_lost(
    counter: Callable[..., Counter], consular: Database, provider: InMemoryProvider
) -> None:
    for _ in range(5):
        case = waiting(counter, "awaiting_payment")
        attempt = page_opened(consular, provider, case)
        lapse.query_open_payments(consular, JOB, provider, case.reference)
        money = provider.choose(attempt, "pay")
        results = at_once([partial(end, consular, case), partial(pay, consular, attempt, money)])
        assert not [one for one in results if isinstance(one, Exception)], results
        after = case.read()
        with consular.scope(PLACE) as session:
            held = attempts.find(session, attempt).held
        assert (after["status"], held) in (("in_review", None), ("lapsed", "late"))


def end(database: Database, case: Counter) -> bool:
    """The job's second half: what was asked a moment ago lets it lapse."""
    with database.scope(PLACE) as session:
        asked = now(session) - timedelta(minutes=1)
        return lapse.lapse(session, JOB, case.reference, today(session, PLACE) + timedelta(days=10), asked)


def pay(database: Database, attempt: str, said: Answer) -> None:
    with database.scope(PLACE) as session:
        settle.by_answer(session, JOB, attempt, said)


def test_the_job_passes_over_what_must_wait_and_ends_the_rest(
    counter: Callable[..., Counter], consular: Database, provider: InMemoryProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lapse, "BATCH", 2)
    paying = waiting(counter, "awaiting_payment")
    page_opened(consular, provider, paying)
    others = [waiting(counter, "draft") for _ in range(5)]
    silent = SilentProvider()
    assert lapse.lapse_at(consular, JOB, silent, later(consular, PLACE, 10)) >= 5
    assert {case.read()["status"] for case in others} == {"lapsed"}
    assert paying.read()["status"] == "awaiting_payment"
    assert lapse.lapse_at(consular, JOB, silent, later(consular, PLACE, 10)) == 0


class SilentProvider(InMemoryProvider):
    """It never answers."""

    def query_status(self, attempt: AttemptReference) -> Answer:
        raise OutcomeUnknown(attempt)


def test_reminders_come_on_their_days_and_once(counter: Callable[..., Counter], consular: Database) -> None:
    mission = "TYO"
    case = waiting(counter, "awaiting_payment", mission)
    actor = service("consular", mission)
    for days in range(12):
        for _ in range(2):
            with consular.scope(mission) as session:
                remind.remind(session, actor, later(consular, mission, days))
    with consular.scope(mission) as session:
        rows = session.scalars(select(Notice).where(Notice.about == case.reference).order_by(Notice.id)).all()
    assert [(row.kind, row.params["left"]) for row in rows] == [("reminder_awaiting_payment", n) for n in (6, 3, 2, 1)]
    assert {row.params["day"] for row in rows} == {case.read()["lapses_on"]}


def test_nobody_is_reminded_of_a_payment_whose_outcome_is_unknown(
    counter: Callable[..., Counter], consular: Database, provider: InMemoryProvider
) -> None:
    case = waiting(counter, "awaiting_payment")
    attempt = page_opened(consular, provider, case)
    for state, count in ((AttemptState.UNKNOWN, 0), (AttemptState.FAILED, 1)):
        with consular.scope(PLACE) as session:
            session.execute(update(Attempt).where(Attempt.reference == attempt).values(state=state.value))
            remind.remind(session, JOB, later(consular, PLACE, 9))
        assert notices(consular, case.reference).count("reminder_awaiting_payment") == count, state


def test_two_workers_remind_once(counter: Callable[..., Counter], consular: Database) -> None:
    mission = "BJS"
    waiting(counter, "draft", mission)

    def run() -> int:
        with consular.scope(mission) as session:
            return remind.remind(session, service("consular", mission), later(consular, mission, 9))

    assert sorted(str(told) for told in at_once([run] * 3)) == ["0", "0", "1"]


def test_a_resubmitted_one_no_longer_waits(counter: Callable[..., Counter], consular: Database) -> None:
    case = waiting(counter, "returned")
    assert case.submit().status_code == 200
    assert case.read()["lapses_on"] is None


def test_notices_are_listed_counted_and_read_by_their_person_alone(counter: Callable[..., Counter]) -> None:
    case, stranger = waiting(counter, "returned"), counter(mission=PLACE)
    get = case.client.get
    assert get("/notices/unread", case.person.actor).get_json() == {"unread": 1}
    [told] = get("/notices", case.person.actor).get_json()
    assert (told["kind"], told["about"], told["read"]) == ("returned", case.reference, False)
    assert case.read()["notices"] == [told]
    assert get("/notices", stranger.person.actor).get_json() == []
    seen = {"latest": told["id"]}
    assert case.client.post("/notices/read", stranger.person.actor, seen).get_json() == {"read": 0}
    assert case.client.post("/notices/read", case.person.actor, {"latest": told["id"] - 1}).get_json() == {"read": 0}
    assert case.client.post("/notices/read", case.person.actor, seen).get_json() == {"read": 1}
    assert case.client.post("/notices/read", case.person.actor, seen).get_json() == {"read": 0}
    assert get("/notices/unread", case.person.actor).get_json() == {"unread": 0}


@pytest.mark.parametrize("latest", [None, "5", -1, 2**70, 1.5])
def test_only_a_notice_number_marks_as_read(counter: Callable[..., Counter], latest: object) -> None:
    case = counter()
    assert case.client.post("/notices/read", case.person.actor, {"latest": latest}).status_code == 422


def test_an_unconfirmed_account_and_an_officer_have_no_notices(counter: Callable[..., Counter]) -> None:
    client = counter().client
    assert client.get("/notices", Actor("expatriate", "account", "expatriate", "RUH", None)).status_code == 403
    assert client.get("/notices", officer()).status_code == 403
