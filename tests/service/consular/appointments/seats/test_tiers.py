"""The quotas of a day by tier, on a real PostgreSQL: whoever comes first, each tier has its own seats and no others."""

import itertools
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from deploy.dev.servers.postgres import Postgres
from deploy.platform.database.roles import DATABASE, connect_as_admin
from services.consular.appointments.booking.hold import Booker, hold
from services.consular.appointments.model import Appointment
from services.consular.appointments.seats import openings
from shared.catalogue.conditions import REGULAR, URGENT
from shared.database.db import Database
from shared.errors import Conflict
from shared.values.dates import local_date
from tests.conftest import HOME, ServiceClient, officer
from tests.factories.applications import Counter
from tests.factories.concurrency import at_once
from tests.factories.refusals import refuses

pytestmark = pytest.mark.clock

SERVICE, ZONE = "attestation", "Asia/Riyadh"
Book = Callable[[Session, datetime, str], Appointment]


@pytest.fixture
def consular(database: Callable[[str], Database]) -> Database:
    return database("consular")


@pytest.fixture(autouse=True)
def five_a_day(cluster: Postgres, consular: Database) -> Iterator[None]:
    """Five appointments a day, two of them for the urgent."""
    assert consular
    rule = "'test', 'RUH', 'attestation', 30, 10, 1, 5, 24, 15, '2024-01-02', 'test', 'L', 'test', 2"
    with connect_as_admin(cluster.admin_url, DATABASE) as connection:
        connection.execute(f"INSERT INTO consular.turn_rule SELECT {rule}")
    yield
    with connect_as_admin(cluster.admin_url, DATABASE) as connection:
        connection.execute("DELETE FROM consular.turn_rule WHERE id = 'test'")
        connection.execute("DELETE FROM consular.turn")
        connection.execute("DELETE FROM consular.reserved_seat")


@pytest.fixture
def book(counter: Callable[..., Counter]) -> Book:
    def give(session: Session, at: datetime, tier: str) -> Appointment:
        case = counter()
        case.start("passport-renewal")
        person = case.person.id
        booker = Booker(HOME, SERVICE, case.reference, person, person, person, tier)
        return hold(session, case.person.actor, booker, at)

    return give


def days(session: Session, tier: str = REGULAR) -> dict[date, list[datetime]]:
    """Open days from the day after tomorrow on, with the times that the tier may take."""
    soon = local_date(datetime.now(UTC), ZONE) + timedelta(days=1)
    shown = openings.availability(session, HOME, SERVICE, tier=tier).days
    return {
        day.day: [time.slot.starts_at for time in day.times if time.remaining]
        for day in shown
        if day.times and day.day > soon
    }


@pytest.mark.parametrize("order", sorted(set(itertools.permutations([REGULAR, REGULAR, URGENT, URGENT]))))
def test_each_tier_has_its_seats_in_whatever_order_people_come(
    session_for: Callable[..., Session], book: Book, order: tuple[str, ...]
) -> None:
    session = session_for("consular")
    day, times = next(iter(days(session).items()))
    for place, tier in enumerate((REGULAR, *order)):
        book(session, times[place], tier)
    for tier in (REGULAR, URGENT):
        with refuses("turn_taken", Conflict):
            book(session, times[8], tier)
        assert days(session, tier)[day] == []


def test_a_full_tier_sees_no_seat_and_the_other_sees_its_own(session_for: Callable[..., Session], book: Book) -> None:
    session = session_for("consular")
    day, times = next(iter(days(session).items()))
    for place in range(3):
        book(session, times[place], REGULAR)
    with refuses("turn_taken", Conflict):
        book(session, times[4], REGULAR)
    by_tier = {
        tier: {each.day: each.remaining for each in openings.availability(session, HOME, SERVICE, tier=tier).days}[day]
        for tier in (REGULAR, URGENT)
    }
    assert by_tier == {REGULAR: 0, URGENT: 2}


def test_of_many_at_once_each_tier_gets_its_quota(consular: Database, counter: Callable[..., Counter]) -> None:
    with consular.scope(HOME) as session:
        times = next(iter(days(session).values()))
    cases = [counter() for _ in range(12)]
    for case in cases:
        case.start("passport-renewal")

    def reach(place: int) -> Appointment:
        case, tier = cases[place], URGENT if place % 2 else REGULAR
        booker = Booker(HOME, SERVICE, case.reference, case.person.id, case.person.id, case.person.id, tier)
        with consular.scope(HOME) as session:
            return hold(session, case.person.actor, booker, times[place])

    results = at_once([partial(reach, place) for place in range(len(cases))])
    assert {type(each) for each in results} == {Appointment, Conflict}
    with consular.scope(HOME) as session:
        rows = session.execute(select(Appointment.tier, func.count()).group_by(Appointment.tier))
        counts = {row.tier: int(row[1]) for row in rows}
    assert counts == {REGULAR: 3, URGENT: 2}


def test_seats_and_the_next_release_are_shown_to_everybody(service_client: Callable[[str], ServiceClient]) -> None:
    client = service_client("consular")
    shown = client.get(f"/openings?mission={HOME}&service={SERVICE}&tier=urgent", officer()).get_json()
    assert max(day["remaining"] for day in shown["days"]) == 2
    release, last = shown["next_release"], date.fromisoformat(shown["days"][-1]["day"])
    opens = datetime.fromisoformat(release["at"])
    assert date.fromisoformat(release["day"]) > last
    assert local_date(opens, ZONE) + timedelta(days=30) == date.fromisoformat(release["day"])
    assert opens > datetime.now(UTC)
    assert release["seats"] == 2
    unknown = client.get(f"/openings?mission={HOME}&service={SERVICE}&tier=golden", officer())
    assert unknown.get_json()["errors"] == {"tier": "unknown_choice"}
