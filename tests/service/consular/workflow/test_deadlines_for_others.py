"""Deadlines of a file that somebody keeps for another: whoever acts hears of them as well as whom it is for."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from deploy.demo.population import specimens
from services.consular.missions import today
from services.consular.notices.model import Notice
from services.consular.workflow import remind
from shared.database.db import Database
from shared.identity.actor import service
from tests.conftest import HOME
from tests.factories.approvals import Signing
from tests.factories.mandates import Acting, Client, claim_for, close_files

pytestmark = pytest.mark.clock


@pytest.fixture
def reference(service_client: Client, registers: int) -> str:
    """A father's draft for his son."""
    assert registers
    close_files(service_client, specimens.SON)
    made = Acting(service_client, specimens.FATHER).begin("passport-first", claim_for(specimens.SON, "guardian"))
    assert made.status_code == 201, made.get_json()
    return str(made.get_json()["reference"])


def notices_of(database: Database, reference: str) -> list[tuple[str, str]]:
    with database.scope(HOME) as session:
        rows = session.execute(select(Notice.kind, Notice.person).where(Notice.about == reference))
        return sorted((row.kind, row.person) for row in rows)


def test_both_are_reminded_once(database: Callable[[str], Database], reference: str) -> None:
    consular = database("consular")
    for _ in range(2):
        with consular.scope(HOME) as session:
            remind.remind(session, service("consular", HOME), today(session, HOME) + timedelta(days=9))
    people = sorted((specimens.SON.person, specimens.FATHER.person))
    assert notices_of(consular, reference) == [("reminder_draft", person) for person in people]


def test_both_hear_of_an_extension(database: Callable[[str], Database], service_client: Client, reference: str) -> None:
    consular = database("consular")
    with consular.scope(HOME) as session:
        day = today(session, HOME)
    terms = {
        "decree": "7/2026",
        "decreed_on": day.isoformat(),
        "ends_from": (day + timedelta(days=9)).isoformat(),
        "ends_to": (day + timedelta(days=9)).isoformat(),
        "days": "5",
        "transactions": ["passport-first"],
    }
    Signing(service_client("consular"), HOME).signed("extension", terms)
    people = sorted((specimens.SON.person, specimens.FATHER.person))
    assert notices_of(consular, reference) == [("extended", person) for person in people]
