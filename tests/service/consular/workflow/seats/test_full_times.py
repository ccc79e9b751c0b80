"""A crowd at one time: as many get a seat as there are, everybody is answered, and who repeats a request hears the
same answer although the time is full by then."""

from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import func, select

from deploy.dev.servers.postgres import Postgres
from deploy.platform.database.roles import DATABASE, connect_as_admin
from services.consular.appointments.model import Appointment
from shared.database.db import Database
from tests.factories.appointments import Begin, act, code, crowd, drafted, fill_up, free, in_time, seats_left
from tests.factories.concurrency import at_once
from tests.factories.environment.statement_meter import StatementMeter


def test_a_crowd_of_forty_gets_as_many_seats_as_there_are(counter: Begin, consular: Database) -> None:
    everybody = crowd(counter, 40)
    at = in_time(everybody[0])[4]
    seats = seats_left(everybody[0], at)
    assert 0 < seats < 40
    answers: list[Any] = at_once([partial(act, one, "hold", starts_at=at) for one in everybody])
    held = [answer for answer in answers if answer.status_code == 200]
    refused = [answer for answer in answers if answer.status_code != 200]
    assert len(held) == seats
    assert {code(answer) for answer in refused} == {(409, "turn_taken")}
    for answer in refused:
        next_times = answer.get_json()["params"]["next"]
        assert len(next_times) == 3 and at not in next_times
    with consular.scope("RUH") as session:
        taken = select(func.count(), func.count(Appointment.seat.distinct())).where(
            Appointment.starts_at == datetime.fromisoformat(at)
        )
        assert session.execute(taken).one() == (seats, seats)


def test_a_repeated_request_hears_its_first_answer_though_the_time_is_full(counter: Begin) -> None:
    at = in_time(drafted(counter()))[6]
    first, *_ = fill_up(counter, at)
    again = act(first, "hold", key="full-0", starts_at=at)
    assert again.status_code == 200 and again.get_json()["turn"]["starts_at"] == at
    # Whoever holds a seat at a full time may choose it anew.
    assert act(first, "hold", starts_at=at).status_code == 200


def test_who_asks_for_anothers_application_learns_nothing_of_the_time(counter: Begin) -> None:
    at = in_time(drafted(counter()))[8]
    fill_up(counter, at)
    mine, stranger = drafted(counter()), counter()
    path, body = f"/applications/{mine.reference}/turn/hold", {"key": "x", "starts_at": at}
    assert code(mine.client.post(path, stranger.person.actor, body)) == (404, "not_found")
    assert code(mine.client.post(path, mine.person.actor, body)) == (409, "turn_taken")
    assert code(mine.client.post("/applications/RUH-22222-22222-2/turn/hold", mine.person.actor, body))[0] == 404


def test_a_seat_that_comes_free_is_given_to_the_next_who_asks(counter: Begin) -> None:
    at = in_time(drafted(counter()))[10]
    first, *_ = fill_up(counter, at)
    late = drafted(counter())
    assert code(act(late, "hold", starts_at=at)) == (409, "turn_taken")
    assert act(first, "release").status_code == 200
    assert act(late, "hold", starts_at=at).status_code == 200


def test_an_expired_hold_is_no_seat_taken(counter: Begin, cluster: Postgres) -> None:
    at = in_time(drafted(counter()))[11]
    first, *_ = fill_up(counter, at)
    late = drafted(counter())
    assert code(act(late, "hold", starts_at=at)) == (409, "turn_taken")
    with connect_as_admin(cluster.admin_url, DATABASE) as connection:
        expired = "UPDATE consular.turn SET held_until = now() - interval '1 second' WHERE application = %s"
        connection.execute(expired, [first.reference])
    assert act(late, "hold", starts_at=at).status_code == 200
    assert code(act(first, "hold", starts_at=at)) == (409, "turn_taken")


def test_a_seat_and_a_refusal_cost_few_statements(counter: Begin, statements: StatementMeter) -> None:
    at = in_time(drafted(counter()))[12]
    fill_up(counter, at)
    late = drafted(counter())
    act(late, "hold", starts_at=at)
    with statements.within("hold, time full"):
        assert code(act(late, "hold", starts_at=at)) == (409, "turn_taken")
    others = free(late)
    with statements.within("hold"):
        assert act(late, "hold", starts_at=others[-1]).status_code == 200
