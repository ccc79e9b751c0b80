"""Handing in: what the registers attested, whether the person may, whether all is there, and what it costs."""

import threading
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.consular.applications.model import Application
from services.consular.payments.orders.model import Order
from services.consular.people import snapshot
from shared.database.audit import event
from shared.database.db import Database
from shared.identity.crypto import Keys, create_keys
from tests.conftest import ELSEWHERE, HOME
from tests.factories.applications import Counter, Person, Registers, file_by_verbs
from tests.factories.uploads import PDF

pytestmark = pytest.mark.clock

At = Callable[..., Counter]
SLUG = "passport-renewal"


def refused(here: Counter, statements: list[str]) -> dict[str, Any]:
    answer = here.submit(statements)
    assert answer.status_code == 422
    assert here.read()["status"] == "draft"
    assert here.read()["quote"] is None
    return dict(answer.get_json())


def test_a_renewal_awaits_its_payment_with_a_frozen_quote(counter: At) -> None:
    here = counter()
    here.fill(SLUG)
    answer = here.submit()
    assert answer.status_code == 200, answer.get_json()
    assert answer.get_json() == {"reference": here.reference, "status": "awaiting_payment"}
    made = here.read()
    assert made["status"] == "awaiting_payment"
    assert (made["quote"]["total"], made["quote"]["currency"]) == (75_000, "SAR")
    assert made["quote"]["lines"][0]["tariff"] == {"amount": 20_000, "currency": "USD"}
    assert made["applicant"]["name"] == {"ar": "رشا سامر الحسين", "en": "Rasha Samer Alhussein"}
    assert made["allowed"] == ["pay", "withdraw", "hold_turn"]
    assert [line["code"] for line in made["timeline"]] == ["drafted", "submitted"]
    assert [line["by"] for line in made["timeline"]] == ["expatriate", "expatriate"]


def test_the_facts_are_pinned_to_the_application(session_for: Callable[..., Session], key_folder: Path) -> None:
    session, person = session_for("consular"), Person()
    made = file_by_verbs(session, key_folder, person, SLUG)
    assert made.facts == {"civil_registry": person.facts}
    applicant = snapshot.applicant_of(session, made.reference)
    assert applicant is not None
    assert (applicant.national_number, applicant.born.isoformat()) == (person.number, "1998-04-17")


def test_a_submission_leaves_events_without_personal_data(
    session_for: Callable[..., Session], key_folder: Path
) -> None:
    session, person = session_for("consular"), Person()
    made = file_by_verbs(session, key_folder, person, SLUG)
    rows = session.execute(select(event).where(event.c.about == made.reference)).all()
    actions = [row.action for row in rows]
    assert {"application.drafted", "application.answered", "paper.uploaded", "application.submitted"} <= set(actions)
    told = " ".join(str(row) for row in rows)
    assert person.number not in told
    assert "الحسين" not in told


def test_without_statements_nothing_is_submitted(counter: At) -> None:
    here = counter()
    here.fill(SLUG)
    problem = refused(here, [])
    assert (problem["code"], problem["params"]) == ("statement_missing", {"authority": "civil_registry"})


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"person": "another"}, "statement_of_another"),
        ({"slug": "individual-extract"}, "statement_of_another"),
        ({"seconds": -60}, "statement_missing"),
        ({"kind": "request"}, "statement_missing"),
        ({"register": "conscription"}, "statement_missing"),
        ({"register": "gateway"}, "statement_missing"),
        ({"facts": {}}, "statement_incomplete"),
        ({"facts": {"sex": "F", "born": "soon", "alive": True, "registered": True}}, "statement_incomplete"),
    ],
    ids=[
        "another person",
        "another purpose",
        "expired",
        "another use",
        "other register",
        "gateway",
        "empty",
        "no date",
    ],
)
def test_a_statement_must_be_for_this_person_purpose_and_moment(counter: At, change: dict[str, Any], code: str) -> None:
    here = counter()
    here.fill(SLUG)
    true = {"register": "civil_registry", "person": here.person.id, "slug": SLUG, "facts": here.person.facts}
    assert refused(here, [here.registers.statement(**{**true, **change})])["code"] == code


def test_a_statement_signed_with_a_strangers_key_is_worth_nothing(counter: At, tmp_path: Path) -> None:
    here = counter()
    here.fill(SLUG)
    create_keys(tmp_path, ["civil_registry"])
    forged = Registers(tmp_path).statement("civil_registry", here.person.id, SLUG, here.person.facts)
    assert refused(here, [forged])["code"] == "statement_missing"


def test_a_statement_altered_by_one_sign_is_worth_nothing(counter: At) -> None:
    here = counter()
    here.fill(SLUG)
    [true] = here.registers.statements(here.person, SLUG)
    head, claims, signature = true.split(".")
    altered = ".".join([head, claims[:-2] + ("A" if claims[-2] != "A" else "B") + claims[-1], signature])
    assert refused(here, [altered])["code"] == "statement_missing"


def test_a_statement_for_another_service_is_worth_nothing(counter: At, key_folder: Path) -> None:
    here = counter()
    here.fill(SLUG)
    claims = {"person": here.person.id, "purpose": SLUG, "facts": here.person.facts}
    elsewhere = Keys(key_folder, "civil_registry").sign("statement", "conscription", 300, claims)
    assert refused(here, [elsewhere])["code"] == "statement_missing"


@pytest.mark.parametrize("condition", ["alive", "registered"])
def test_who_may_not_apply_learns_the_reason_and_the_law(counter: At, condition: str) -> None:
    here = counter(person=Person(changes={condition: False}))
    here.fill(SLUG)
    problem = refused(here, here.registers.statements(here.person, SLUG))
    assert problem["code"] == "not_eligible"
    assert problem["params"]["reasons"] == [{"code": condition, "law": "Law 13/2021"}]


def test_all_that_is_missing_is_said_at_once(counter: At) -> None:
    here = counter()
    here.start(SLUG)
    here.save({"profession": "مهندس"})
    here.upload("photo")
    problem = refused(here, here.registers.statements(here.person, SLUG))
    assert problem["errors"]["passport_number"] == "required"
    assert problem["errors"]["old_passport"] == "paper_missing"
    assert problem["errors"]["identity"] == "paper_missing"
    assert not {"profession", "photo", "residence_permit"} & set(problem["errors"])


def test_answers_that_contradict_each_other_are_refused(counter: At) -> None:
    here = counter()
    here.fill(SLUG)
    here.save({"passport_issued_on": "2020-01-01", "passport_expires_on": "2019-01-01"})
    problem = refused(here, here.registers.statements(here.person, SLUG))
    assert problem["errors"] == {"passport_expires_on": "expires_before_issue"}


def test_the_same_key_submits_once_and_answers_alike(counter: At) -> None:
    here, key = counter(), uuid.uuid4().hex
    here.fill(SLUG)
    first, again = here.submit(key=key), here.submit(key=key)
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.get_json() == again.get_json()
    assert [line["code"] for line in here.read()["timeline"]] == ["drafted", "submitted"]


def test_submitting_twice_with_two_keys_conflicts(counter: At) -> None:
    here = counter()
    here.fill(SLUG)
    here.submit()
    answer = here.submit()
    assert (answer.status_code, answer.get_json()["code"]) == (409, "not_possible_now")
    assert answer.get_json()["params"] == {"status": "awaiting_payment"}


def test_a_double_click_opens_one_order(counter: At, database: Callable[[str], Database]) -> None:
    here = counter()
    here.fill(SLUG)
    barrier, codes = threading.Barrier(4, timeout=120), []
    statements = here.registers.statements(here.person, SLUG)

    def click() -> None:
        barrier.wait()
        codes.append(here.submit(statements).status_code)

    threads = [threading.Thread(target=click) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(codes) == [200, 409, 409, 409]
    with database("consular").scope(HOME) as session:
        assert session.scalar(select(func.count()).where(Order.application == here.reference)) == 1


def test_two_drafts_at_once_leave_one(counter: At, database: Callable[[str], Database]) -> None:
    here = counter()
    barrier, codes = threading.Barrier(4, timeout=120), []

    def click() -> None:
        barrier.wait()
        codes.append(here.start(SLUG).status_code)

    threads = [threading.Thread(target=click) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(codes) == [201, 409, 409, 409]
    with database("consular").scope(HOME) as session:
        assert session.scalar(select(func.count()).where(Application.person == here.person.id)) == 1


def test_a_submitted_application_is_closed_to_changes(counter: At) -> None:
    here = counter()
    here.fill(SLUG)
    here.submit()
    paper = here.read()["papers"][0]["id"]
    answers = [
        here.save({"profession": "x"}),
        here.upload("photo", PDF),
        here.ask_as_applicant("DELETE", f"/papers/{paper}"),
    ]
    assert [answer.status_code for answer in answers] == [409, 409, 409]


@pytest.mark.parametrize(
    "body",
    [
        {"key": "k"},
        {"key": "k", "statements": "x"},
        {"key": "k", "statements": ["x"] * 5},
        {"key": "k", "statements": [7]},
    ],
)
def test_malformed_submissions_name_the_field(counter: At, body: dict[str, object]) -> None:
    here = counter()
    here.fill(SLUG)
    answer = here.ask_as_applicant("POST", "/submit", body)
    assert (answer.status_code, list(answer.get_json()["errors"])) == (422, ["statements"])


def test_the_quote_is_in_the_coin_of_the_mission(counter: At) -> None:
    here = counter(mission=ELSEWHERE)
    here.fill("individual-extract")
    here.submit()
    assert here.read()["quote"]["currency"] == "EUR"
