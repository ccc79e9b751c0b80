"""The ladder of an unanswered letter: each step once and on its day, and nothing more once somebody has answered."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from services.consular.ministries import escalate
from services.consular.ministries.model import Reminder
from shared.database.db import Database
from shared.documents.model import Document
from shared.identity.actor import service
from tests.conftest import HOME, officer
from tests.factories.applications import Counter
from tests.factories.ministries.letters import answer, letters_of, reply

pytestmark = pytest.mark.clock

At = Callable[..., Counter]
JOB = service("consular", HOME)
MISSION = "MCT"


@pytest.fixture
def sent(counter: At) -> Counter:
    """A letter on its way from a mission where nothing else is."""
    return counter(mission=MISSION).until("with_authority", "criminal-record")


def reminder_steps(database: Database, code: str) -> dict[str, Reminder]:
    with database.scope(MISSION) as session:
        return {one.step: one for one in session.scalars(select(Reminder).where(Reminder.letter == code))}


def run(database: Database, day: date) -> int:
    noon = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
    return escalate.remind_due(database, JOB, noon)


def test_each_step_is_done_once_and_on_its_day(sent: Counter, database: Callable[[str], Database]) -> None:
    consular = database("consular")
    (letter,) = letters_of(sent)
    steps = reminder_steps(consular, letter["code"])
    assert date.fromisoformat(letter["reply_by"]) < steps["first"].due_on < steps["second"].due_on
    assert run(consular, steps["first"].due_on - timedelta(days=1)) == 0
    assert [run(consular, steps["first"].due_on) for _ in range(2)] == [1, 0]
    assert run(consular, steps["second"].due_on) == 1
    assert sent.client.get("/desk/queue", officer(mission=MISSION)).get_json()["counts"]["exceptions"] == 0
    assert run(consular, steps["escalation"].due_on) == 1
    done = reminder_steps(consular, letter["code"])
    assert all(step.done_at for step in done.values())
    with consular.scope(MISSION) as session:
        papers = session.scalars(select(Document).where(Document.kind == "ministry-reminder")).all()
    assert sorted(paper.number for paper in papers) == [f"{letter['number']}/{n}" for n in (1, 2)]
    shown = sent.client.get(f"/desk/cases/{sent.reference}", officer(mission=MISSION)).get_json()
    assert shown["exception"] == "letter_overdue"
    assert [step["code"] for step in shown["timeline"]].count("letter_reminded") == 2
    assert answer(sent, letter["code"], reply("clear", sent.person.number)).status_code == 200
    shown = sent.client.get(f"/desk/cases/{sent.reference}", officer(mission=MISSION)).get_json()
    assert (shown["status"], shown["exception"]) == ("ready", None)


def test_after_a_long_pause_one_reminder_is_sent_and_not_two(
    sent: Counter, database: Callable[[str], Database]
) -> None:
    consular = database("consular")
    (letter,) = letters_of(sent)
    assert run(consular, reminder_steps(consular, letter["code"])["escalation"].due_on) == 3
    done = reminder_steps(consular, letter["code"])
    assert (done["first"].document, bool(done["second"].document)) == (None, True)
    answer(sent, letter["code"], reply("clear", sent.person.number))


def test_nobody_is_reminded_of_what_is_answered(sent: Counter, database: Callable[[str], Database]) -> None:
    consular = database("consular")
    (letter,) = letters_of(sent)
    answer(sent, letter["code"], reply("clear", sent.person.number))
    assert run(consular, reminder_steps(consular, letter["code"])["escalation"].due_on) == 0
