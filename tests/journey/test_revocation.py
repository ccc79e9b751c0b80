"""A document is revoked with a reason by two people, and whoever verifies it is told at once."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from deploy.demo.population import specimens
from shared.database.db import Database
from shared.documents.model import Document
from tests.conftest import HOME, officer
from tests.journey.conftest import Case, fresh_key

Begin = Callable[..., Case]
WHY = "صدر بناءً على حكم مزوّر"


@pytest.fixture
def extract(case: Begin) -> Case:
    mine = case(specimens.DAUGHTER, "birth-statement", None).draft()
    mine.submit()
    mine.pay_cash()
    mine.desk("accept")
    return mine


def proposed(case: Case, code: str, **changed: Any) -> Any:
    terms = {"document_code": code, "revocation_reason": WHY, **changed}
    body = {"kind": "revocation", "params": terms, "key": fresh_key()}
    return case.platform.clients["consular"].post("/desk/proposals", officer("head_of_mission", case.mission), body)


def decided(case: Case, reference: str, who: str = "officer") -> Any:
    body = {"verdict": "approve", "key": fresh_key()}
    answer = case.platform.clients["consular"].post(f"/desk/proposals/{reference}", officer(who, case.mission), body)
    case.platform.pump.drain()
    return answer


def status_of(case: Case, service: str, code: str) -> str:
    return str(case.platform.ask(service, "GET", f"/verify/{code}", case.me)["status"])


def test_an_extract_of_the_register_is_revoked_by_two_people(extract: Case) -> None:
    code = extract.serialise()["document"]["code"]
    made = proposed(extract, code.lower())
    assert made.status_code == 201, made.get_json()
    reference = made.get_json()["reference"]
    assert made.get_json()["params"]["revocation_reason"] == WHY
    assert status_of(extract, "civil_registry", code) == "valid"
    alone = decided(extract, reference, "head_of_mission")
    assert alone.get_json()["code"] == "own_proposal" and status_of(extract, "civil_registry", code) == "valid"
    assert decided(extract, reference).get_json()["state"] == "done"
    assert status_of(extract, "civil_registry", code) == "revoked"
    told = [(one["kind"], one["about"], one["params"]) for one in extract.serialise()["notices"]]
    assert told[0] == ("document_revoked", extract.reference, {"document": code})
    register = extract.platform.clients["civil_registry"]
    assert register.get(f"/documents/{code}.pdf", extract.me).get_json()["code"] == "document_revoked"


def test_the_missions_own_document_is_revoked_in_the_same_commit(
    case: Begin, database: Callable[[str], Database]
) -> None:
    mine = case(specimens.DAUGHTER, "birth-statement", None).draft()
    mine.submit()
    mine.pay_cash()
    with database("consular").scope(HOME) as session:
        code = session.scalars(select(Document.code).where(Document.about == mine.reference)).one()
    assert decided(mine, proposed(mine, code).get_json()["reference"]).status_code == 200
    assert status_of(mine, "consular", code) == "revoked"
    assert proposed(mine, code).get_json()["errors"] == {"document_code": "document_unknown"}


@pytest.mark.parametrize(
    ("changed", "errors"),
    [
        ({"document_code": "RUH-R7K3M"}, {"document_code": "code_malformed"}),
        ({"document_code": "RUH-IE-2026-000001"}, {"document_code": "number_not_code"}),
        ({"document_code": ""}, {"document_code": "required"}),
        ({"revocation_reason": " "}, {"revocation_reason": "required"}),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(extract: Case, changed: dict[str, str], errors: dict[str, str]) -> None:
    code = extract.serialise()["document"]["code"]
    assert proposed(extract, code, **changed).get_json()["errors"] == errors
