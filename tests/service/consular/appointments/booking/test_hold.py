"""A hold waits for whoever changes the same day, and for nobody else; a day's quota is that day's alone."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from deploy.dev.servers.postgres import Postgres
from deploy.platform.database.roles import DATABASE, connect_as_admin
from services.consular.appointments.booking.hold import Booker, hold
from services.consular.missions import calendar
from shared.database.db import Database
from shared.errors import Conflict
from shared.values.dates import local_date
from tests.conftest import HOME, ServiceClient, expatriate
from tests.factories.applications import Counter
from tests.factories.refusals import refuses

SERVICE, ZONE = "attestation", "Asia/Riyadh"
Book = Callable[[Session, datetime], int]
Days = dict[date, list[datetime]]


@pytest.fixture
def days(service_client: Callable[[str], ServiceClient]) -> Days:
    """The open days with all their times, from the day after tomorrow on."""
    path = f"/openings?mission={HOME}&service={SERVICE}"
    shown = service_client("consular").get(path, expatriate()).get_json()["days"]
    found = {
        date.fromisoformat(each["day"]): [datetime.fromisoformat(at["starts_at"]) for at in each["times"]]
        for each in shown
        if each["times"]
    }
    soon = local_date(datetime.now(UTC), ZONE) + timedelta(days=1)
    return {day: times for day, times in sorted(found.items()) if day > soon}


@pytest.fixture
def two_a_day(cluster: Postgres) -> Iterator[None]:
    """A rule of two appointments a day."""
    rule = "'test', 'RUH', 'attestation', 30, 10, 1, 2, 24, 15, '2024-01-02', 'test', 'L', 'test'"
    with connect_as_admin(cluster.admin_url, DATABASE) as connection:
        connection.execute(f"INSERT INTO consular.turn_rule SELECT {rule}")
    yield
    with connect_as_admin(cluster.admin_url, DATABASE) as connection:
        connection.execute("DELETE FROM consular.turn_rule WHERE id = 'test'")


@pytest.fixture
def book(counter: Callable[..., Counter]) -> Callable[[Session, datetime], int]:
    """`book(session, at)`: holds a seat for somebody new; its number."""

    def give(session: Session, at: datetime) -> int:
        case = counter()
        case.start("passport-renewal")
        person = case.person.id
        return hold(session, case.person.actor, Booker(HOME, SERVICE, case.reference, person, person, person), at).seat

    return give


def test_a_full_day_leaves_the_next_one_open(
    session_for: Callable[..., Session], days: Days, two_a_day: None, book: Book
) -> None:
    session = session_for("consular")
    full, following = list(days)[:2]
    # The last time of a day and the first of the next stand on both sides of the limit.
    first, *_, last = days[full]
    assert [book(session, last), book(session, first)] == [1, 1]
    with refuses("turn_taken", Conflict):
        book(session, days[full][1])
    assert [book(session, days[following][0]), book(session, days[following][-1])] == [1, 1]


@pytest.mark.parametrize(
    ("of_the_day", "service", "waits"),
    [(True, SERVICE, True), (False, SERVICE, False), (True, "passport", False)],
)
def test_it_waits_for_the_day_of_its_own_service_alone(
    session_for: Callable[..., Session],
    database: Callable[[str], Database],
    days: Days,
    of_the_day: bool,
    service: str,
    waits: bool,
    book: Book,
) -> None:
    session, wanted = session_for("consular"), next(iter(days))
    at = days[wanted][0]
    assert at.astimezone(ZoneInfo(ZONE)).date() == wanted
    locked = wanted if of_the_day else wanted + timedelta(days=1)
    with database("consular").scope(HOME) as other:
        calendar.take_lock(other, HOME, service, locked.isoformat())
        session.execute(text("SET LOCAL lock_timeout = '300ms'"))
        if waits:
            with pytest.raises(OperationalError, match="lock timeout"):
                book(session, at)
        else:
            assert book(session, at) == 1
