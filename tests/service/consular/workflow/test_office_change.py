"""Where people are received, changed by two signatures: previewed, dated, for the mission's own office alone."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from deploy.demo.days import today
from services.consular.missions import reference_data
from services.consular.missions.model import Office
from shared.database.db import Database
from tests.conftest import HOME
from tests.factories.approvals import Signing
from tests.factories.mandates import Client

pytestmark = [pytest.mark.clock, pytest.mark.usefixtures("restored_calendar")]

DAMASCUS = "DAM"
Row = Callable[[str, date], Any]
NEW = {"ar": "شارع الجديد، الرياض", "en": "New Street, Riyadh"}


def ahead(days: int) -> date:
    return today() + timedelta(days=days)


def moved(**changes: Any) -> dict[str, Any]:
    named = {
        "reception": "open",
        "address_ar": NEW["ar"],
        "address_en": NEW["en"],
        "valid_from": ahead(3).isoformat(),
        "law_source": "Circular 8",
        "certainty": "M",
    }
    return named | changes


def in_syria(**changes: Any) -> dict[str, Any]:
    hours = {"takes": ["USD"], "weekdays": ["6", "0", "1"], "opens": "10:00", "closes_at": "15:30"}
    return moved(**hours) | changes


@pytest.fixture
def desk(service_client: Client) -> Signing:
    return Signing(service_client("consular"), HOME)


@pytest.fixture
def office(service_client: Client) -> Signing:
    return Signing(service_client("consular"), DAMASCUS)


@pytest.fixture
def rows(database: Callable[[str], Database]) -> Row:
    """The row of a mission on a day."""

    def on(code: str, day: date) -> Office | None:
        with database("consular").scope(HOME) as session:
            known = reference_data.rows(session, Office)
            return next((row for row in known if row.code == code and row.holds_on(day)), None)

    return on


def test_a_mission_moves_on_its_day_by_two_signatures(desk: Signing, rows: Row) -> None:
    before = rows(HOME, ahead(3))
    look = desk.look("office", moved()).get_json()["preview"]["office"]
    assert (look["before"]["address_ar"], look["after"]["address_ar"]) == (before.address_ar, NEW["ar"])
    made = desk.propose("office", moved()).get_json()["reference"]
    assert desk.decide(made, who=desk.head).get_json()["code"] == "own_proposal"
    assert rows(HOME, ahead(3)).id == before.id
    assert desk.decide(made).get_json()["state"] == "done"
    assert rows(HOME, ahead(2)).id == before.id
    after = rows(HOME, ahead(3))
    assert (after.address_ar, after.address_en, after.kind, after.takes) == (NEW["ar"], NEW["en"], "mission", [])
    assert rows(DAMASCUS, ahead(3)).id == "DAM/2026-01-01"


def test_an_office_inside_syria_changes_its_currencies_and_hours_and_closes(office: Signing, rows: Row) -> None:
    office.signed("office_in_syria", in_syria())
    row = rows(DAMASCUS, ahead(3))
    assert (row.kind, row.takes, sorted(row.days)) == ("in_syria", ["USD"], [0, 1, 6])
    assert (f"{row.opens:%H:%M}", f"{row.closes:%H:%M}") == ("10:00", "15:30")
    look = office.look("office_in_syria", in_syria(reception="closed", valid_from=ahead(9).isoformat())).get_json()
    assert look["preview"]["office"]["after"] is None
    office.signed("office_in_syria", in_syria(reception="closed", valid_from=ahead(9).isoformat()))
    assert rows(DAMASCUS, ahead(8)).id == row.id
    assert rows(DAMASCUS, ahead(9)) is None
    again = office.propose("office_in_syria", in_syria(reception="closed", valid_from=ahead(10).isoformat()))
    assert again.get_json()["errors"] == {"reception": "office_has_none"}


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"address_ar": " "}, {"address_ar": "required"}),
        ({"takes": []}, {"takes": "required"}),
        ({"takes": ["SYP"]}, {"takes": "unknown_choice"}),
        ({"weekdays": []}, {"weekdays": "required"}),
        ({"weekdays": ["7"]}, {"weekdays": "unknown_choice"}),
        ({"opens": ""}, {"opens": "required"}),
        ({"closes_at": "10:00"}, {"closes_at": "closes_before_it_opens"}),
        ({"valid_from": ahead(-1).isoformat()}, {"valid_from": "in_the_past"}),
        ({"law_source": ""}, {"law_source": "required"}),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(
    office: Signing, changes: dict[str, Any], fault: dict[str, str]
) -> None:
    answer = office.propose("office_in_syria", in_syria(**changes))
    assert (answer.status_code, answer.get_json()["errors"]) == (422, fault)


def test_of_two_proposals_only_the_first_is_carried_out(desk: Signing, rows: Row) -> None:
    waiting = desk.propose("office", moved()).get_json()["reference"]
    desk.signed("office", moved(address_ar="عنوان آخر", valid_from=ahead(4).isoformat()))
    assert desk.propose("office", moved()).get_json()["errors"] == {"valid_from": "office_begins_later"}
    answer = desk.decide(waiting)
    assert (answer.status_code, answer.get_json()["code"]) == (409, "proposal_overtaken")
    assert rows(HOME, ahead(4)).address_ar == "عنوان آخر"
