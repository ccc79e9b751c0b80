"""Rows of a mission that two people sign for a day: not for a day that is over, and one of a thing for each day."""

from datetime import date, timedelta

import pytest

from deploy.demo.days import today
from tests.conftest import HOME
from tests.factories.approvals import Signing
from tests.factories.mandates import Client

pytestmark = [pytest.mark.clock, pytest.mark.usefixtures("restored_calendar")]

SIGNED = {"law_source": "Circular 7", "certainty": "M"}
RULES = {
    "photo_rule": {"photo_transaction": "passport-renewal", "photo_count": "4", **SIGNED},
    "promise_rule": {"promise_for": "individual-extract", "promise_days": "21", **SIGNED},
}
OTHER = {"photo_rule": {"photo_transaction": "passport-lost"}, "promise_rule": {"promise_for": "family-extract"}}


@pytest.fixture
def desk(service_client: Client) -> Signing:
    return Signing(service_client("consular"), HOME)


def rule(kind: str, day: date, **changes: str) -> dict[str, str]:
    return {**RULES[kind], "valid_from": day.isoformat(), **changes}


@pytest.mark.parametrize("kind", RULES)
def test_a_day_that_is_over_is_refused_beside_its_field(desk: Signing, kind: str) -> None:
    answer = desk.propose(kind, rule(kind, today() - timedelta(days=1)))
    assert (answer.status_code, answer.get_json()["errors"]) == (422, {"valid_from": "in_the_past"})
    assert desk.propose(kind, rule(kind, today())).status_code == 201


@pytest.mark.parametrize("kind", RULES)
def test_of_two_proposals_for_one_day_only_the_first_is_carried_out(desk: Signing, kind: str) -> None:
    day = today() + timedelta(days=3)
    waiting = [desk.propose(kind, rule(kind, day)).get_json()["reference"] for _ in range(2)]
    assert desk.decide(waiting[0]).get_json()["state"] == "done"
    assert desk.propose(kind, rule(kind, day)).get_json()["errors"] == {"valid_from": "rule_that_day"}
    late = desk.decide(waiting[1])
    assert (late.status_code, late.get_json()["code"]) == (409, "proposal_overtaken")
    assert desk.propose(kind, rule(kind, day + timedelta(days=1))).status_code == 201
    assert desk.propose(kind, rule(kind, day, **OTHER[kind])).status_code == 201
