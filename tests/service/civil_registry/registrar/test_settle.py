"""What the register contradicts comes before a registrar: both sides, two ways to settle, each once and recorded."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from deploy.demo.population import specimens
from deploy.demo.population.specimens import Specimen
from deploy.dev.servers.postgres import Postgres
from deploy.platform.database.roles import DATABASE, connect_as_admin
from services.civil_registry.contents.findings import parentage
from services.civil_registry.model import Annotation, Person
from services.civil_registry.registrar.model import Settlement
from services.civil_registry.registrar.settle import may_dismiss
from shared.database.audit import event
from shared.database.db import Database
from shared.i18n import language
from shared.identity.actor import Actor
from tests.conftest import ELSEWHERE, HOME, ServiceClient, officer
from tests.factories.gateway import Gateway
from tests.journey.conftest import Case, Platform, fresh_key, platform  # noqa: F401 (a fixture)

JUDGMENT = {"court": "محكمة الصلح المدنية بدمشق", "judgment_number": "٤٥/٢٠٢٦", "judged_on": "2026-03-01"}
REASON = {"reason": "اسمان لشخص واحد"}
WRONG = "سمير"
# Every code that findings.py, household.py and unions.py know.
FINDINGS = """
father_name mother_name father_sex mother_sex born_before_parents birth_twice birth_date death_event_missing death_twice
death_date spouse_sex before_birth after_death marriage_event_missing divorce_event_missing divorce_without_marriage
head_elsewhere spouse_elsewhere marital_status parents_marriage_missing
""".split()


@dataclass
class Register:
    """The register with one entry that contradicts itself, and the application that waits for it."""

    case: Case
    cluster: Postgres
    whose: Specimen
    column: str

    def write(self, value: object) -> None:
        with connect_as_admin(self.cluster.admin_url, DATABASE) as connection:
            connection.execute(
                f"UPDATE civil_registry.person SET {self.column} = %s WHERE id = %s",  # noqa: S608
                [value, self.whose.person],
            )

    @property
    def registry(self) -> ServiceClient:
        return self.case.platform.clients["civil_registry"]

    def waiting(self, actor: Actor | None = None) -> list[dict[str, Any]]:
        found = self.registry.get("/mismatches", actor or officer("registrar")).get_json()
        return [row for row in found if row["application"] == self.case.reference]

    def settle(self, verb: str, told: dict[str, Any], key: str = "", actor: Actor | None = None) -> Any:
        (row,) = self.waiting()
        path = f"/mismatches/{row['id']}/{verb}"
        answer = self.registry.post(path, actor or officer("registrar"), {"key": key or fresh_key(), **told})
        self.case.platform.pump.drain()
        return answer


@pytest.fixture
def torn(platform: Platform, cluster: Postgres) -> Iterator[Callable[..., Register]]:  # noqa: F811
    """`torn("father_name", "سمير")`: the son's entry written so; given back afterwards."""
    written: list[tuple[Register, object]] = []

    def give(column: str, value: object, slug: str = "birth-statement") -> Register:
        whose = specimens.SON
        held = Register(Case(platform, whose, slug), cluster, whose, column)
        written.append((held, getattr(whose, column)))
        held.write(value)
        held.case.draft().submit()
        held.case.pay_cash()
        held.case.desk("accept")
        assert held.case.status == "returned"
        return held

    yield give
    for held, before in written:
        held.write(before)


def test_both_sides_stand_beside_each_other(torn: Callable[..., Register]) -> None:
    register = torn("father_name", WRONG)
    assert register.case.serialise()["lapses_on"] is None
    (row,) = register.waiting()
    assert row["transaction"] == "birth-statement" and row["may_dismiss"] is True
    assert row["holder"]["national_number"] == specimens.SON.national_number
    (finding,) = row["findings"]
    assert finding["code"] == "father_name"
    assert finding["sides"] == [
        {"place": "own_entry", "text": WRONG},
        {"place": "father_entry", "text": specimens.FATHER.given_name},
    ]


def test_corrected_by_judgment_is_believed_only_when_the_register_agrees(
    torn: Callable[..., Register], database: Callable[[str], Database]
) -> None:
    register = torn("father_name", WRONG)
    early = register.settle("correct", JUDGMENT)
    assert (early.status_code, early.get_json()["code"]) == (422, "register_still_contradicts")
    assert early.get_json()["params"]["findings"] == ["father_name"]
    assert register.case.status == "returned" and register.waiting()
    register.write(specimens.SON.father_name)
    assert register.settle("correct", JUDGMENT).status_code == 200
    assert register.case.status == "ready" and register.waiting() == []
    assert [step["code"] for step in register.case.serialise()["timeline"]][-2:] == ["resumed", "granted"]
    with database("civil_registry").scope(HOME) as session:
        kept = session.scalars(select(Settlement).where(Settlement.application == register.case.reference)).one()
        assert (kept.outcome, kept.court, kept.judged_on) == ("corrected", JUDGMENT["court"], date(2026, 3, 1))
        note = session.scalars(
            select(Annotation).where(Annotation.person == UUID(specimens.SON.person), Annotation.kind == "correction")
        ).first()
        assert note is not None and JUDGMENT["court"] in note.text_ar
        codes = select(event.c.action).where(event.c.about == specimens.SON.person)
        assert {"mismatch.check", "mismatch.corrected"} <= set(session.scalars(codes))


def test_no_contradiction_lets_the_paper_be_drawn_as_the_register_stands(torn: Callable[..., Register]) -> None:
    register = torn("father_name", "سليم أحمد")
    key = fresh_key()
    (row,) = register.waiting()
    assert register.settle("dismiss", REASON, key).status_code == 200
    assert register.case.status == "ready" and register.waiting() == []
    again = register.registry.post(f"/mismatches/{row['id']}/dismiss", officer("registrar"), {"key": key, **REASON})
    assert again.status_code == 200
    other = register.registry.post(f"/mismatches/{row['id']}/dismiss", officer("registrar"), {"key": "k", **REASON})
    assert (other.status_code, other.get_json()["code"]) == (409, "mismatch_settled")
    # The same paper again is not held up by what was settled; written otherwise, it is a contradiction again.
    later = Case(register.case.platform, specimens.SON, "birth-statement").draft()
    later.submit()
    later.pay_cash()
    later.desk("accept")
    assert later.status == "ready"
    register.write("سليم محمود")
    last = Case(register.case.platform, specimens.SON, "birth-statement").draft()
    last.submit()
    last.pay_cash()
    last.desk("accept")
    assert last.status == "returned"


def test_days_that_exclude_each_other_need_a_judgment(torn: Callable[..., Register]) -> None:
    register = torn("born", date(1960, 1, 1))
    (row,) = register.waiting()
    assert row["may_dismiss"] is False
    assert {finding["code"] for finding in row["findings"]} >= {"birth_date", "born_before_parents"}
    answer = register.settle("dismiss", REASON)
    assert (answer.status_code, answer.get_json()["code"]) == (422, "needs_judgment")


@pytest.mark.parametrize(
    ("verb", "told", "errors"),
    [
        ("correct", {}, {"court": "required", "judgment_number": "required", "judged_on": "required"}),
        ("correct", JUDGMENT | {"judged_on": "2026-02-30"}, {"judged_on": "day_not_in_month"}),
        ("correct", JUDGMENT | {"judged_on": "2099-01-01"}, {"judged_on": "in_the_future"}),
        ("correct", JUDGMENT | {"judged_on": "1950-01-01"}, {"judged_on": "out_of_range"}),
        ("correct", JUDGMENT | {"court": "م" * 121}, {"court": "too_long"}),
        ("correct", JUDGMENT | {"key": ""}, {"key": "too_long"}),
        ("dismiss", {"reason": " \u202e "}, {"reason": "required"}),
        ("dismiss", {"reason": "س" * 501}, {"reason": "too_long"}),
    ],
)
def test_what_is_missing_or_wrong_is_told_by_field_and_settles_nothing(
    torn: Callable[..., Register], verb: str, told: dict[str, str], errors: dict[str, str]
) -> None:
    register = torn("father_name", WRONG)
    answer = register.settle(verb, told)
    assert (answer.status_code, answer.get_json()["errors"]) == (422, errors)
    assert register.waiting() and register.case.status == "returned"


def test_another_missions_registrar_neither_sees_nor_settles_it(torn: Callable[..., Register]) -> None:
    register = torn("father_name", WRONG)
    stranger = officer("registrar", ELSEWHERE)
    assert register.waiting(stranger) == []
    assert register.settle("dismiss", REASON, actor=stranger).status_code == 404
    for role in ("clerk", "officer", "head_of_mission", "administrator"):
        assert register.settle("dismiss", REASON, actor=officer(role)).status_code == 403
    unknown = register.registry.post("/mismatches/999999/dismiss", officer("registrar"), {"key": "k", **REASON})
    assert unknown.status_code == 404


def test_an_application_that_moved_on_stays_where_it_is(torn: Callable[..., Register]) -> None:
    register = torn("father_name", "مروان")
    register.case.consular("POST", f"/applications/{register.case.reference}/withdraw", json={"key": fresh_key()})
    assert register.settle("dismiss", REASON).status_code == 200
    assert register.case.status == "withdrawn" and register.case.serialise()["document"] is None


def test_only_spellings_may_be_dismissed() -> None:
    assert may_dismiss(["father_name", "mother_name"])
    assert not may_dismiss(["father_name", "birth_date"])


def test_every_finding_has_words_in_both_languages(session_for: Callable[..., Session], registers: int) -> None:
    session = session_for("civil_registry")
    person = session.get_one(Person, UUID(specimens.SON.person))
    assert parentage(person, person, person)
    for code in ("ar", "en"):
        assert not [one for one in FINDINGS if not language(code).has(f"finding.{one}")]


@pytest.mark.parametrize("tongue", ("ar", "en"))
def test_the_registrars_page(gateway: Gateway, torn: Callable[..., Register], tongue: str) -> None:
    written = {"ar": "سامر", "en": "عامر"}[tongue]
    register = torn("father_name", written)
    (row,) = register.waiting()
    browser = gateway.visitor("registrar")
    assert browser.get(f"/{tongue}/sign-in").location.endswith("/desk/register")
    listed = browser.get(f"/{tongue}/desk/register")
    assert register.case.reference in listed.text
    page = f"/{tongue}/desk/register/{row['id']}"
    shown = browser.get(page).text
    assert written in shown and specimens.FATHER.given_name in shown
    empty = browser.submit(f"{page}/correct", page=page, key="k", court="", judgment_number="9")
    assert empty.status_code == 422 and 'href="#court"' in empty.text and 'value="9"' in empty.text
    day = {"judged_on-day": "1", "judged_on-month": "9", "judged_on-year": "1447", "judged_on-calendar": "hijri"}
    still = browser.submit(f"{page}/correct", page=page, key="k1", court="x", judgment_number="9", **day)
    assert still.status_code == 422 and language(tongue).text("finding.father_name") in still.text
    done = browser.submit(f"{page}/dismiss", page=page, key=fresh_key(), reason="اسمان لشخص واحد")
    assert done.status_code == 303 and done.location.endswith("/desk/register?done=dismiss")
    assert browser.get(page).status_code == 404
    assert browser.get(f"/{tongue}/desk").status_code == 403
    register.case.platform.pump.drain()
    assert register.case.status == "ready"
