"""The worker's daily job does each of its four tasks: what is due at a mission is done by the job itself."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import update

from deploy.dev.servers.postgres import Postgres
from deploy.platform.database.roles import DATABASE, connect_as_admin
from services.consular import worker
from services.consular.applications.model import Application
from services.consular.missions import today
from shared.database.db import Database
from shared.messaging.worker import Job
from shared.settings import Settings
from tests.conftest import officer
from tests.factories.applications import Counter
from tests.factories.applications.deadlines import notices, waiting
from tests.factories.approvals import Signing
from tests.factories.ministries.letters import letters_of

# What is suspended here stays so: no other test uses this mission.
SUSPENDING = "PRY"
At = Callable[..., Counter]


@pytest.fixture
def consular(database: Callable[[str], Database]) -> Database:
    return database("consular")


@pytest.fixture
def jobs(environment: Callable[[str], dict[str, str]], monkeypatch: pytest.MonkeyPatch) -> dict[str, Job]:
    """The worker's own list, with a provider that nobody runs."""
    for name, value in {**environment("consular"), "MAHJAR_PROVIDER_URL": "http://127.0.0.1:9"}.items():
        monkeypatch.setenv(name, value)
    return {job.name: job for job in worker.jobs(Settings.load("consular"))}


def set_last_day(database: Database, case: Counter, days: int) -> date:
    """Moves the last day of a waiting application to so many days from today at its mission."""
    with database.scope(case.mission) as session:
        day = today(session, case.mission) + timedelta(days=days)
        session.execute(update(Application).where(Application.reference == case.reference).values(lapses_on=day))
    return day


def test_what_the_worker_runs_and_how_often(jobs: dict[str, Job]) -> None:
    assert {name: job.every for name, job in jobs.items()} == {
        "booklets": 60.0,
        "payments": 30.0,
        "days": 60.0,
        "relocations": 60.0,
        "previews": 3600.0,
        "uploads": 60.0,
        "retention": 3600.0,
        "rates": 3600.0,
        "transfers": 30.0,
        "disputes": 600.0,
        "books": 900.0,
        "seats": 60.0,
    }


@pytest.mark.parametrize(
    ("days", "kinds"),
    [
        (6, []),
        (5, ["reminder_draft"]),
        (2, ["reminder_draft"]),
        (1, ["reminder_draft"]),
        (0, ["reminder_draft"]),
        (-1, ["lapsed"]),
    ],
)
def test_it_reminds_on_each_day_and_lapses_after_the_last(
    counter: At, consular: Database, jobs: dict[str, Job], days: int, kinds: list[str]
) -> None:
    case = waiting(counter, "draft")
    set_last_day(consular, case, days)
    before = notices(consular, case.reference)
    for _ in range(2):
        jobs["days"].run(consular)
    assert notices(consular, case.reference)[len(before) :] == kinds
    assert case.read()["status"] == ("lapsed" if days < 0 else "draft")


def test_it_cancels_what_a_signed_suspension_ends(counter: At, consular: Database, jobs: dict[str, Job]) -> None:
    case = waiting(counter, "draft", SUSPENDING)
    with consular.scope(SUSPENDING) as session:
        day = today(session, SUSPENDING)
    terms = {"transaction": "passport-renewal", "standing": "suspended", "valid_from": day.isoformat()}
    desk = Signing(case.client, SUSPENDING)
    signed = desk.signed("standing", {**terms, "law_source": "Circular 14"})
    jobs["days"].run(consular)
    assert (case.read()["status"], desk.read(signed["reference"])["state"]) == ("cancelled", "done")


def test_it_reminds_a_ministry_that_does_not_answer(
    counter: At, consular: Database, jobs: dict[str, Job], cluster: Postgres
) -> None:
    case = counter(mission="MCT").until("with_authority", "criminal-record")
    (letter,) = letters_of(case)
    with consular.scope("MCT") as session:
        day = today(session, "MCT")
    with connect_as_admin(cluster.admin_url, DATABASE) as connection:
        # The service itself never changes the day of a reminder.
        first = "UPDATE consular.reminder SET due_on = %s WHERE letter = %s AND step = 'first'"
        assert connection.execute(first, [day, letter["code"]]).rowcount == 1
    jobs["days"].run(consular)
    shown = case.client.get(f"/desk/cases/{case.reference}", officer(mission="MCT"))
    assert [step["code"] for step in shown.get_json()["timeline"]].count("letter_reminded") == 1
