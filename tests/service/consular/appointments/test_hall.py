"""The waiting hall: who is let in, in which order people are called, and that nobody is called twice."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import update

from services.consular.appointments.model import Appointment
from shared.database.db import Database
from shared.identity.actor import ANONYMOUS, Actor
from tests.conftest import HOME, officer
from tests.factories.applications import Counter
from tests.factories.appointments import booked, code, in_time
from tests.factories.approvals import Signing
from tests.factories.concurrency import at_once

pytestmark = [pytest.mark.clock, pytest.mark.usefixtures("empty_hall")]

Begin = Callable[..., Counter]
CLERK = officer("clerk")


@pytest.fixture
def empty_hall(restored_calendar: None, database: Callable[[str], Database]) -> None:
    """Nobody of another test waits."""


@pytest.fixture
def consular(database: Callable[[str], Database]) -> Database:
    return database("consular")


def ask(case: Counter, path: str, who: Actor = CLERK, **body: object) -> Any:
    return case.client.post(f"/desk/hall/{path}", who, {"key": uuid.uuid4().hex, **body})


def comes_today(case: Counter, consular: Database, seconds: int = 0) -> Counter:
    """The appointment is now, or a few seconds later: seconds, as its day must not change near midnight."""
    at = datetime.now(UTC) + timedelta(seconds=seconds)
    with consular.scope(HOME) as session:
        values = {"starts_at": at, "ends_at": at + timedelta(minutes=15)}
        session.execute(update(Appointment).where(Appointment.application == case.reference).values(**values))
    return case


def admit(case: Counter, number: str = "", given: str = "", who: Actor = CLERK) -> Any:
    return ask(case, "admit", who, code=given or case.reference, number=number or case.person.number)


def test_a_slip_opens_the_gate_and_the_identity_document_decides_for_whom(counter: Begin, consular: Database) -> None:
    mine = comes_today(booked(counter()), consular)
    slip = mine.read()["turn"]["slip"]
    assert code(admit(mine, number="01020304050")) == (422, "wrong_person")
    assert code(admit(mine, number="x")) == (422, "identity_number")
    # A scanner types the whole address that the slip's code holds.
    let_in = admit(mine, given=f"http://127.0.0.1:8080/ar/verify/{slip}")
    assert let_in.status_code == 200, let_in.get_json()
    again = admit(mine)
    assert (let_in.get_json()["number"], again.get_json()["number"]) == (1, 1)
    assert mine.read()["status"] == "collected"


def test_who_has_no_appointment_today_is_told_when(counter: Begin) -> None:
    mine = booked(counter(), in_time(counter())[-1])
    refused = admit(mine)
    assert code(refused) == (422, "hall_other_day")
    assert refused.get_json()["params"]["day"] == mine.read()["due_on"]


def test_nobody_of_another_mission_and_no_role_beside_the_table(counter: Begin, consular: Database) -> None:
    mine = comes_today(booked(counter()), consular)
    assert code(admit(mine, who=officer("clerk", "BER")))[0] == 404
    assert code(admit(mine, who=officer("cashier")))[0] == 403
    assert code(admit(mine, who=officer("auditor")))[0] == 403
    assert mine.client.get("/desk/hall", mine.person.actor).status_code == 403


def arrived(counter: Begin, consular: Database, seconds: int = 0) -> tuple[Counter, int]:
    """Somebody who was let in, and their number."""
    case = comes_today(booked(counter()), consular, seconds)
    let_in = admit(case)
    assert let_in.status_code == 200, let_in.get_json()
    return case, let_in.get_json()["number"]


def call(case: Counter, counter_number: int, who: Actor = CLERK, **body: object) -> Any:
    return ask(case, "call", who, counter=counter_number, **body)


def test_the_hour_of_the_appointment_decides_and_priority_comes_first(counter: Begin, consular: Database) -> None:
    later, first = arrived(counter, consular, 20)
    _, second = arrived(counter, consular, 10)
    urgent = comes_today(booked(counter()), consular, 30)
    assert urgent.desk("priority", officer(), kind="age", reason="Ninety years old.").status_code == 200
    Signing(urgent.client, HOME).override("priority", urgent.reference)
    third = admit(urgent).get_json()["number"]
    assert (first, second, third) == (1, 2, 3)
    clerks = [officer("clerk", name=f"clerk-{one}") for one in range(4)]
    called = [call(later, place, who).get_json()["called"] for place, who in enumerate(clerks, start=1)]
    assert called == [third, second, first, None]
    screen = later.client.get(f"/hall/{HOME}", ANONYMOUS).get_json()
    assert (screen["waiting"], [(one["number"], one["counter"]) for one in screen["called"]]) == (
        0,
        [(first, 3), (second, 2), (third, 1)],
    )
    # Everybody may look at the screen: it holds numbers and counters, and nothing of a file or a person.
    assert set(screen["called"][0]) == {"number", "counter", "state", "calls"}


def test_one_person_at_a_time_for_an_officer_and_for_a_counter(counter: Begin, consular: Database) -> None:
    mine, _ = arrived(counter, consular)
    arrived(counter, consular, 1)
    assert code(call(mine, 0)) == (422, "hall_counter")
    assert code(call(mine, 61)) == (422, "hall_counter")
    assert call(mine, 1).get_json()["called"] == 1
    assert code(call(mine, 2)) == (409, "hall_busy")
    assert code(call(mine, 1, officer("clerk", name="another"))) == (409, "hall_busy")
    assert call(mine, 2, officer("clerk", name="another")).get_json()["called"] == 2


def test_eight_clerks_at_once_call_eight_people(counter: Begin, consular: Database) -> None:
    cases = [arrived(counter, consular, place)[0] for place in range(8)]
    clerks = [officer("clerk", name=f"quick-{place}") for place in range(8)]
    answers: list[Any] = at_once([partial(call, cases[0], place, who) for place, who in enumerate(clerks, start=1)])
    assert sorted(answer.get_json()["called"] for answer in answers) == list(range(1, 9))


def test_missed_recalled_parked_and_finished(counter: Begin, consular: Database) -> None:
    mine, number = arrived(counter, consular)
    another = officer("clerk", name="another")
    assert call(mine, 4).status_code == 200
    assert code(ask(mine, f"{number}/finish")) == (409, "hall_not_yours")
    assert code(ask(mine, f"{number}/miss")) == (409, "hall_call_again")
    assert code(ask(mine, f"{number}/begin", another)) == (409, "hall_not_yours")
    assert ask(mine, f"{number}/repeat").status_code == 200
    assert ask(mine, f"{number}/miss").get_json()["state"] == "missed"
    assert call(mine, 4).get_json()["called"] is None
    # The person is back, and another counter takes them.
    assert call(mine, 5, another, number=number).get_json()["called"] == number
    assert code(call(mine, 4, number=number)) == (409, "hall_taken")
    assert ask(mine, f"{number}/begin", another).get_json()["state"] == "serving"
    assert code(ask(mine, f"{number}/park", another, reason="tea")) == (422, "unknown_choice")
    assert ask(mine, f"{number}/park", another, reason="copies").get_json()["state"] == "parked"
    assert [one["reason"] for one in mine.client.get("/desk/hall", CLERK).get_json()["parked"]] == ["copies"]
    assert call(mine, 4, number=number).get_json()["called"] == number
    assert ask(mine, f"{number}/begin").status_code == ask(mine, f"{number}/finish").status_code == 200
    assert code(call(mine, 4, number=number)) == (409, "hall_taken")
    assert code(ask(mine, "77/begin")) == (404, "not_found")


def test_without_an_appointment_one_comes_to_pay_but_not_for_a_visit_with_seats(counter: Begin) -> None:
    paying = counter()
    paying.fill("individual-extract")
    assert paying.submit().status_code == 200
    walked_in = admit(paying)
    assert (walked_in.status_code, walked_in.get_json()["starts_at"]) == (200, None)
    visiting = counter()
    visiting.fill("passport-renewal")
    assert visiting.submit().status_code == 200
    assert code(admit(visiting)) == (422, "hall_needs_appointment")
    drafting = counter()
    drafting.fill("individual-extract")
    assert code(admit(drafting)) == (404, "not_found")
    assert visiting.desk("priority", officer(), kind="emergency", reason="A funeral.").status_code == 200
    assert code(admit(visiting)) == (422, "hall_needs_appointment")
    Signing(visiting.client, HOME).override("priority", visiting.reference)
    assert admit(visiting).status_code == 200
    assert visiting.read()["visit"]["attended_at"]
