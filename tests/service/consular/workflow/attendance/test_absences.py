"""Who missed an appointment explains it once, an officer decides; priority by a reason; moving costs nothing."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select, update

from deploy.demo.days import today as home_today
from deploy.dev.servers.postgres import Postgres
from deploy.platform.database.roles import DATABASE, connect_as_admin
from services.consular.appointments.model import Appointment
from services.consular.notices.model import Notice
from shared.database.db import Database
from tests.conftest import HOME, officer
from tests.factories.applications import Counter
from tests.factories.appointments import act, booked, code, drafted, in_time, local_day
from tests.factories.approvals import Signing
from tests.factories.concurrency import together

pytestmark = [pytest.mark.clock, pytest.mark.usefixtures("restored_calendar")]

Begin = Callable[..., Counter]


@pytest.fixture
def consular(database: Callable[[str], Database]) -> Database:
    return database("consular")


def ago(consular: Database, case: Counter, **span: int) -> None:
    """The hour of the appointment came so long ago."""
    at = datetime.now(UTC) - timedelta(**span)
    with consular.scope(HOME) as session:
        values = {"starts_at": at, "ends_at": at + timedelta(minutes=15)}
        session.execute(update(Appointment).where(Appointment.application == case.reference).values(**values))


def missed(counter: Begin, consular: Database) -> Counter:
    """Somebody did not come this hour, to an appointment of the month of the free times."""
    mine = booked(counter())
    ago(consular, mine, hours=1)
    assert mine.desk("miss").status_code == 200
    return mine


def send_appeal(case: Counter, reason: str = "تعطلت سيارتي على الطريق", key: str = "") -> Any:
    return act(case, "appeal", key, reason=reason)


def decide(case: Counter, verdict: str, answer: str = "قُبل العذر", who: str = "officer") -> Any:
    return case.desk("appeal", officer(who), verdict=verdict, answer=answer)


def kinds(consular: Database, case: Counter) -> list[str]:
    with consular.scope(HOME) as session:
        return list(session.scalars(select(Notice.kind).where(Notice.about == case.reference)))


def test_an_accepted_reason_gives_the_month_back(counter: Begin, consular: Database) -> None:
    mine = missed(counter, consular)
    assert mine.read()["turn"]["may_appeal"]
    again = drafted(counter(person=mine.person))
    at = in_time(again)[0]
    assert code(act(again, "hold", starts_at=at)) == (422, "turn_share_used")
    assert send_appeal(mine).status_code == 200
    listed = mine.client.get("/desk/appeals", officer()).get_json()
    assert [one["application"] for one in listed] == [mine.reference]
    assert decide(mine, "accept").status_code == 200
    assert mine.read()["turn"]["state"] == "missed"
    assert code(decide(mine, "accept")) == (409, "already_proposed")
    assert code(act(again, "hold", starts_at=at)) == (422, "turn_share_used")
    Signing(mine.client, HOME).override("excused_absence", mine.reference)
    turn = mine.read()["turn"]
    assert (turn["state"], turn["appeal"]) == ("excused", {"state": "accepted", "answer": "قُبل العذر"})
    assert "absence_accepted" in kinds(consular, mine)
    assert act(again, "hold", starts_at=at).status_code == 200
    assert mine.client.get("/desk/appeals", officer()).get_json() == []


def test_a_refused_reason_leaves_the_consequence_and_says_why(counter: Begin, consular: Database) -> None:
    mine = missed(counter, consular)
    send_appeal(mine)
    assert decide(mine, "refuse", "لا عذر في الازدحام").status_code == 200
    turn = mine.read()["turn"]
    assert (turn["state"], turn["appeal"]["answer"]) == ("missed", "لا عذر في الازدحام")
    again = drafted(counter(person=mine.person))
    assert code(act(again, "hold", starts_at=in_time(again)[0])) == (422, "turn_share_used")
    assert code(decide(mine, "accept")) == (409, "already_decided")
    assert code(send_appeal(mine)) == (409, "appealed_already")


def test_a_reason_that_was_refused_meanwhile_is_not_accepted(counter: Begin, consular: Database) -> None:
    mine = missed(counter, consular)
    send_appeal(mine)
    assert decide(mine, "accept").status_code == 200
    assert decide(mine, "refuse", "لا عذر").status_code == 200
    signing = Signing(mine.client, HOME)
    late = signing.decide(signing.waiting("excused_absence", mine.reference))
    assert code(late) == (409, "already_decided")
    assert mine.read()["turn"]["state"] == "missed"


@pytest.mark.parametrize(
    ("reason", "error"), [("", "required"), (" \u202e ", "required"), ("ط" * 501, "too_long"), ("ط" * 2001, "too_long")]
)
def test_a_reason_is_words_and_not_too_many(counter: Begin, consular: Database, reason: str, error: str) -> None:
    mine = missed(counter, consular)
    refused = send_appeal(mine, reason)
    assert (refused.status_code, refused.get_json()["errors"]) == (422, {"reason": error})
    assert mine.read()["turn"]["appeal"] is None


def test_only_who_missed_explains_and_not_for_ever(counter: Begin, consular: Database) -> None:
    booked_case = booked(counter())
    assert code(send_appeal(booked_case)) == (422, "not_missed")
    nobody = drafted(counter())
    assert code(send_appeal(nobody)) == (404, "turn_missing")
    mine = missed(counter, consular)
    stranger = counter(reference=mine.reference)
    assert send_appeal(stranger).status_code == 404
    ago(consular, mine, days=15)
    assert not mine.read()["turn"]["may_appeal"]
    assert code(send_appeal(mine)) == (422, "appeal_late")


def test_the_same_reason_sent_twice_at_once_is_one_appeal(counter: Begin, consular: Database) -> None:
    mine = missed(counter, consular)
    assert together(*[partial(send_appeal, mine, key=uuid.uuid4().hex) for _ in range(2)]) == [200, 409]


@pytest.mark.parametrize("role", ["clerk", "cashier", "auditor"])
def test_only_who_decides_cases_decides_about_absences(counter: Begin, consular: Database, role: str) -> None:
    mine = missed(counter, consular)
    send_appeal(mine)
    assert decide(mine, "accept", who=role).status_code == 403
    assert mine.desk("appeal", officer("officer", "BER"), verdict="accept", answer="x").status_code == 404
    assert mine.client.get("/desk/appeals", officer("officer", "BER")).get_json() == []
    refused = decide(mine, "accept", "")
    assert (refused.status_code, refused.get_json()["errors"]) == (422, {"answer": "required"})


def test_who_has_priority_is_received_first_and_past_the_quota(counter: Begin) -> None:
    at = in_time(counter())[0]
    figures = {"horizon_days": 30, "per_month": 1, "hold_minutes": 10, "free_hours": 24, "arrive_minutes": 15}
    one_a_day = {"service": "passport", "daily_quota": 1, "urgent_quota": 0, "valid_from": str(home_today()), **figures}
    Signing(counter().client, HOME).signed("booking_rule", one_a_day)
    first, second = booked(counter(), at), counter()
    second.fill("passport-renewal")
    second.submit()
    assert code(act(second, "hold", starts_at=at)) == (409, "turn_taken")
    assert second.desk("priority", officer(), kind="age", reason="مسنة على كرسي").status_code == 200
    assert code(act(second, "hold", starts_at=at)) == (409, "turn_taken")
    Signing(second.client, HOME).override("priority", second.reference)
    assert act(second, "hold", starts_at=at).status_code == 200
    assert act(second, "confirm").status_code == 200
    sheet = first.client.get(f"/desk/turns?day={local_day(at)}", officer()).get_json()["rows"]
    assert [(row["reference"], row["priority"]) for row in sheet] == [
        (second.reference, "age"),
        (first.reference, None),
    ]


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({"kind": "", "reason": "x"}, {"kind": "required"}),
        ({"kind": "wealth", "reason": "x"}, {"kind": "unknown_choice"}),
        ({"kind": "age", "reason": " "}, {"reason": "required"}),
        ({"kind": "age", "reason": "x" * 301}, {"reason": "too_long"}),
    ],
)
def test_priority_has_a_ground_and_a_reason(counter: Begin, body: dict[str, str], errors: dict[str, str]) -> None:
    mine = booked(counter())
    refused = mine.desk("priority", officer(), **body)
    assert (refused.status_code, refused.get_json()["errors"]) == (422, errors)


def test_priority_is_granted_once_by_who_decides_and_leaves_its_trace(
    counter: Begin, consular: Database, cluster: Postgres
) -> None:
    mine = booked(counter())
    assert mine.desk("priority", officer("clerk"), kind="age", reason="x").status_code == 403
    assert mine.desk("priority", officer(), kind="emergency", reason="سفر لعلاج").status_code == 200
    assert code(mine.desk("priority", officer(), kind="emergency", reason="مرة ثانية")) == (409, "already_proposed")
    Signing(mine.client, HOME).override("priority", mine.reference)
    again = mine.desk("priority", officer(), kind="age", reason="x")
    assert code(again) == (409, "priority_granted")
    assert mine.read()["timeline"][-1]["code"] == "priority_granted"
    with connect_as_admin(cluster.admin_url, DATABASE) as connection:
        events = connection.execute(
            "SELECT reason, detail FROM consular.event WHERE action = 'turn.priority_granted' AND about = %s",
            [mine.reference],
        ).fetchall()
    assert events == [("emergency", {})]


def test_moving_and_cancelling_a_visit_asks_for_no_second_payment(counter: Begin) -> None:
    mine = counter()
    mine.fill("passport-renewal")
    mine.submit()
    mine.pay()
    one, two = in_time(mine)[0], in_time(mine)[-1]
    before = mine.read()
    act(mine, "hold", starts_at=one)
    assert act(mine, "confirm").status_code == 200
    assert act(mine, "move", starts_at=two).status_code == 200
    assert act(mine, "cancel").status_code == 200
    after = mine.read()
    assert (after["payments"], after["quote"], after["status"]) == (before["payments"], before["quote"], "in_review")
