"""Each verb of an application's life sends no more statements than its budget, which `make check` prints."""

from collections.abc import Callable

import pytest
from sqlalchemy import text

from deploy.dev.checks.statements import BUDGETS
from shared.database.db import Database
from tests.conftest import HOME, officer
from tests.factories.applications import Counter, good_answers
from tests.factories.environment.statement_meter import StatementMeter

RENEWAL = "passport-renewal"
MakeCounter = Callable[..., Counter]


@pytest.fixture(autouse=True)
def warm_service(counter: MakeCounter) -> None:
    """What a process asks once is asked before anything is counted."""
    counter().until("collected")


def test_a_draft_is_started(counter: MakeCounter, statements: StatementMeter) -> None:
    applicant = counter()
    with statements.within("start, consular alone"):
        answer = applicant.start(RENEWAL)
    assert answer.status_code == 201


def test_answers_are_saved(counter: MakeCounter, statements: StatementMeter) -> None:
    applicant = counter()
    applicant.start(RENEWAL)
    answers = good_answers(RENEWAL)
    with statements.within("save answers"):
        answer = applicant.save(answers)
    assert answer.status_code == 200


def test_an_application_is_submitted(counter: MakeCounter, statements: StatementMeter) -> None:
    applicant = counter()
    applicant.fill(RENEWAL)
    signed = applicant.registers.statements(applicant.person, RENEWAL)
    with statements.within("submit, consular alone"):
        answer = applicant.submit(signed)
    assert answer.status_code == 200
    assert applicant.read()["status"] == "awaiting_payment"


def test_a_fee_is_settled_in_cash(counter: MakeCounter, statements: StatementMeter) -> None:
    applicant = counter().until("awaiting_payment")
    owed = applicant.read()["quote"]
    applicant.open_till(officer("cashier"))
    with statements.within("settle in cash, consular alone"):
        answer = applicant.desk("cash", officer("cashier"), amount=owed["cash_total"], currency=owed["currency"])
    assert answer.status_code == 200
    assert applicant.read()["status"] == "in_review"


def test_an_application_is_accepted(counter: MakeCounter, statements: StatementMeter) -> None:
    applicant = counter().until("in_review")
    with statements.within("accept, consular alone"):
        answer = applicant.desk("accept")
    assert answer.status_code == 200
    assert applicant.read()["status"] == "with_authority"


def test_a_passport_is_collected(counter: MakeCounter, statements: StatementMeter) -> None:
    applicant = counter().until("ready")
    with statements.within("collect, consular alone"):
        answer = applicant.desk("collect", national_number=applicant.person.number)
    assert answer.status_code == 200
    assert applicant.read()["status"] == "collected"


def test_one_statement_too_many_is_noticed(
    statements: StatementMeter, database: Callable[[str], Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The meter itself: every statement counts, several rows of one call each, the mission's none."""
    monkeypatch.setitem(BUDGETS, "start", 3)
    row = "INSERT INTO command (mission, actor, key, digest, at) VALUES ('RUH', 'meter', :key, '', now())"
    with database("consular").scope(HOME) as session:
        with statements.within("start") as count:
            session.execute(text("SELECT 1"))
            session.execute(text(row), [{"key": "one"}, {"key": "two"}])
        assert len(count) == 3
        with pytest.raises(AssertionError, match="start: 4 statements, allowed 3"), statements.within("start"):
            for _ in range(4):
                session.execute(text("SELECT 1"))
        session.rollback()
