"""File first: complete files stand in a public line by themselves and are given the next times; no click takes one."""

import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from services.consular.applications.model import Application
from services.consular.appointments.file_first.line import line
from services.consular.appointments.model import Appointment
from services.consular.appointments.reserved.model import ReservedSeat
from services.consular.appointments.waiting_list.model import WaitingEntry
from services.consular.missions import today as today_of
from services.consular.notices.model import Notice
from services.consular.workflow.seats.files import line_up
from services.consular.workflow.seats.offers import hold_offered, to_hold
from services.consular.workflow.seats.waiting import serve_list
from shared.database.db import Database
from shared.identity.actor import ANONYMOUS
from tests.conftest import HOME
from tests.factories.applications import Counter
from tests.factories.draws import WORKER, chances

SLUG, SERVICE = "passport-renewal", "passport"
Begin = Callable[..., Counter]
pytestmark = pytest.mark.usefixtures("by_file")


def complete(mine: Counter, consular: Database, days_ago: int = 0) -> Counter:
    """A renewal that was sent in and paid so many days ago."""
    mine.fill(SLUG)
    mine.submit()
    mine.pay()
    paid_at = datetime.now(UTC) - timedelta(days=days_ago)
    with consular.scope(HOME) as session:
        session.execute(update(Application).where(Application.reference == mine.reference).values(paid_at=paid_at))
    return mine


def run(consular: Database, *, released: bool = True) -> None:
    """What the clock does, as if everybody had stood in line before the last release."""
    with consular.scope(HOME) as session:
        day: date = today_of(session, HOME)
        line_up(session, WORKER, day)
    if released:
        with consular.scope(HOME) as session:
            session.execute(update(WaitingEntry).values(changed_at=datetime.now(UTC) - timedelta(days=2)))
        with consular.scope(HOME) as session:
            serve_list(session, WORKER, day)
            given = to_hold(session)
        for reference in given:
            with consular.scope(HOME) as session:
                hold_offered(session, WORKER, reference)


def act(mine: Counter, path: str, **body: object) -> Any:
    return mine.ask_as_applicant("POST", f"/{path}", {"key": uuid.uuid4().hex, **body})


def in_line(consular: Database) -> list[str]:
    with consular.scope(HOME) as session:
        return [each.application for each in line(session, HOME, SERVICE)]


def test_files_stand_in_line_by_the_day_on_which_they_were_complete(counter: Begin, consular: Database) -> None:
    late, early = complete(counter(), consular, 1), complete(counter(), consular, 9)
    unpaid = counter()
    unpaid.fill(SLUG)
    unpaid.submit()
    run(consular, released=False)
    run(consular, released=False)
    standing = in_line(consular)
    assert standing.index(early.reference) < standing.index(late.reference)
    assert standing.count(late.reference) == 1 and unpaid.reference not in standing
    place = chances(late)["place"]
    assert (place["position"], place["of"]) == (standing.index(late.reference) + 1, len(standing))
    when = place["when"]
    assert when["earliest"] <= when["expected"] <= when["latest"]
    assert chances(unpaid)["place"] is None


def test_the_line_is_public_and_names_nobody(counter: Begin, consular: Database) -> None:
    mine = complete(counter(), consular, 3)
    run(consular, released=False)
    answer = mine.client.get(f"/draws?mission={HOME}", ANONYMOUS)
    shown = next(row for row in answer.get_json()["releases"] if row["service"] == SERVICE)["line"]
    code = chances(mine)["waiting"]["code"]
    assert [row["code"] for row in shown].index(code) + 1 == chances(mine)["place"]["position"]
    assert mine.reference not in answer.text and str(mine.person.actor.person) not in answer.text
    assert all(set(row) == {"code", "since"} for row in shown)


def test_the_first_file_is_given_the_first_time_and_books_it(counter: Begin, consular: Database) -> None:
    second, first = complete(counter(), consular, 2), complete(counter(), consular, 200)
    run(consular)
    offers = [chances(each)["offer"]["starts_at"] for each in (first, second)]
    assert offers == sorted(offers)
    assert act(first, "turn/confirm").status_code == 200
    assert first.read()["turn"]["state"] == "booked"
    with consular.scope(HOME) as session:
        kinds = session.scalars(select(Notice.kind).where(Notice.about == first.reference)).all()
        booked = session.scalars(select(Appointment).where(Appointment.application == first.reference)).all()
    assert "seat_offered" in kinds and len(booked) == 1
    run(consular)
    assert first.reference not in in_line(consular)


def test_no_click_takes_a_time_and_no_unfinished_file_a_place(counter: Begin, consular: Database) -> None:
    mine, unpaid = complete(counter(), consular), counter()
    unpaid.fill(SLUG)
    unpaid.submit()
    days = mine.client.get(f"/openings?mission={HOME}&service={SERVICE}", ANONYMOUS).get_json()["days"]
    assert not any(day["remaining"] for day in days)
    at = next(time["starts_at"] for day in days[2:] for time in day["times"])
    refused = act(mine, "turn/hold", starts_at=at)
    assert (refused.status_code, refused.get_json()["code"]) == (422, "turn_by_file")
    wanted = {"first_day": days[0]["day"], "last_day": days[-1]["day"]}
    refused = act(unpaid, "waiting/join", **wanted)
    assert (refused.status_code, refused.get_json()["code"]) == (422, "file_incomplete")


def test_a_returned_file_leaves_the_line_and_comes_back_to_its_place(counter: Begin, consular: Database) -> None:
    mine, behind = complete(counter(), consular, 50), complete(counter(), consular, 40)
    run(consular, released=False)
    status = update(Application).where(Application.reference == mine.reference)
    with consular.scope(HOME) as session:
        session.execute(status.values(status="returned"))
    run(consular, released=False)
    assert mine.reference not in in_line(consular)
    with consular.scope(HOME) as session:
        session.execute(status.values(status="in_review"))
    run(consular, released=False)
    standing = in_line(consular)
    assert standing.index(mine.reference) < standing.index(behind.reference)


@pytest.mark.parametrize("is_noted", [True, False], ids=["the clock ran between", "between two runs of the clock"])
def test_who_gives_a_time_back_stands_behind(counter: Begin, consular: Database, is_noted: bool) -> None:
    mine = complete(counter(), consular, 300)
    run(consular)
    assert act(mine, "turn/confirm").status_code == 200
    if is_noted:
        run(consular)
    assert act(mine, "turn/cancel").status_code == 200
    if not is_noted:
        run(consular)
    behind = complete(counter(), consular, 5)
    run(consular, released=False)
    standing = in_line(consular)
    assert standing.index(behind.reference) < standing.index(mine.reference)


def test_no_more_times_are_kept_than_files_wait(counter: Begin, consular: Database) -> None:
    for days_ago in (1, 2, 3):
        complete(counter(), consular, days_ago)
    run(consular, released=False)
    waiting = len(in_line(consular))
    run(consular, released=False)
    with consular.scope(HOME) as session:
        kept = select(ReservedSeat).where(ReservedSeat.service == SERVICE, ReservedSeat.application.is_(None))
        seats = session.scalars(kept).all()
    assert len(seats) == waiting == len({(seat.starts_at, seat.seat) for seat in seats})
    assert all(seat.starts_at > datetime.now(UTC) + timedelta(hours=23) for seat in seats)
