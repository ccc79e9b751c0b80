"""The working days a mission promises, changed by two signatures: dated, for one speed and for this mission alone."""

from datetime import date, timedelta
from typing import Any

import pytest

from deploy.demo.days import today
from shared.catalogue import CATALOGUE
from tests.conftest import ELSEWHERE, HOME, ServiceClient, officer
from tests.factories.approvals import Signing
from tests.factories.mandates import Client

pytestmark = [pytest.mark.clock, pytest.mark.usefixtures("restored_calendar")]

EXTRACT = "individual-extract"
TIERED = next(slug for slug, entry in CATALOGUE.items() if entry.tiers)
USUAL = {tier.name: tier.working_days for tier in CATALOGUE[TIERED].tiers}


@pytest.fixture
def desk(service_client: Client) -> Signing:
    return Signing(service_client("consular"), HOME)


def ahead(days: int) -> date:
    return today() + timedelta(days=days)


def rule(**changes: Any) -> dict[str, Any]:
    named = {
        "promise_for": EXTRACT,
        "promise_days": "٢١",
        "valid_from": ahead(3).isoformat(),
        "law_source": "Circular 7",
        "certainty": "M",
    }
    return named | changes


def offered(client: ServiceClient, on: date, slug: str, mission: str = HOME) -> dict[str, Any]:
    offers = client.get(f"/transactions?mission={mission}&on={on.isoformat()}", officer()).get_json()
    return dict(next(offer for offer in offers if offer["slug"] == slug))


def days(client: ServiceClient, on: date, mission: str = HOME) -> Any:
    return offered(client, on, EXTRACT, mission)["working_days"]


def speeds(client: ServiceClient, on: date) -> dict[str, int]:
    return {tier["tier"]: tier["working_days"] for tier in offered(client, on, TIERED)["tiers"]}


def test_two_people_change_it_from_its_day_on_and_for_their_mission_alone(desk: Signing) -> None:
    usual = CATALOGUE[EXTRACT].working_days
    assert usual != 21 and days(desk.client, ahead(3)) == usual
    look = desk.look("promise_rule", rule()).get_json()["preview"]["promise"]
    assert look == {"promise_for": EXTRACT, "before": usual, "after": 21}
    made = desk.propose("promise_rule", rule()).get_json()["reference"]
    assert desk.decide(made, who=desk.head).get_json()["code"] == "own_proposal"
    assert days(desk.client, ahead(3)) == usual
    assert desk.decide(made).get_json()["state"] == "done"
    assert (days(desk.client, ahead(2)), days(desk.client, ahead(3))) == (usual, 21)
    assert days(desk.client, ahead(3), ELSEWHERE) == usual
    desk.signed("promise_rule", rule(promise_days="5", valid_from=ahead(9).isoformat()))
    assert (days(desk.client, ahead(8)), days(desk.client, ahead(9))) == (21, 5)


def test_the_promise_of_the_ordinary_speed_leaves_that_of_the_urgent_one(desk: Signing) -> None:
    desk.signed("promise_rule", rule(promise_for=f"{TIERED}:regular", promise_days="30"))
    assert speeds(desk.client, ahead(3)) == {"regular": 30, "urgent": USUAL["urgent"]}
    desk.signed("promise_rule", rule(promise_for=f"{TIERED}:urgent", promise_days="2"))
    assert speeds(desk.client, ahead(3)) == {"regular": 30, "urgent": 2}
    assert speeds(desk.client, ahead(2)) == USUAL


def test_a_promise_that_a_lawyer_has_to_look_at_is_listed(desk: Signing) -> None:
    desk.signed("promise_rule", rule(promise_for=f"{TIERED}:urgent", certainty="L"))
    listed = desk.client.get("/desk/parameters", desk.head).get_json()["promises"]
    assert (TIERED, "urgent", 21) in {(one["transaction"], one["tier"], one["working_days"]) for one in listed}


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"promise_for": ""}, {"promise_for": "choose"}),
        ({"promise_for": TIERED}, {"promise_for": "unknown_choice"}),
        ({"promise_for": f"{EXTRACT}:urgent"}, {"promise_for": "unknown_choice"}),
        ({"promise_for": "nothing"}, {"promise_for": "unknown_choice"}),
        ({"promise_days": "0"}, {"promise_days": "out_of_range"}),
        ({"promise_days": "401"}, {"promise_days": "out_of_range"}),
        ({"promise_days": ""}, {"promise_days": "required"}),
        ({"law_source": " "}, {"law_source": "required"}),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(desk: Signing, changes: dict[str, str], fault: dict[str, str]) -> None:
    answer = desk.propose("promise_rule", rule(**changes))
    assert (answer.status_code, answer.get_json()["errors"]) == (422, fault)
