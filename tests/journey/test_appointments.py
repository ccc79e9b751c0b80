"""A turn at the embassy, and the visit a passport needs, through every service."""

from collections.abc import Callable

import pytest

from deploy.demo.population import specimens
from shared.identity.actor import ANONYMOUS
from tests.conftest import HOME
from tests.journey.conftest import Case, fresh_key

pytestmark = pytest.mark.clock

SLUG = "embassy-queue-riyadh"
Begin = Callable[..., Case]


def free(mine: Case) -> list[str]:
    """Instants at which a seat is free; the last ones are far enough ahead to be moved."""
    shown = mine.consular("GET", f"/openings?mission={HOME}&service=passport", ANONYMOUS)
    return [each["starts_at"] for day in shown["days"] for each in day["times"] if each["remaining"]]


def appointment(mine: Case, verb: str, **sent: str) -> dict[str, object]:
    """One of the verbs about the turn of an application."""
    path = f"/applications/{mine.reference}/turn/{verb}"
    return dict(mine.consular("POST", path, json={"key": fresh_key(), **sent}))


def test_a_turn_is_booked_moved_and_kept(case: Begin) -> None:
    mine = case(specimens.ELDER, SLUG).draft()
    *_, near, far = free(mine)
    appointment(mine, "hold", starts_at=near)
    assert mine.submit()["status"] == "ready"
    assert appointment(mine, "move", starts_at=far)["status"] == "ready"
    code = mine.serialise()["document"]["code"]
    verified = mine.platform.ask("consular", "GET", f"/verify/{code}", ANONYMOUS)
    assert (verified["status"], verified["kind"]) == ("valid", "turn-slip")
    mine.come()
    assert mine.status == "collected"
    assert [step["code"] for step in mine.serialise()["timeline"]] == [
        "drafted",
        "turn_booked",
        "turn_moved",
        "attended",
    ]


def test_a_passport_waits_for_the_visit_of_its_applicant(case: Begin) -> None:
    mine = case(specimens.ELDER, "passport-renewal").draft()
    mine.submit()
    mine.pay_cash()
    appointment(mine, "hold", starts_at=free(mine)[-1])
    appointment(mine, "confirm")
    before = mine.serialise()
    assert (before["status"], before["turn"]["state"], before["visit"]["attended_at"]) == ("in_review", "booked", None)
    mine.come()
    assert mine.serialise()["turn"]["state"] == "attended"
    mine.desk("return", reason="photo_unsuitable", note="")
    mine.consular("POST", f"/applications/{mine.reference}/withdraw", json={"key": fresh_key()})
    assert mine.serialise()["slip"] is None
