"""A freed seat rests, goes to the list at a release and never to the next click; and who does not confirm frees it."""

import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from services.consular.appointments.model import Appointment
from services.consular.appointments.reserved.model import ReservedSeat
from services.consular.appointments.waiting_list.model import AppointmentConfirmation, WaitingEntry
from services.consular.notices.model import Notice
from services.consular.workflow.seats.confirmations import ask_and_free
from services.consular.workflow.seats.job import give_seats
from shared.database.db import Database
from shared.identity.actor import ANONYMOUS
from shared.values.dates import local_date
from tests.conftest import HOME
from tests.factories.applications import Counter
from tests.factories.draws import WORKER

SLUG, SERVICE = "embassy-queue-riyadh", "passport"
Begin = Callable[..., Counter]
SOON = timedelta(days=2)


def drafted(counter: Counter) -> Counter:
    counter.fill(SLUG)
    return counter


def free(counter: Counter) -> list[str]:
    days = counter.client.get(f"/openings?mission={HOME}&service={SERVICE}", ANONYMOUS).get_json()["days"]
    return [at["starts_at"] for day in days for at in day["times"] if day["remaining"] and at["remaining"]]


def act(counter: Counter, path: str, **body: object) -> Any:
    return counter.ask_as_applicant("POST", f"/{path}", {"key": uuid.uuid4().hex, **body})


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.get_json()["code"]


def join(mine: Counter, days: tuple[int, int] = (0, 40)) -> Any:
    first = local_date(datetime.now(UTC), "Asia/Riyadh")
    first_day, last_day = ((first + timedelta(days=n)).isoformat() for n in days)
    return act(mine, "waiting/join", first_day=first_day, last_day=last_day)


def booked(mine: Counter, place: int = -1) -> Counter:
    """A booked time; by default the last one that is free."""
    drafted(mine)
    assert act(mine, "turn/hold", starts_at=free(mine)[place]).status_code == 200
    assert mine.submit().get_json()["status"] == "ready"
    return mine


def release_now(consular: Database) -> None:
    """As if the next release had come: seats have rested, and everybody joined the list before it."""
    past = datetime.now(UTC) - timedelta(days=2)
    with consular.scope(HOME) as session:
        session.execute(update(ReservedSeat).where(ReservedSeat.application.is_(None)).values(rests_until=past))
        session.execute(update(WaitingEntry).values(changed_at=past))


def notices(consular: Database, mine: Counter) -> list[str]:
    with consular.scope(HOME) as session:
        kinds = select(Notice.kind).where(Notice.about == mine.reference).order_by(Notice.id)
        return list(session.scalars(kinds))


def test_a_freed_seat_goes_to_the_list_and_to_no_click(counter: Begin, consular: Database) -> None:
    mine, waiting = booked(counter()), drafted(counter())
    at = mine.read()["turn"]["starts_at"]
    assert join(waiting).status_code == 200
    assert act(mine, "turn/cancel").status_code == 200
    give_seats(consular, WORKER)
    assert waiting.read()["turn"] is None
    release_now(consular)
    give_seats(consular, WORKER)
    offered = waiting.read()["turn"]
    assert (offered["state"], offered["starts_at"]) == ("held", at)
    assert "seat_offered" in notices(consular, waiting)
    assert waiting.submit().get_json()["status"] == "ready"
    give_seats(consular, WORKER)
    with consular.scope(HOME) as session:
        assert session.scalars(select(WaitingEntry.state)).all() == ["done"]


def test_hold_and_swap_gives_the_customer_nothing(counter: Begin, consular: Database) -> None:
    """Whoever cancels for somebody who clicks in the same moment frees the seat for the list alone."""
    broker, customer = booked(counter()), drafted(counter())
    at = broker.read()["turn"]["starts_at"]
    with consular.scope(HOME) as session:
        others = select(Appointment.seat).where(Appointment.starts_at == datetime.fromisoformat(at))
        taken = session.scalars(others).all()
    everybody = [drafted(counter()) for _ in range(free(customer).count(at) + 8)]
    for each in everybody:
        if at in free(customer):
            act(each, "turn/hold", starts_at=at)
    assert at not in free(customer) and taken
    assert act(broker, "turn/cancel").status_code == 200
    assert code(act(customer, "turn/hold", starts_at=at)) == (409, "turn_taken")


def test_the_list_is_served_by_draws_lost_and_not_by_who_came_first(counter: Begin, consular: Database) -> None:
    mine, first, second = booked(counter()), drafted(counter()), drafted(counter())
    for each in (first, second):
        join(each)
    with consular.scope(HOME) as session:
        session.execute(update(WaitingEntry).where(WaitingEntry.application == second.reference).values(lost=2))
    act(mine, "turn/cancel")
    release_now(consular)
    give_seats(consular, WORKER)
    assert first.read()["turn"] is None
    assert second.read()["turn"]["state"] == "held"


def test_who_joins_after_a_release_waits_for_the_next(counter: Begin, consular: Database) -> None:
    mine, late = booked(counter()), drafted(counter())
    act(mine, "turn/cancel")
    release_now(consular)
    join(late)
    give_seats(consular, WORKER)
    assert late.read()["turn"] is None


def test_days_that_do_not_suit_are_not_offered(counter: Begin, consular: Database) -> None:
    mine, waiting = booked(counter()), drafted(counter())
    join(waiting, days=(0, 1))
    act(mine, "turn/cancel")
    release_now(consular)
    give_seats(consular, WORKER)
    assert waiting.read()["turn"] is None


def test_an_offer_without_an_answer_goes_on_and_two_end_the_place(counter: Begin, consular: Database) -> None:
    mine, waiting = booked(counter()), drafted(counter())
    join(waiting)
    act(mine, "turn/cancel")
    for kind in ("offer_passed", "waiting_ended"):
        release_now(consular)
        give_seats(consular, WORKER)
        assert waiting.read()["turn"]["state"] == "held"
        past = datetime.now(UTC) - timedelta(minutes=1)
        with consular.scope(HOME) as session:
            session.execute(update(ReservedSeat).values(offered_until=past))
            session.execute(update(Appointment).where(Appointment.state == "held").values(held_until=past))
        assert code(waiting.submit()) == (409, "hold_expired")
        give_seats(consular, WORKER)
        assert notices(consular, waiting)[-1] == kind
    with consular.scope(HOME) as session:
        assert session.scalars(select(WaitingEntry.state)).all() == ["left"]
        [seat] = session.scalars(select(ReservedSeat))
        assert seat.application is None and seat.rests_until > datetime.now(UTC)


def test_whoever_lets_an_offer_pass_frees_it_at_once(counter: Begin, consular: Database) -> None:
    mine, waiting = booked(counter()), drafted(counter())
    join(waiting)
    act(mine, "turn/cancel")
    release_now(consular)
    give_seats(consular, WORKER)
    assert act(waiting, "turn/release").status_code == 200
    with consular.scope(HOME) as session:
        [seat] = session.scalars(select(ReservedSeat))
        assert seat.application is None and seat.rests_until > datetime.now(UTC)


def test_a_person_and_a_document_wait_once(counter: Begin, consular: Database) -> None:
    mine, other = drafted(counter()), drafted(counter())
    for each in (mine, other):
        each.save({"passport_number": "N7654321"})
    assert join(mine).status_code == 200
    assert code(join(mine)) == (409, "waiting_already")
    assert code(join(other)) == (409, "waiting_already")
    assert act(mine, "waiting/leave").status_code == 200
    assert act(mine, "waiting/leave").status_code == 404
    assert join(other).status_code == 200
    assert code(join(booked(counter()))) == (409, "not_possible_now")


@pytest.mark.parametrize(("days", "errors"), [((5, 3), "ends_before_it_begins"), ((-9, -3), "day_past")])
def test_days_that_cannot_be_are_refused(counter: Begin, days: tuple[int, int], errors: str) -> None:
    answer = join(drafted(counter()), days=days)
    assert (answer.status_code, answer.get_json()["errors"]) == (422, {"last_day": errors})


def book_long_ago(consular: Database, *people: Counter) -> None:
    long_ago = datetime.now(UTC) - timedelta(days=60)
    with consular.scope(HOME) as session:
        references = [each.reference for each in people]
        session.execute(update(Appointment).where(Appointment.application.in_(references)).values(changed_at=long_ago))


def run_on(consular: Database, day: date) -> int:
    with consular.scope(HOME) as session:
        return ask_and_free(session, WORKER, day)


def test_who_confirms_keeps_the_seat_and_who_does_not_frees_it(counter: Begin, consular: Database) -> None:
    coming, silent = booked(counter(), -1), booked(counter(), -2)
    day = local_date(datetime.fromisoformat(coming.read()["turn"]["starts_at"]), "Asia/Riyadh")
    book_long_ago(consular, coming, silent)
    assert code(act(coming, "turn/coming")) == (409, "turn_not_asked")
    assert [run_on(consular, day - timedelta(days=n)) for n in (8, 7, 6, 4)] == [0, 0, 0, 0]
    assert notices(consular, coming)[-1] == "turn_confirm"
    for _ in range(2):
        assert act(coming, "turn/coming").status_code == 200
    assert [run_on(consular, day - timedelta(days=n)) for n in (3, 2)] == [0, 1]
    assert (coming.read()["status"], silent.read()["status"]) == ("ready", "withdrawn")
    assert notices(consular, silent).count("turn_confirm") == 2
    assert "turn_freed" in notices(consular, silent)
    with consular.scope(HOME) as session:
        confirmed = session.scalars(
            select(AppointmentConfirmation).where(AppointmentConfirmation.application == coming.reference)
        )
        assert confirmed.one().confirmed_at is not None
        assert session.scalars(select(ReservedSeat.application)).all() == [None]


def test_who_booked_a_few_days_ahead_is_not_asked(counter: Begin, consular: Database) -> None:
    mine = booked(counter())
    day = datetime.fromisoformat(mine.read()["turn"]["starts_at"])
    with consular.scope(HOME) as session:
        recently = day - SOON
        session.execute(
            update(Appointment).where(Appointment.application == mine.reference).values(changed_at=recently)
        )
    assert run_on(consular, local_date(day, "Asia/Riyadh") - timedelta(days=2)) == 0
    assert "turn_confirm" not in notices(consular, mine)
