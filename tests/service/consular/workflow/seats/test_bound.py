"""A seat is one person's and one document's: caps, two accounts, changed documents, changed names."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from services.consular.appointments.model import Appointment
from services.consular.appointments.reserved.model import ReservedSeat
from services.consular.notices.model import Notice
from services.consular.workflow.seats.offers import hold_offered
from shared.database.db import Database
from shared.identity.actor import ANONYMOUS
from tests.conftest import HOME, officer
from tests.factories.applications import Counter, Person, good_answers
from tests.factories.concurrency import at_once
from tests.factories.draws import WORKER, chances, close, conduct, enter, open_draw

SLUG, SERVICE = "embassy-queue-riyadh", "passport"
Begin = Callable[..., Counter]


def drafted(counter: Counter) -> Counter:
    counter.fill(SLUG)
    return counter


def free(counter: Counter, wanted: str = SERVICE) -> list[str]:
    days = counter.client.get(f"/openings?mission={HOME}&service={wanted}", ANONYMOUS).get_json()["days"]
    return [at["starts_at"] for day in days for at in day["times"] if day["remaining"] and at["remaining"]]


def hold(mine: Counter, at: str) -> Any:
    return mine.ask_as_applicant("POST", "/turn/hold", {"key": uuid.uuid4().hex, "starts_at": at})


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.get_json()["code"]


def test_one_document_has_one_share_under_whatever_person(counter: Begin) -> None:
    mine, other = drafted(counter()), drafted(counter())
    for each in (mine, other):
        each.save({"passport_number": "N7000001"})
    *_, at, last = free(mine)
    answers: list[Any] = at_once([lambda: hold(mine, at), lambda: hold(other, last)])
    assert sorted(answer.status_code for answer in answers) == [200, 422]
    assert {answer.get_json().get("code") for answer in answers} == {None, "turn_share_used"}


def test_two_accounts_of_one_person_count_as_one(counter: Begin) -> None:
    person = Person()
    mine = drafted(counter(person=person))
    assert hold(mine, free(mine)[-1]).status_code == 200
    assert mine.submit().get_json()["status"] == "ready"
    second = replace(person.actor, id="second-account")
    body = {"transaction": SLUG, "mission": HOME, "key": "x"}
    reference = mine.client.post("/applications", second, body).get_json()["reference"]
    path = f"/applications/{reference}"
    saved = mine.client.ask("PUT", f"{path}/answers", second, json={"answers": good_answers(SLUG)})
    assert saved.status_code == 200
    again = mine.client.post(f"{path}/turn/hold", second, {"key": "h", "starts_at": free(mine)[-1]})
    assert code(again) == (422, "turn_share_used")


def test_another_document_frees_the_hold_and_the_places(counter: Begin, consular: Database) -> None:
    draw, mine = open_draw(consular), drafted(counter())
    enter(mine, draw)
    at = free(mine)[-1]
    assert hold(mine, at).status_code == 200
    mine.save({"phone": "+966 50 123 4569"} if "phone" in mine.read()["answers"] else {})
    assert mine.read()["turn"]["state"] == "held"
    mine.save({"passport_number": "N7000002"})
    assert mine.read()["turn"]["state"] == "released"
    assert chances(mine)["entered"][0]["state"] == "withdrawn"
    assert code(mine.submit()) == (409, "hold_expired")


def test_a_seat_that_was_drawn_for_one_document_is_held_for_no_other(counter: Begin, consular: Database) -> None:
    draw, mine = open_draw(consular), drafted(counter())
    enter(mine, draw)
    close(consular, draw.code)
    mine.save({"passport_number": "N7000003"})
    conduct(consular, draw.code)
    assert mine.read()["turn"] is None
    with consular.scope(HOME) as session:
        assert not hold_offered(session, WORKER, mine.reference)
        assert session.scalar(select(Appointment.id).where(Appointment.application == mine.reference)) is None


def test_a_changed_name_frees_the_booked_seat(counter: Begin, consular: Database) -> None:
    mine = counter()
    mine.fill("passport-renewal")
    mine.submit()
    at = free(mine)[-1]
    assert hold(mine, at).status_code == 200
    assert mine.ask_as_applicant("POST", "/turn/confirm", {"key": "c"}).status_code == 200
    mine.pay()
    assert mine.desk("return", officer(), reason="paper_unreadable").status_code == 200
    assert mine.submit().status_code == 200
    assert mine.read()["turn"]["state"] == "booked"
    mine.desk("return", officer(), reason="paper_unreadable")
    mine.person.changes["name"] = {
        "ar": {"given": "رشا", "father": "سامر", "family": "القاسم"},
        "latin": {"given": "Rasha", "father": "Samer", "family": "Alhussein"},
    }
    assert mine.submit().status_code == 200
    assert mine.read()["turn"]["state"] == "cancelled"
    with consular.scope(HOME) as session:
        kinds = session.scalars(select(Notice.kind).where(Notice.about == mine.reference)).all()
        assert "turn_renamed" in kinds
        assert session.scalars(select(ReservedSeat.application)).all() == [None]
