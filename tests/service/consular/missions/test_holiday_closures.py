"""Holidays as closures of a mission: in day lists, in working days, at the desk, and how a mission removes one."""

from collections.abc import Callable, Iterator
from datetime import date

import pytest

from deploy.dev.servers.postgres import Postgres
from deploy.platform.database.roles import DATABASE, connect_as_admin
from services.consular import missions
from services.consular.missions import calendar, weekends
from services.consular.missions.model import Mission
from shared.database.db import Database
from shared.values import dates
from tests.conftest import ServiceClient, officer
from tests.factories.approvals import Signing

pytestmark = pytest.mark.clock

Databases = Callable[[str], Database]
EASTERN, WESTERN = date(2027, 5, 2), date(2027, 3, 28)


@pytest.fixture
def consular(database: Databases) -> Database:
    return database("consular")


@pytest.fixture(autouse=True)
def untouched(cluster: Postgres) -> Iterator[None]:
    """What a test removed is closed again."""
    yield
    with connect_as_admin(cluster.admin_url, DATABASE) as connection:
        connection.execute("DELETE FROM consular.closure WHERE scope IS NOT NULL")


def closed(consular: Database, mission: str, first: date, last: date | None = None) -> dict[date, str]:
    with consular.scope(mission) as session:
        found = calendar.closed_days(session, mission, first, last or first)
        return {day: closure.title_en for day, closure in found.items()}


@pytest.mark.parametrize("day", [WESTERN, EASTERN, date(2028, 4, 16), date(2027, 12, 8), date(2027, 3, 18)])
def test_a_day_of_the_decree_closes_every_mission(consular: Database, day: date) -> None:
    with consular.scope(None) as session:
        every = [mission.code for mission in missions.list_all(session)]
    assert len(every) >= 59
    assert [code for code in every if day not in closed(consular, code, day)] == []


def test_a_holiday_that_has_begun_still_closes_its_last_day(consular: Database) -> None:
    assert closed(consular, "BER", date(2027, 3, 11)) == {date(2027, 3, 11): "Eid al-Fitr"}
    assert closed(consular, "BER", date(2027, 3, 12)) == {}


def test_no_day_of_the_decree_is_one_before_the_decree(consular: Database) -> None:
    assert closed(consular, "RUH", date(2025, 4, 17)) == {}
    assert closed(consular, "RUH", date(2026, 4, 17)) == {date(2026, 4, 17): "Evacuation Day"}


def test_missions_keep_the_days_of_their_region(consular: Database) -> None:
    all_saints, women = date(2027, 11, 1), date(2027, 3, 8)
    assert closed(consular, "BON", all_saints)
    assert not closed(consular, "BER", all_saints)
    assert closed(consular, "BER", women)
    assert not closed(consular, "BON", women)


def test_working_days_leave_out_holidays_and_the_weekend_of_the_country(consular: Database) -> None:
    with consular.scope("BER") as session:
        rows = weekends.of_mission(session, missions.find(session, "BER"))
        days = frozenset(calendar.closed_days(session, "BER", date(2027, 3, 25), date(2027, 4, 10)))
    # Thursday before Easter: Good Friday, two days of weekend and Easter Monday pass before the first working day.
    following = dates.add_working_days(date(2027, 3, 25), 1, lambda day: day in days or weekends.is_weekend(rows, day))
    assert following == date(2027, 3, 30)


def closures(client: ServiceClient, mission: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = client.get("/desk/calendar", officer(mission=mission)).get_json()["closures"]
    return found


def test_a_mission_removes_a_day_of_its_host_country_and_only_for_itself(
    service_client: Callable[[str], ServiceClient], consular: Database
) -> None:
    client = service_client("consular")
    host = next(one for one in closures(client, "BER") if one["kind"] == "host_holiday")
    assert host["may_reopen"]
    body = {"closure": host["id"]}
    assert Signing(client, "CAI").look("reopening", body).status_code == 404
    assert Signing(client, "BER").signed("reopening", body)["state"] == "done"
    assert Signing(client, "BER").look("reopening", body).get_json()["code"] == "closure_removed"
    assert host["id"] not in [one["id"] for one in closures(client, "BER")]
    if host["id"] in [one["id"] for one in closures(client, "BON")]:
        assert closed(consular, "BON", date.fromisoformat(str(host["first_day"])))


def test_only_estimated_days_of_the_decree_can_be_removed_and_they_say_so(
    service_client: Callable[[str], ServiceClient],
) -> None:
    client = service_client("consular")
    found = [one for one in closures(client, "VIE") if one["kind"] == "syrian_holiday"]
    # The longest span that is counted is more than a Hijri year.
    estimated = [one for one in found if one["estimated"]]
    assert {str(one["id"]).rsplit("/", 1)[1] for one in estimated} >= {
        *("eid-al-fitr", "eid-al-adha", "hijri-new-year", "birthday-of-the-prophet")
    }
    assert all(one["may_reopen"] == one["estimated"] for one in found)
    assert all((one["certainty"] == "M") == one["estimated"] for one in found)
    fixed = next(one for one in found if not one["estimated"])
    refused = Signing(client, "VIE").look("reopening", {"closure": fixed["id"]})
    assert (refused.status_code, refused.get_json()["code"]) == (409, "closure_of_all")
    assert Signing(client, "VIE").signed("reopening", {"closure": estimated[0]["id"]})["state"] == "done"


@pytest.mark.parametrize("unknown", ["SY/2027-12-08/nothing", "XX/2027-01-01/new-year", "DE/soon/new-year", "nothing"])
def test_a_holiday_that_is_none_is_not_found(service_client: Callable[[str], ServiceClient], unknown: str) -> None:
    assert Signing(service_client("consular"), "BER").look("reopening", {"closure": unknown}).status_code == 404


def test_a_promise_counts_each_week_by_the_weekend_of_its_day(consular: Database, cluster: Postgres) -> None:
    """Where a country moves its weekend while somebody waits, the days before keep the old one."""
    with connect_as_admin(cluster.admin_url, DATABASE) as connection:
        connection.execute(
            "INSERT INTO consular.weekend"
            " (id, country, days, half_days, valid_from, valid_to, source, certainty, approver) VALUES"
            " ('test/1', 'XX', '{4,5}', '{}', '2010-01-01', '2022-01-01', 't', 'L', 't'),"
            " ('test/2', 'XX', '{5,6}', '{4}', '2022-01-01', NULL, 't', 'L', 't')"
        )
    try:
        with consular.scope("BER") as session:
            rows = weekends.of_mission(session, Mission(code="XXX", country="XX"))
        thursday = date(2021, 12, 30)
        working = [dates.add_working_days(thursday, n, lambda day: weekends.is_weekend(rows, day)) for n in (1, 2, 5)]
        # Friday the 31st was free, Saturday and Sunday were so by the new rule; Friday the 7th was worked.
        assert working == [date(2022, 1, 3), date(2022, 1, 4), date(2022, 1, 7)]
    finally:
        with connect_as_admin(cluster.admin_url, DATABASE) as connection:
            connection.execute("DELETE FROM consular.weekend WHERE id LIKE 'test/%'")
