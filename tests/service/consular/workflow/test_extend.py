"""More time by decree: for whom, by whose two hands, and never for what is over."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from deploy.demo.days import today as home_today
from services.consular.approvals.model import Proposal
from services.consular.missions import today
from services.consular.notices.model import Notice
from services.consular.workflow import lapse
from shared.database.audit import event
from shared.database.db import Database
from shared.identity.actor import Actor, service
from tests.conftest import officer
from tests.factories.applications import Counter
from tests.factories.approvals import Signing
from tests.factories.concurrency import at_once
from tests.factories.payments import InMemoryProvider

pytestmark = pytest.mark.clock

PLACE = "YUL"


@pytest.fixture
def consular(database: Callable[[str], Database]) -> Database:
    return database("consular")


@pytest.fixture
def desk(counter: Callable[..., Counter]) -> Signing:
    return Signing(counter().client, PLACE)


def day(database: Database, days: int = 0) -> date:
    with database.scope(PLACE) as session:
        return today(session, PLACE) + timedelta(days=days)


def terms(database: Database, **changed: Any) -> dict[str, Any]:
    """A decree of today over everything that lapses within ten days."""
    return {
        "decree": "119/2026",
        "decreed_on": day(database).isoformat(),
        "ends_from": day(database).isoformat(),
        "ends_to": day(database, 9).isoformat(),
        "days": "15",
        "transactions": ["passport-renewal"],
        **changed,
    }


def test_every_waiting_application_gets_its_days_a_line_and_a_notice(
    counter: Callable[..., Counter], consular: Database, desk: Signing
) -> None:
    unpaid, other = counter(mission=PLACE).until("awaiting_payment"), counter(mission=PLACE)
    other.start("individual-extract")
    before = desk.look("extension", terms(consular)).get_json()["preview"]
    assert before["applications"] == sum(before["by_status"].values()) >= 1
    done = desk.signed("extension", terms(consular))
    assert (done["state"], done["result"]) == ("done", {"applications": before["applications"]})
    now = unpaid.read()
    assert now["lapses_on"] == day(consular, 24).isoformat()
    assert now["status"] == "awaiting_payment" and now["timeline"][-1]["code"] == "extended"
    assert now["timeline"][-1]["detail"]["decree"] == "119/2026"
    assert [told["kind"] for told in now["notices"]] == ["extended"]
    assert now["notices"][0]["params"] == {"day": now["lapses_on"], "days": 15}
    assert other.read()["lapses_on"] == day(consular, 9).isoformat(), "another transaction keeps its day"
    with consular.scope(PLACE) as session:
        wanted = select(func.count()).where(
            event.c.action == "applications.extended", event.c.about == done["reference"]
        )
        assert session.scalar(wanted) == 1


def test_what_has_lapsed_stays_lapsed(counter: Callable[..., Counter], consular: Database, desk: Signing) -> None:
    case = counter(mission=PLACE)
    case.start("passport-renewal")
    made = desk.propose("extension", terms(consular)).get_json()
    job = service("consular", PLACE)
    assert lapse.query_and_lapse(consular, job, InMemoryProvider(), case.reference, day(consular, 10))
    assert desk.decide(made["reference"]).status_code == 200
    assert (case.read()["status"], case.read()["lapses_on"]) == ("lapsed", None)


def test_nobody_signs_what_they_proposed(consular: Database, desk: Signing) -> None:
    reference = desk.propose("extension", terms(consular)).get_json()["reference"]
    for verdict in ("approve", "decline"):
        refused = desk.decide(reference, verdict, desk.head, reason="لا")
        assert (refused.status_code, refused.get_json()["code"]) == (422, "own_proposal")
    assert desk.read(reference)["state"] == "waiting"


def test_the_database_itself_wants_two_people(consular: Database, desk: Signing) -> None:
    reference = desk.propose("extension", terms(consular)).get_json()["reference"]
    with pytest.raises(IntegrityError, match="two_people"), consular.scope(PLACE) as session:
        forged = text("UPDATE proposal SET state = 'approved', approver = proposer WHERE reference = :reference")
        session.execute(forged, {"reference": reference})


def test_signed_twice_it_moves_days_once(counter: Callable[..., Counter], consular: Database, desk: Signing) -> None:
    case = counter(mission=PLACE)
    case.start("passport-renewal")
    reference = desk.propose("extension", terms(consular)).get_json()["reference"]
    answers = at_once([lambda: desk.decide(reference).status_code] * 4)
    assert sorted(map(str, answers)) == ["200", "409", "409", "409"]
    assert case.read()["lapses_on"] == day(consular, 24).isoformat()
    with consular.scope(PLACE) as session:
        assert session.scalar(select(func.count()).where(Notice.about == case.reference)) == 1


def test_proposed_twice_with_one_key_it_is_one_proposal(consular: Database, desk: Signing) -> None:
    first, second = (desk.propose("extension", terms(consular), key="once-only").get_json() for _ in range(2))
    assert first["reference"] == second["reference"]


def test_declined_needs_a_reason_and_ends_it(consular: Database, desk: Signing) -> None:
    reference = desk.propose("extension", terms(consular)).get_json()["reference"]
    for reason, code in (("  ", "required"), ("x" * 301, "too_long")):
        assert desk.decide(reference, "decline", reason=reason).get_json()["errors"] == {"decline_reason": code}
    assert desk.decide(reference, "decline", reason="القرار لا يشملنا").get_json()["state"] == "declined"
    assert desk.decide(reference).status_code == 409


def test_while_it_waits_the_figures_of_now_stand_beside_those_of_then(
    counter: Callable[..., Counter], consular: Database, desk: Signing
) -> None:
    made = desk.propose("extension", terms(consular)).get_json()
    counter(mission=PLACE).start("passport-renewal")
    shown = desk.read(made["reference"])
    assert shown["now"]["applications"] == shown["preview"]["applications"] + 1


@pytest.mark.parametrize(
    ("changed", "field", "code"),
    [
        ({"decree": " "}, "decree", "required"),
        ({"decreed_on": "2026-02-30"}, "decreed_on", "day_not_in_month"),
        ({"decreed_on": (home_today() + timedelta(days=9)).isoformat()}, "decreed_on", "in_the_future"),
        ({"days": "0"}, "days", "out_of_range"),
        ({"days": "91"}, "days", "out_of_range"),
        ({"days": "²"}, "days", "not_a_number"),
        ({"ends_to": "2020-01-01"}, "ends_to", "window_turned_round"),
        ({"transactions": ["driving"]}, "transactions", "unknown_choice"),
        ({"transactions": "passport-renewal"}, "transactions", "unknown_choice"),
    ],
)
def test_terms_that_make_no_sense(
    consular: Database, desk: Signing, changed: dict[str, Any], field: str, code: str
) -> None:
    refused = desk.propose("extension", terms(consular, **changed))
    assert (refused.status_code, refused.get_json()["errors"]) == (422, {field: code})


def test_an_unknown_kind_and_a_mistyped_reference(desk: Signing) -> None:
    assert desk.propose("amnesty", {}).get_json()["errors"] == {"kind": "unknown_choice"}
    assert desk.decide("YUL-XXXXX-XXXXX-X").status_code == 404


@pytest.mark.parametrize("role", ["clerk", "cashier", "auditor"])
def test_other_roles_neither_propose_nor_sign(consular: Database, desk: Signing, role: str) -> None:
    other = officer(role, PLACE)
    assert desk.propose("extension", terms(consular), other).status_code == 403
    reference = desk.propose("extension", terms(consular)).get_json()["reference"]
    assert desk.decide(reference, who=other).status_code == 403


def test_an_officer_signs_but_does_not_propose(consular: Database, desk: Signing) -> None:
    assert desk.propose("extension", terms(consular), desk.second).status_code == 403


def test_another_mission_sees_nothing_of_it(consular: Database, desk: Signing) -> None:
    reference = desk.propose("extension", terms(consular)).get_json()["reference"]
    stranger: Actor = officer("head_of_mission", "BER", "head-of-berlin")
    assert desk.decide(reference, who=stranger).status_code == 404
    assert reference not in str(desk.client.get("/desk/proposals", stranger).get_json())
    assert reference in str(desk.client.get("/desk/proposals", desk.second).get_json())
    with consular.scope(PLACE) as session:
        assert session.get_one(Proposal, reference).state == "waiting"
