"""Beginning an application and filling it, with everything people send that is not in order."""

import uuid
from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy.orm import Session

from services.consular.payments.tariffs import transaction_status
from services.consular.payments.tariffs.model import TransactionStatus
from services.consular.workflow import draft
from shared.errors import Conflict
from shared.identity.actor import ANONYMOUS, Actor
from tests.conftest import ELSEWHERE, HOME, officer
from tests.factories.applications import Counter, Person, good_answers
from tests.factories.refusals import refuses
from tests.factories.uploads import PNG

pytestmark = pytest.mark.clock

At = Callable[..., Counter]


def test_a_draft_has_a_reference_of_its_mission_and_may_be_filled(counter: At) -> None:
    here = counter()
    answer = here.start("passport-renewal")
    assert answer.status_code == 201
    assert answer.get_json() == {"reference": here.reference, "status": "draft"}
    made = here.read()
    assert made["reference"].startswith(f"{HOME}-")
    assert (made["status"], made["answers"], made["papers"], made["quote"]) == ("draft", {}, [], None)
    assert made["allowed"] == ["edit", "submit", "withdraw"]
    assert [line["code"] for line in made["timeline"]] == ["drafted"]


def test_the_mission_is_the_own_one_unless_named(counter: At) -> None:
    here = counter()
    body = {"transaction": "individual-extract", "key": uuid.uuid4().hex}
    here.reference = here.client.post("/applications", here.person.actor, body).get_json()["reference"]
    assert here.read()["mission"] == HOME


def test_an_unknown_transaction_is_not_found(counter: At) -> None:
    answer = counter().start("time-travel")
    assert (answer.status_code, answer.get_json()["code"]) == (404, "unknown_transaction")


def test_an_unknown_mission_is_not_found(counter: At) -> None:
    answer = counter(mission="XXX").start("passport-renewal")
    assert (answer.status_code, answer.get_json()["code"]) == (404, "mission_unknown")


def test_a_historical_transaction_is_not_opened(counter: At) -> None:
    answer = counter().start("cash-allowance")
    assert (answer.status_code, answer.get_json()["code"]) == (422, "transaction_not_active")
    assert answer.get_json()["params"]["status"] == "historical"


def test_a_suspended_transaction_is_not_opened(session_for: Callable[..., Session]) -> None:
    session = session_for("consular")
    session.add(
        TransactionStatus(
            id="suspended-here",
            transaction="passport-renewal",
            status="suspended",
            scope=HOME,
            valid_from=date(2026, 1, 1),
            source="circular",
            certainty="H",
            approver="test",
        )
    )
    session.flush()
    with refuses("transaction_not_active"):
        draft.start(session, Person().actor, "passport-renewal", HOME)
    transaction_status.check_active(session, "passport-renewal", ELSEWHERE)


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({}, "transaction", "required"),
        ({"transaction": "passport-renewal"}, "key", "required"),
        ({"transaction": "passport-renewal", "key": ""}, "key", "too_long"),
        ({"transaction": "passport-renewal", "key": "k" * 101}, "key", "too_long"),
        ({"transaction": 7, "key": "k"}, "transaction", "malformed"),
        ({"transaction": "passport-renewal", "key": "k", "mission": "riyadh"}, "mission", "mission_unknown"),
    ],
)
def test_malformed_requests_name_the_field(counter: At, body: dict[str, object], field: str, code: str) -> None:
    here = counter()
    answer = here.client.post("/applications", here.person.actor, body)
    assert (answer.status_code, answer.get_json()["errors"][field]) == (422, code)


def test_what_is_no_json_is_said_to_be_none(counter: At) -> None:
    here = counter()
    answer = here.client.ask("POST", "/applications", here.person.actor, data=b"{", content_type="application/json")
    assert (answer.status_code, answer.get_json()["code"]) == (422, "not_json")


def test_the_same_key_gives_the_same_draft(counter: At) -> None:
    here, key = counter(), uuid.uuid4().hex
    first = here.start("individual-extract", key).get_json()
    again = here.start("individual-extract", key)
    assert (again.status_code, again.get_json()["reference"]) == (201, first["reference"])
    listed = here.client.get("/applications", here.person.actor).get_json()
    assert [one["reference"] for one in listed] == [first["reference"]]


def test_the_same_key_with_another_content_conflicts(counter: At) -> None:
    here, key = counter(), uuid.uuid4().hex
    here.start("individual-extract", key)
    answer = here.start("passport-renewal", key)
    assert (answer.status_code, answer.get_json()["code"]) == (409, "key_used_for_another_request")


def test_the_same_key_of_another_person_is_another_key(counter: At) -> None:
    key = uuid.uuid4().hex
    first, second = counter(), counter()
    assert first.start("individual-extract", key).status_code == 201
    assert second.start("individual-extract", key).status_code == 201
    assert first.reference != second.reference


def test_a_second_open_renewal_names_the_first(counter: At) -> None:
    here = counter()
    here.start("passport-renewal")
    answer = here.start("passport-renewal")
    assert (answer.status_code, answer.get_json()["code"]) == (409, "already_open")
    assert answer.get_json()["params"]["reference"] == here.reference


def test_extracts_may_be_open_side_by_side(counter: At) -> None:
    here = counter()
    assert here.start("individual-extract").status_code == 201
    assert here.start("individual-extract").status_code == 201


def test_without_a_confirmed_identity_nothing_begins(session_for: Callable[..., Session]) -> None:
    nobody = Actor("expatriate", "account-new", "expatriate", HOME, None)
    with refuses("identity_not_confirmed"):
        draft.start(session_for("consular"), nobody, "passport-renewal", HOME)


@pytest.mark.parametrize("actor", [officer(), officer("cashier"), ANONYMOUS], ids=lambda actor: actor.role)
def test_only_applicants_begin_applications(counter: At, actor: Actor) -> None:
    body = {"transaction": "passport-renewal", "mission": HOME, "key": "k"}
    assert counter().client.post("/applications", actor, body).status_code == 403


def test_answers_come_step_by_step_and_are_cleaned(counter: At) -> None:
    here = counter()
    here.start("passport-renewal")
    here.save({"passport_number": "n ٠١٢٣٤٥٦٧٨", "profession": "  مهندس\u202e "})
    answers = here.save({"passport_issued_on": "2019-3-5", "mobile": "00966501234567"}).get_json()["answers"]
    assert answers == {
        "passport_number": "N012345678",
        "profession": "مهندس",
        "passport_issued_on": "2019-03-05",
        "mobile": "+966501234567",
    }


def test_a_hijri_date_keeps_what_was_typed_until_another_takes_its_place(counter: At) -> None:
    here = counter()
    here.start("passport-renewal")
    typed = {"passport_issued_on": "2018-09-11", "passport_issued_on@hijri": "1440-01-01"}
    assert here.save({"passport_issued_on": "١٤٤٠-١-١ AH"}).get_json()["answers"] == typed
    assert here.save({"profession": "x"}).get_json()["answers"] == typed | {"profession": "x"}
    assert here.save({"passport_issued_on": "2018-09-11"}).get_json()["answers"]["passport_issued_on"] == "2018-09-11"
    assert "passport_issued_on@hijri" not in here.save({"profession": None}).get_json()["answers"]
    here.save({"passport_issued_on": "1440-01-01 AH"})
    assert here.save({"passport_issued_on": ""}).get_json()["answers"] == {}


def test_a_blank_answer_clears_the_field(counter: At) -> None:
    here = counter()
    here.start("passport-renewal")
    here.save({"profession": "مهندس", "residence_city": "جدة"})
    assert here.save({"profession": " ", "residence_city": None}).get_json()["answers"] == {}


@pytest.mark.parametrize(
    ("question", "answer", "code"),
    [
        ("profession", "x" * 121, "too_long"),
        ("residence_address", "x" * 301, "too_long"),
        ("passport_issued_on", "2999-01-01", "out_of_range"),
        ("passport_issued_on", "2099-01-01", "in_the_future"),
        ("passport_issued_on", "5 March", "not_a_date"),
        ("passport_issued_on", "2019-02-30", "day_not_in_month"),
        ("renewal_reason", "bored", "unknown_choice"),
        ("latin_given_name", "رشا", "not_latin"),
        ("passport_number", "12", "passport_number"),
        ("mobile", "05012345", "phone"),
        ("profession", ["a", "list"], "malformed"),
        ("profession", {"a": "map"}, "malformed"),
        ("religion", "any", "unknown_question"),
    ],
)
def test_each_faulty_answer_has_its_code(counter: At, question: str, answer: object, code: str) -> None:
    here = counter()
    here.start("passport-renewal")
    refused = here.save({question: answer})
    assert (refused.status_code, refused.get_json()["errors"]) == (422, {question: code})
    assert here.read()["answers"] == {}


@pytest.mark.parametrize("body", [{}, {"answers": []}, {"answers": "all"}, {"answers": None}])
def test_answers_must_be_a_map(counter: At, body: dict[str, object]) -> None:
    here = counter()
    here.start("passport-renewal")
    answer = here.ask_as_applicant("PUT", "/answers", body)
    assert (answer.status_code, list(answer.get_json()["errors"])) == (422, ["answers"])


def test_another_persons_application_is_as_good_as_absent(counter: At) -> None:
    theirs, mine = counter(), counter()
    theirs.start("passport-renewal")
    paper = theirs.upload("photo", PNG, "image/png").get_json()["paper"]["id"]
    absent = mine.client.get("/applications/RUH-22222-22222-2", mine.person.actor)
    mine.reference = theirs.reference
    answers = [
        mine.ask_as_applicant("GET"),
        mine.ask_as_applicant("PUT", "/answers", {"answers": {"profession": "x"}}),
        mine.ask_as_applicant("DELETE", f"/papers/{paper}"),
        mine.upload("photo", PNG, "image/png"),
        mine.submit(statements=[]),
        mine.ask_as_applicant("POST", "/withdraw", {"key": "k"}),
        mine.client.get(f"/papers/{paper}", mine.person.actor),
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert {answer.get_data() for answer in answers} == {absent.get_data()}


def test_a_mistyped_reference_is_not_found(counter: At) -> None:
    here = counter()
    for reference in ("RUH", "RUH-AAAAA-AAAAA-A", "x' OR 1=1", "%00"):
        here.reference = reference
        assert here.ask_as_applicant("GET").status_code == 404


def test_people_see_all_their_applications_wherever_they_were_filed(counter: At) -> None:
    here = counter()
    here.start("passport-renewal")
    first = here.reference
    here.start("individual-extract", mission=ELSEWHERE)
    listed = here.client.get("/applications", here.person.actor).get_json()
    assert [row["reference"] for row in listed] == [here.reference, first]
    assert here.reference.startswith(ELSEWHERE)
    assert here.read()["mission"] == ELSEWHERE


def test_one_open_at_a_time_holds_at_the_database(session_for: Callable[..., Session]) -> None:
    session, person = session_for("consular"), Person()
    draft.start(session, person.actor, "passport-renewal", HOME)
    with refuses("already_open", Conflict):
        draft.start(session, person.actor, "passport-renewal", HOME)


def test_a_complete_form_passes_question_by_question(counter: At) -> None:
    here = counter()
    here.start("passport-renewal")
    for question, answer in good_answers("passport-renewal").items():
        assert here.save({question: answer}).status_code == 200
