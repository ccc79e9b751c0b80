"""How many printed photos a mission asks for, changed by two signatures: previewed, dated, for this mission alone."""

from datetime import date, timedelta
from typing import Any

import pytest

from deploy.demo.days import today
from services.consular.approvals.photo_rule import PHOTOGRAPHED
from tests.conftest import ELSEWHERE, HOME, ServiceClient, officer
from tests.factories.approvals import Signing
from tests.factories.mandates import Client

pytestmark = [pytest.mark.clock, pytest.mark.usefixtures("restored_calendar")]

RENEWAL, LOST = "passport-renewal", "passport-lost"


@pytest.fixture
def desk(service_client: Client) -> Signing:
    return Signing(service_client("consular"), HOME)


def ahead(days: int) -> date:
    return today() + timedelta(days=days)


def rule(**changes: Any) -> dict[str, Any]:
    named = {
        "photo_transaction": RENEWAL,
        "photo_count": "٤",
        "photo_width": "35",
        "photo_height": "45",
        "valid_from": ahead(3).isoformat(),
        "law_source": "Circular 7",
        "certainty": "M",
    }
    return named | changes


def asked(client: ServiceClient, on: date, mission: str = HOME, slug: str = RENEWAL) -> tuple[Any, ...]:
    offers = client.get(f"/transactions?mission={mission}&on={on.isoformat()}", officer()).get_json()
    photos = next(offer["photos"] for offer in offers if offer["slug"] == slug)
    return photos["count"], photos["width_mm"], photos["height_mm"]


def test_two_people_change_it_from_its_day_on_and_for_their_mission_alone(desk: Signing) -> None:
    before, elsewhere = asked(desk.client, ahead(3)), asked(desk.client, ahead(3), ELSEWHERE)
    assert before != (4, 35, 45)
    look = desk.look("photo_rule", rule()).get_json()["preview"]["photos"]
    assert [(one["transaction"], one["before"]["count"], one["after"]["count"]) for one in look] == [
        (RENEWAL, before[0], 4)
    ]
    made = desk.propose("photo_rule", rule()).get_json()["reference"]
    assert desk.decide(made, who=desk.head).get_json()["code"] == "own_proposal"
    assert asked(desk.client, ahead(3)) == before
    assert desk.decide(made).get_json()["state"] == "done"
    assert (asked(desk.client, ahead(2)), asked(desk.client, ahead(3))) == (before, (4, 35, 45))
    assert asked(desk.client, ahead(3), ELSEWHERE) == elsewhere
    desk.signed("photo_rule", rule(photo_count="5", photo_width="", photo_height="", valid_from=ahead(9).isoformat()))
    assert (asked(desk.client, ahead(8)), asked(desk.client, ahead(9))) == ((4, 35, 45), (5, None, None))


def test_a_rule_for_all_leaves_the_missions_own_rule_of_one_service(desk: Signing) -> None:
    desk.signed("photo_rule", rule(photo_transaction=LOST, photo_count="8"))
    everything = rule(photo_transaction="every", valid_from=ahead(4).isoformat())
    look = desk.look("photo_rule", everything).get_json()["preview"]["photos"]
    assert {one["transaction"] for one in look} == set(PHOTOGRAPHED) - {LOST}
    desk.signed("photo_rule", everything)
    assert (asked(desk.client, ahead(4))[0], asked(desk.client, ahead(4), slug=LOST)[0]) == (4, 8)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"photo_transaction": ""}, {"photo_transaction": "choose"}),
        ({"photo_transaction": "birth-registration"}, {"photo_transaction": "unknown_choice"}),
        ({"photo_count": "0"}, {"photo_count": "out_of_range"}),
        ({"photo_count": "21"}, {"photo_count": "out_of_range"}),
        ({"photo_width": ""}, {"photo_width": "photo_size_half"}),
        ({"photo_height": ""}, {"photo_height": "photo_size_half"}),
        ({"law_source": " "}, {"law_source": "required"}),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(desk: Signing, changes: dict[str, str], fault: dict[str, str]) -> None:
    answer = desk.propose("photo_rule", rule(**changes))
    assert (answer.status_code, answer.get_json()["errors"]) == (422, fault)
