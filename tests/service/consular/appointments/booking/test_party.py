"""A family takes a seat for each of its members, at one time or right after one another, all of them or none."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from deploy.dev.servers.postgres import Postgres
from deploy.platform.database.roles import DATABASE, connect_as_admin
from services.consular.appointments.model import Appointment
from services.consular.appointments.reserved.model import ReservedSeat
from shared.database.db import Database
from tests.conftest import HOME, officer
from tests.factories.applications import Counter
from tests.factories.appointments import act, code, drafted, free, in_time, local_day

pytestmark = [pytest.mark.clock, pytest.mark.usefixtures("restored_calendar")]

Begin = Callable[..., Counter]


@pytest.fixture
def consular(database: Callable[[str], Database]) -> Database:
    return database("consular")


def family(counter: Begin, others: int) -> Counter:
    mine = drafted(counter())
    assert mine.save({"dependants": str(others)}).status_code == 200
    return mine


def rows(consular: Database, case: Counter) -> dict[str, int]:
    """How many rows of the application there are in each state."""
    with consular.scope(HOME) as session:
        found = session.execute(
            select(Appointment.state, func.count())
            .where(Appointment.application == case.reference)
            .group_by(Appointment.state)
        )
        return {row.state: int(row[1]) for row in found}


def times_for(case: Counter) -> list[dict[str, Any]]:
    """The times that the family is offered on its own page."""
    shown = case.ask_as_applicant("GET", "?openings=1").get_json()["openings"]
    return [time for day in shown["days"] for time in day["times"] if day["remaining"] and time["remaining"]]


def test_a_family_of_five_takes_five_seats_and_gives_them_all_back(counter: Begin, consular: Database) -> None:
    mine = family(counter, 4)
    at, following = in_time(mine)[:2]
    assert act(mine, "hold", starts_at=at).get_json()["turn"]["persons"] == 5
    assert rows(consular, mine) == {"held": 5}
    # Three seats at the first time, two of three at the next.
    assert at not in free(mine) and following in free(mine)
    assert mine.submit().status_code == 200
    assert rows(consular, mine) == {"booked": 5}
    sheet = mine.client.get(f"/desk/turns?day={local_day(at)}", officer()).get_json()
    assert [(row["reference"], row["persons"]) for row in sheet["rows"]] == [(mine.reference, 5)]
    assert act(mine, "cancel").status_code == 200
    assert rows(consular, mine) == {"cancelled": 5}
    # Freed seats rest until the next release; none of them is left out.
    with consular.scope(HOME) as session:
        assert session.scalar(select(func.count()).select_from(ReservedSeat)) == 5


def test_a_family_moves_together(counter: Begin, consular: Database) -> None:
    mine = family(counter, 2)
    one, two = in_time(mine)[0], in_time(mine)[-4]
    act(mine, "hold", starts_at=one)
    mine.submit()
    assert act(mine, "move", starts_at=two).status_code == 200
    assert rows(consular, mine) == {"moved": 3, "booked": 3}


def test_a_family_that_does_not_fit_gets_nothing_and_hears_what_is_next(counter: Begin, consular: Database) -> None:
    first, second = family(counter, 0), family(counter, 3)
    last = [at for at in in_time(first) if local_day(at) == local_day(in_time(first)[0])][-1]
    act(first, "hold", starts_at=last)
    # Two seats are left at the last time of the day, and no time follows it.
    assert last not in [time["starts_at"] for time in times_for(second)]
    assert code(act(second, "hold", starts_at=last)) == (409, "turn_taken")
    assert rows(consular, second) == {}


def test_a_family_larger_than_the_day_is_told_so(counter: Begin, cluster: Postgres) -> None:
    mine = family(counter, 9)
    at = in_time(mine)[0]
    with connect_as_admin(cluster.admin_url, DATABASE) as connection:
        connection.execute(
            "INSERT INTO consular.turn_rule (id, scope, service, horizon_days, hold_minutes, per_month, daily_quota,"
            " free_hours, arrive_minutes, valid_from, source, certainty, approver)"
            " VALUES ('test', 'RUH', 'passport', 30, 10, 1, 6, 24, 15, '2024-01-02', 'test', 'L', 'test')"
        )
    refused = act(mine, "hold", starts_at=at)
    assert code(refused) == (422, "family_too_large")
    assert refused.get_json()["params"] == {"n": 6}


def test_whoever_changes_the_number_of_people_chooses_again(counter: Begin) -> None:
    mine = family(counter, 2)
    at = in_time(mine)[0]
    act(mine, "hold", starts_at=at)
    mine.save({"dependants": "3"})
    assert code(mine.submit()) == (422, "turn_other_family")
    assert act(mine, "hold", starts_at=at).status_code == 200
    assert mine.submit().status_code == 200


def test_who_comes_for_a_family_is_recorded_for_all_its_seats(counter: Begin, consular: Database) -> None:
    mine = family(counter, 1)
    act(mine, "hold", starts_at=in_time(mine)[0])
    mine.submit()
    assert mine.desk("attend", officer(), number=mine.person.number).status_code == 200
    assert rows(consular, mine) == {"attended": 2}


def test_an_expired_hold_at_a_later_time_does_not_bar_a_family(counter: Begin, consular: Database) -> None:
    gone, mine = family(counter, 2), family(counter, 5)
    one, two = in_time(mine)[:2]
    act(gone, "hold", starts_at=two)
    with consular.scope(HOME) as session:
        past = datetime.now(UTC) - timedelta(minutes=1)
        held = update(Appointment).where(Appointment.application == gone.reference)
        session.execute(held.values(held_until=past))
    assert act(mine, "hold", starts_at=one).status_code == 200
    assert rows(consular, mine) == {"held": 6}
    assert rows(consular, gone) == {"expired": 3}
