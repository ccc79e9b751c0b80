"""The papers of the civil register from the first answer to the paper in hand: one's own, and a relative's."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from deploy.demo.population import specimens
from deploy.demo.population.specimens import Specimen
from services.civil_registry import extract
from services.civil_registry.contents import contents
from services.civil_registry.model import Person, Request
from shared.database.db import Database
from tests.conftest import HOME, expatriate
from tests.journey.conftest import Case, Platform

Begin = Callable[..., Case]
# Who asks, for which paper, of whose entry.
HAPPY = [
    (specimens.MOTHER, "family-extract", None),
    (specimens.SON, "family-extract", specimens.FATHER),
    (specimens.ELDER, "family-extract", specimens.DECEASED),
    (specimens.WOMAN, "family-extract", None),
    (specimens.DAUGHTER, "birth-statement", None),
    (specimens.FATHER, "birth-statement", specimens.SON),
    (specimens.SON, "birth-statement", specimens.DAUGHTER),
    (specimens.DAUGHTER, "birth-statement", specimens.MOTHER),
    (specimens.ELDER, "death-statement", specimens.DECEASED),
    (specimens.MOTHER, "marriage-statement", None),
    (specimens.DAUGHTER, "marriage-statement", specimens.FATHER),
    (specimens.ELDER, "marriage-statement", specimens.DECEASED),
    (specimens.DIVORCED, "divorce-statement", None),
]
# What the register lacks on the entry of the first for the second, and what it says then.
LACKING = [
    (specimens.FATHER, "death-statement", specimens.MOTHER, "death_not_registered"),
    (specimens.WOMAN, "marriage-statement", None, "marriage_not_registered"),
    (specimens.MOTHER, "divorce-statement", specimens.FATHER, "divorce_not_registered"),
    (specimens.DIVORCED, "divorce-statement", specimens.FORMER_HUSBAND, "kin_not_found"),
]
NAMES = ["asking", "slug", "relative"]


def ids(value: object) -> str | None:
    return value.key if isinstance(value, Specimen) else None


@pytest.mark.parametrize(NAMES, HAPPY, ids=ids)
def test_the_paper_is_drawn_and_belongs_to_who_asked(
    case: Begin, asking: Specimen, slug: str, relative: Specimen | None
) -> None:
    mine = case(asking, slug, relative).draft()
    assert mine.submit()["status"] == "awaiting_payment"
    mine.pay_cash()
    mine.desk("accept")
    shown = mine.serialise()
    assert (shown["status"], shown["document"]["owner"]) == ("ready", "civil_registry")
    code = shown["document"]["code"]
    told = mine.platform.ask("civil_registry", "GET", f"/verify/{code}", mine.me)
    assert mine.search_leads_to(told["number"])
    holder = relative or asking
    assert (told["status"], told["kind"]) == ("valid", slug)
    assert told["holder"] == f"{holder.given_name} {holder.father_name} {holder.family_name}"
    register = mine.platform.clients["civil_registry"]
    assert register.get(f"/documents/{code}.pdf", mine.me).data.startswith(b"%PDF-")
    assert register.get(f"/documents/{code}.pdf", expatriate(specimens.STUDENT.person)).status_code == 404


@pytest.mark.parametrize(NAMES, [row for row in HAPPY if row[2]], ids=ids)
def test_no_number_and_no_name_travel_by_message(case: Begin, asking: Specimen, slug: str, relative: Specimen) -> None:
    mine = case(asking, slug, relative).draft()
    mine.submit()
    mine.pay_cash()
    mine.desk("accept")
    said = b"".join(letter.raw for letter in mine.platform.pump.post.said if mine.reference.encode() in letter.raw)
    assert relative.person.encode() in said and asking.person.encode() in said
    for secret in (relative.national_number, relative.given_name, asking.national_number):
        assert secret.encode() not in said


@pytest.mark.parametrize(NAMES, HAPPY, ids=ids)
def test_a_register_that_contradicts_itself_goes_to_a_registrar(
    case: Begin,
    database: Callable[[str], Database],
    monkeypatch: pytest.MonkeyPatch,
    asking: Specimen,
    slug: str,
    relative: Specimen | None,
) -> None:
    def torn(*_: object) -> tuple[dict[str, Any], list[str]]:
        return {}, ["birth_date"]

    mine = case(asking, slug, relative).draft()
    mine.submit()
    mine.pay_cash()
    with monkeypatch.context() as patched:
        patched.setitem(contents.CONTENTS, slug, torn)
        mine.desk("accept")
    shown = mine.serialise()
    assert (shown["status"], shown["timeline"][-1]["reason"]) == ("returned", "register_mismatch")
    with database("civil_registry").scope(HOME) as session:
        kept = session.scalars(select(Request).where(Request.application == mine.reference)).one()
        assert (kept.state, kept.findings, kept.outcome) == ("mismatch", ["birth_date"], "returned")
        assert str(kept.person) == (relative or asking).person
    # Corrected meanwhile: nothing to answer anew, nothing to pay again.
    assert mine.submit()["status"] == "in_review"
    mine.desk("accept")
    assert mine.status == "ready"


def refusal(mine: Case) -> tuple[int, dict[str, Any]]:
    """What the register says to who may not, or cannot, have the paper."""
    answer = mine.platform.refused("civil_registry", "POST", "/statements", mine.me, json=mine.asked())
    return answer.status_code, answer.get_json()


@pytest.mark.parametrize([*NAMES, "code"], LACKING, ids=ids)
def test_what_is_not_registered_is_refused_before_anything_is_paid(
    case: Begin, asking: Specimen, slug: str, relative: Specimen | None, code: str
) -> None:
    mine = case(asking, slug, relative).draft()
    status, problem = refusal(mine)
    assert (status, problem["code"]) == (422, code)
    assert mine.status == "draft"


@pytest.mark.parametrize("slug", sorted({row[1] for row in HAPPY}))
def test_a_stranger_an_unknown_number_and_a_wrong_name_are_answered_alike(platform: Platform, slug: str) -> None:
    me = expatriate(specimens.STUDENT.person)
    someone = {"national_number": specimens.DECEASED.national_number, "given_name": specimens.DECEASED.given_name}
    tries = [someone, {**someone, "national_number": "13999999999"}, {**someone, "given_name": "زيد"}]
    answers = [
        platform.refused("civil_registry", "POST", "/statements", me, json={"purpose": slug, "holder": named})
        for named in tries
    ]
    assert {answer.get_data() for answer in answers} == {answers[0].get_data()}
    assert answers[0].get_json()["code"] == "kin_not_found"


@pytest.mark.parametrize("slug", sorted({row[1] for row in HAPPY}))
def test_a_statement_about_one_relative_serves_no_other(case: Begin, slug: str) -> None:
    # Before anybody is asked whether a relative has such an event.
    asking, relative = (specimens.ELDER, specimens.DECEASED)
    mine = case(asking, slug, relative).draft()
    plain = mine.platform.ask("civil_registry", "POST", "/statements", mine.me, json={"purpose": slug})
    path = f"/applications/{mine.reference}/submit"
    sent = {"statements": [plain["statement"]], "key": f"plain {mine.reference}"}
    answer = mine.platform.refused("consular", "POST", path, mine.me, json=sent)
    assert answer.get_json()["code"] == "statement_of_another"


@pytest.mark.parametrize(NAMES, {row[1]: row for row in HAPPY}.values(), ids=ids)
def test_what_the_mission_refuses_is_owed_back(
    case: Begin, asking: Specimen, slug: str, relative: Specimen | None
) -> None:
    mine = case(asking, slug, relative).draft()
    mine.submit()
    mine.pay_cash()
    mine.desk("refuse", reason="identity_doubt", note="")
    shown = mine.serialise()
    assert (shown["status"], shown["document"]) == ("refused", None)
    assert [(owed["amount"], owed["state"]) for owed in shown["refunds"]] == [(shown["quote"]["total"], "due")]


def test_kinship_is_asked_of_the_register_again_before_drawing(
    case: Begin, session_for: Callable[..., Session], database: Callable[[str], Database]
) -> None:
    mine = case(specimens.ELDER, "death-statement", specimens.DECEASED).draft()
    mine.submit()
    mine.pay_cash()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(extract, "kinship", lambda *_: None)
        mine.desk("accept")
    shown = mine.serialise()
    assert (shown["status"], shown["timeline"][-1]["reason"]) == ("refused", "not_kin")
    assert [owed["state"] for owed in shown["refunds"]] == ["due"]
    with database("civil_registry").scope(HOME) as session:
        assert session.get(Person, UUID(specimens.DECEASED.person)) is not None
