"""An application is changed by what stands in the database, never by what was read before somebody else's change."""

from collections.abc import Callable

import pytest

from services.consular.applications import transitions
from services.consular.applications.model import Step
from services.consular.applications.rules import Status
from shared.database import pending
from shared.database.db import Database
from shared.errors import Conflict, NotFound
from tests.conftest import HOME, expatriate, officer
from tests.factories.applications import Counter
from tests.factories.refusals import refuses

At = Callable[..., Counter]


@pytest.fixture
def consular(database: Callable[[str], Database]) -> Database:
    return database("consular")


def test_a_second_caller_sees_what_the_first_has_changed(counter: At, consular: Database) -> None:
    case = counter().until("in_review")
    with consular.scope(HOME) as session:
        read = transitions.find(session, officer(), "desk.return", case.reference)
        assert read.status == "in_review"
        assert case.desk("return", reason="paper_missing").status_code == 200
        assert read.status == "in_review"
        locked = transitions.load_for_update(session, officer(), "desk.return", case.reference)
        assert (locked.status, read.status) == ("returned", "returned")
        with refuses("not_possible_now", Conflict) as refused:
            transitions.check_status(locked, "return")
        assert refused.value.params == {"status": "returned"}


def test_a_change_by_what_was_read_before_is_refused(counter: At, consular: Database) -> None:
    case = counter().until("in_review")
    with refuses("not_possible_now", Conflict) as refused, consular.scope(HOME) as session:
        stale = transitions.find(session, officer(), "desk.return", case.reference)
        assert case.desk("return", reason="paper_missing").status_code == 200
        transitions.transition(session, officer(), stale, Status.REFUSED, reason="identity_doubt")
    assert refused.value.params == {"status": "in_review"}
    assert case.read()["status"] == "returned"


def test_what_the_table_lacks_is_refused(counter: At, consular: Database) -> None:
    case = counter().until("in_review")
    with refuses("not_possible_now", Conflict), consular.scope(HOME) as session:
        found = transitions.load_for_update(session, officer(), "desk.return", case.reference)
        transitions.transition(session, officer(), found, Status.COLLECTED)
    assert case.read()["status"] == "in_review"


def test_a_step_says_who_did_what_why_and_from_where(counter: At, consular: Database) -> None:
    case = counter().until("in_review")
    with consular.scope(HOME) as session:
        found = transitions.load_for_update(session, officer(), "desk.return", case.reference)
        told = {"reason": "paper_missing", "note": "العقد", "detail": {"paper": "lease"}}
        transitions.transition(session, officer(), found, Status.RETURNED, **told)  # type: ignore[arg-type]
        pending.write(session)
        step = session.query(Step).filter_by(application=case.reference).order_by(Step.id.desc()).first()
        assert step is not None
        assert (step.code, step.source, step.target, step.mission) == ("returned", "in_review", "returned", HOME)
        assert (step.actor, step.role, step.person, step.capacity) == (officer().id, "officer", None, None)
        assert (step.reason, step.note, step.detail) == ("paper_missing", "العقد", {"paper": "lease"})


def test_a_draft_is_seen_by_its_person_alone(counter: At, consular: Database) -> None:
    case = counter()
    case.start("passport-renewal")
    with consular.scope(HOME) as session:
        mine = transitions.find(session, case.person.actor, "application.read", case.reference)
        assert mine.reference == case.reference
        for stranger in (officer(), expatriate()):
            with refuses("not_found", NotFound):
                transitions.find(session, stranger, "application.read", case.reference)
