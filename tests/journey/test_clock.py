"""Time runs through the whole platform: a booking becomes a paper, an assessment lapses, a stop outruns a decision."""

import io
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from deploy.demo.population import specimens
from deploy.demo.scenarios.answers import answers, required_uploads, scan
from deploy.dev.servers.postgres import Postgres
from deploy.platform.database.roles import DATABASE, connect_as_admin
from services.consular.missions import today
from services.consular.workflow import lapse, suspend
from shared.database.db import Database
from shared.identity.actor import service
from tests.conftest import HOME, officer
from tests.factories.approvals import Signing
from tests.factories.payments import InMemoryProvider
from tests.journey.conftest import Case, Platform, fresh_key

pytestmark = pytest.mark.clock

Begin = Callable[..., Case]
JOB = service("consular", HOME)
HEAD = officer("head_of_mission", HOME, "head-1")
SLUG = "individual-extract"


@pytest.fixture
def consular(database: Callable[[str], Database]) -> Database:
    return database("consular")


@pytest.fixture
def resumed(cluster: Postgres) -> Iterator[None]:
    """What a test suspends goes on for the others."""
    yield
    with connect_as_admin(cluster.admin_url, DATABASE) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("DELETE FROM consular.standing WHERE scope = 'RUH' AND approver = 'officer-2'")


def phase(platform: Platform, consular: Database) -> str:
    with consular.scope(HOME) as session:
        day = today(session, HOME)
    terms = {
        "window_from": day.isoformat(),
        "window_to": (day + timedelta(days=9)).isoformat(),
        "lead_days": "5",
        "law_source": "Circular 3",
    }
    made = platform.ask("consular", "POST", "/desk/bookings/phases", HEAD, json={"terms": terms, "key": fresh_key()})
    return str(made["reference"])


def import_bookings(platform: Platform, consular: Database, lines: str) -> None:
    content = f"reference,national_number,given_name,transaction,booked_for\n{lines}".encode()
    how: dict[str, Any] = {
        "query_string": {"phase": phase(platform, consular), "filename": "old.csv"},
        "input_stream": io.BytesIO(content),
        "headers": {"Content-Type": "text/csv", "Content-Length": str(len(content))},
    }
    made = platform.ask("consular", "POST", "/desk/bookings/imports", HEAD, **how)
    assert made["good"] == 1, made
    platform.ask("consular", "POST", f"/desk/bookings/imports/{made['reference']}", HEAD, json={"verdict": "keep"})


def test_an_older_booking_ends_as_a_paper_in_hand(case: Begin, platform: Platform, consular: Database) -> None:
    person, reference = specimens.FATHER, f"OLD-{uuid.uuid4().hex[:8]}".upper()
    with consular.scope(HOME) as session:
        booked = (today(session, HOME) + timedelta(days=40)).isoformat()
    import_bookings(platform, consular, f"{reference},{person.national_number},{person.given_name},{SLUG},{booked}")
    mine = case(person, SLUG)
    asked = {"purpose": SLUG, "holder": None}
    statement = platform.ask("civil_registry", "POST", "/statements", mine.me, json=asked)["statement"]
    claimed = {"reference": reference, "transaction": SLUG, "statements": [statement], "key": fresh_key()}
    mine.reference = mine.consular("POST", "/bookings/claim", json=claimed)["reference"]
    mine.consular("PUT", f"/applications/{mine.reference}/answers", json={"answers": answers(SLUG, person, None)})
    for place, paper in enumerate(required_uploads(SLUG)):
        path = f"/applications/{mine.reference}/papers?name={paper.name}&filename=scan.jpg"
        mine.consular("POST", path, data=scan(place), headers={"Content-Type": "image/jpeg"})
    mine.submit()
    mine.pay_cash()
    mine.desk("accept")
    assert (mine.status, mine.serialise()["booked_for"]) == ("ready", booked)
    assert "ready" in [told["kind"] for told in mine.consular("GET", "/notices")]


def test_a_stop_outruns_the_authoritys_decision(
    case: Begin, platform: Platform, consular: Database, resumed: None
) -> None:
    assert resumed is None
    mine = case(specimens.WOMAN, "family-extract").draft()
    mine.submit()
    mine.pay_cash()
    # Accepted, and the letter to the register has not left yet.
    accepted = {"key": fresh_key()}
    platform.ask("consular", "POST", f"/desk/cases/{mine.reference}/accept", officer("officer", HOME), json=accepted)
    with consular.scope(HOME) as session:
        day = today(session, HOME)
    terms = {
        "transaction": "family-extract",
        "standing": "suspended",
        "valid_from": day.isoformat(),
        "law_source": "Circular 14",
    }
    signed = Signing(platform.clients["consular"], HOME).signed("standing", terms)
    suspend.close(consular, JOB, InMemoryProvider(), signed["reference"])
    assert mine.status == "cancelled"
    platform.pump.drain()
    now = mine.serialise()
    assert (now["status"], now["document"]) == ("cancelled", None)
    assert [owed["amount"] for owed in now["refunds"]] == [now["quote"]["total"]]


def test_what_was_sent_and_not_paid_lapses_with_its_price(case: Begin, consular: Database) -> None:
    mine = case(specimens.FATHER, "marriage-statement").draft()
    assert mine.submit()["status"] == "awaiting_payment"
    with consular.scope(HOME) as session:
        eleventh = today(session, HOME) + timedelta(days=10)
    assert lapse.query_and_lapse(consular, JOB, InMemoryProvider(), mine.reference, eleventh)
    now = mine.serialise()
    assert (now["status"], now["quote"]["state"], now["on_withdrawal"]) == ("lapsed", "cancelled", None)
    again = case(specimens.FATHER, "marriage-statement").draft()
    assert again.status == "draft", "a lapsed one keeps nobody from beginning anew"
    again.consular("POST", f"/applications/{again.reference}/withdraw", json={"key": fresh_key()})
