"""A promised day that passes escalates itself once; the proof that an application is pending is its holder's alone."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from services.consular import missions
from services.consular.applications.model import Application
from services.consular.notices.model import Notice
from services.consular.workflow.promises import overdue, pending_proof
from shared.catalogue import TRANSACTIONS
from shared.catalogue.pending_proof import may_be_proven
from shared.database.db import Database
from shared.documents.model import Document
from shared.identity.actor import ANONYMOUS, service
from tests.conftest import expatriate, officer
from tests.factories.applications import Counter
from tests.factories.inquiries import status_of

pytestmark = pytest.mark.clock
Begin = Callable[..., Counter]
MISSION = "MCT"
JOB = service("consular", MISSION)


@pytest.fixture
def consular(database: Callable[[str], Database]) -> Database:
    return database("consular")


@pytest.fixture
def pending(counter: Begin) -> Counter:
    return counter(mission=MISSION).until("in_review")


def escalate(consular: Database) -> int:
    with consular.scope(MISSION) as session:
        return overdue.escalate_mission(session, JOB, missions.today(session, MISSION))


def promise(consular: Database, case: Counter, days: int) -> None:
    with consular.scope(MISSION) as session:
        day = missions.today(session, MISSION) + timedelta(days=days)
        session.execute(update(Application).where(Application.reference == case.reference).values(due_on=day))


def proof(case: Counter, verb: str = "", who: Any = None) -> Any:
    path = f"/applications/{case.reference}/pending-proof{verb}"
    return case.client.post(path, who or case.person.actor, {})


def test_a_missed_day_is_escalated_once_and_the_mark_goes_when_the_file_moves(
    pending: Counter, consular: Database
) -> None:
    promise(consular, pending, 0)
    escalate(consular)
    assert "promise_missed" not in [step["code"] for step in pending.read()["timeline"]]
    promise(consular, pending, -1)
    escalate(consular)
    assert escalate(consular) == 0
    case = f"/desk/cases/{pending.reference}"
    shown = pending.client.get(case, officer(mission=MISSION)).get_json()
    assert shown["exception"] == "promise_missed"
    assert [step["code"] for step in shown["timeline"]].count("promise_missed") == 1
    with consular.scope(MISSION) as session:
        kinds = session.scalars(select(Notice.kind).where(Notice.about == pending.reference)).all()
    assert kinds.count("promise_missed") == 1
    assert pending.desk("accept").status_code == 200
    assert pending.client.get(case, officer(mission=MISSION)).get_json()["exception"] is None


def test_the_proof_names_no_service_and_no_reference(pending: Counter, consular: Database) -> None:
    made = proof(pending)
    assert made.status_code == 201, made.get_json()
    code = made.get_json()["code"]
    assert proof(pending).get_json()["code"] == code
    verified = pending.client.get(f"/verify/{code}", ANONYMOUS).get_json()
    assert (verified["status"], verified["kind"]) == ("valid", "pending-proof")
    assert verified["holder"]
    with consular.scope(MISSION) as session:
        data = session.get_one(Document, code).data
    assert set(data) == {"holder", "since", "zone", "print"}
    for told in (str(verified), str(data)):
        assert pending.reference not in told
        assert "passport" not in told.replace("passport-page", "")


def test_the_holder_revokes_it_and_whoever_looks_sees_so(pending: Counter) -> None:
    code = proof(pending).get_json()["code"]
    assert proof(pending, "/revoke").status_code == 200
    assert pending.client.get(f"/verify/{code}", ANONYMOUS).get_json()["status"] == "revoked"
    assert status_of(proof(pending, "/revoke")) == (409, "no_proof")
    assert proof(pending).get_json()["code"] != code


def test_it_ends_with_the_application(pending: Counter, consular: Database) -> None:
    code = proof(pending).get_json()["code"]
    with consular.scope(MISSION) as session:
        closed = update(Application).where(Application.reference == pending.reference).values(status="withdrawn")
        session.execute(closed)
        day = missions.today(session, MISSION)
        assert pending_proof.end_mission(session, JOB, day) == 1
        assert pending_proof.end_mission(session, JOB, day) == 0
    assert pending.client.get(f"/verify/{code}", ANONYMOUS).get_json()["status"] == "revoked"


def test_nobody_else_makes_one(pending: Counter) -> None:
    assert proof(pending, who=expatriate(mission=MISSION)).status_code == 404
    for role in ("clerk", "officer", "head_of_mission"):
        assert proof(pending, who=officer(role, MISSION)).status_code == 403


def test_there_is_none_before_it_is_sent_and_none_of_a_criminal_record(counter: Begin) -> None:
    draft = counter(mission=MISSION)
    draft.start("passport-renewal")
    assert status_of(proof(draft)) == (409, "nothing_pending")
    record = counter(mission=MISSION).until("in_review", "criminal-record")
    assert status_of(proof(record)) == (422, "no_proof_of_this")


def test_conscription_and_criminal_records_are_never_proven() -> None:
    assert {entry.slug for entry in TRANSACTIONS if not may_be_proven(entry)} == {
        "criminal-record",
        "cash-allowance",
        "reserve-cash-allowance",
        "missed-service-allowance",
        "residence-deferral",
        "residence-deferral-renewal",
        "visit-facilitation",
    }
