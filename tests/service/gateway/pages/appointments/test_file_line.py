"""The line of complete files on the pages: its owner's place and expected day, and the line that everybody reads."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, update

from deploy.demo import days as riyadh
from deploy.demo.population import specimens
from deploy.dev.servers.postgres import Postgres
from deploy.platform.database.roles import DATABASE, connect_as_admin
from services.consular.applications.model import Application
from services.consular.appointments.waiting_list.model import WaitingEntry
from services.consular.missions import today
from services.consular.workflow.seats.files import line_up
from shared.database.db import Database
from tests.conftest import HOME
from tests.factories.draws import WORKER
from tests.factories.gateway import Gateway
from tests.factories.gateway.forms import begin, fill, send

SLUG = "passport-renewal"
PEOPLE = {"ar": specimens.ELDER, "en": specimens.BORN_ABROAD}
WORDS = {"ar": ("دور الملفات المكتملة", "المتوقع"), "en": ("The line of complete files", "Expected on")}


@pytest.fixture(autouse=True)
def by_file(cluster: Postgres) -> Iterator[None]:
    """Riyadh gives its times to complete files."""
    rule = "'test', 'RUH', NULL, 'file', '10:00', 60, 48, 8, 1, 4, 5, true, '2024-01-02', 'test', 'L', 'test'"
    with connect_as_admin(cluster.admin_url, DATABASE) as connection:
        connection.execute(f"INSERT INTO consular.seat_rule SELECT {rule}")
    yield
    with connect_as_admin(cluster.admin_url, DATABASE) as connection:
        connection.execute("SET session_replication_role = replica")
        for table in ("reserved_seat", "waiting_entry"):
            connection.execute(f"DELETE FROM consular.{table}")  # noqa: S608
        connection.execute("SET session_replication_role = DEFAULT")
        connection.execute("DELETE FROM consular.seat_rule WHERE approver = 'test'")


@pytest.mark.parametrize("language", ("ar", "en"))
def test_its_owner_sees_the_place_and_everybody_the_line(
    gateway: Gateway, database: Callable[[str], Database], language: str
) -> None:
    me, consular = gateway.visitor(person=PEOPLE[language]), database("consular")
    reference = begin(me, SLUG, language)
    fill(me, SLUG, reference, language)
    send(me, reference, language)
    page = f"/{language}/applications/{reference}/chances"
    assert WORDS[language][1] not in me.get(page).text
    refused = me.submit(f"{page}/join", page, key="early", **_days())
    assert refused.status_code == 422
    with consular.scope(HOME) as session:
        paid = {"status": "in_review", "paid_at": datetime.now(UTC)}
        session.execute(update(Application).where(Application.reference == reference).values(paid))
    with consular.scope(HOME) as session:
        line_up(session, WORKER, today(session, HOME))
        code = session.scalar(select(WaitingEntry.code).where(WaitingEntry.application == reference))
    shown = me.get(page).text
    assert all(words in shown for words in WORDS[language]) and str(code) in shown
    public = gateway.browser().get(f"/{language}/draws?mission=RUH").text
    assert 'id="line-passport"' in public and str(code) in public and reference not in public
    with consular.scope(HOME) as session:
        session.execute(update(Application).where(Application.reference == reference).values(status="withdrawn"))


def _days() -> dict[str, str]:
    days, parts = {"from_day": days_from_now(1), "to_day": days_from_now(40)}, ("day", "month", "year")
    return {f"{name}-{part}": str(getattr(day, part)) for name, day in days.items() for part in parts}


def days_from_now(count: int) -> date:
    return riyadh.today() + timedelta(days=count)
