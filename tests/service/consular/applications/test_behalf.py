"""Applying for a relative or a child: the register decides who that is, the mission's own day who is still a child."""

import uuid
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from deploy.demo.days import today
from deploy.demo.population import specimens
from deploy.demo.population.specimens import Specimen
from deploy.dev.servers.postgres import Postgres
from deploy.platform.database.roles import DATABASE, connect_as_admin
from services.civil_registry import rules as register_rules
from services.consular.people import rules
from shared.identity.actor import Actor
from shared.values.dates import add_years, local_date
from tests.conftest import officer
from tests.factories.answers import code_of
from tests.factories.applications import Registers
from tests.factories.mandates import SLUG, Acting, Client, claim_for, close_files

pytestmark = pytest.mark.clock

FIRST = "passport-first"
CHANGE = """
    UPDATE civil_registry.person SET born = COALESCE(%s, born), died_on = COALESCE(%s, died_on),
        father = COALESCE(%s, father) WHERE id = %s
"""


@pytest.fixture
def father(service_client: Client, registers: int) -> Acting:
    assert registers
    close_files(service_client, specimens.SON, specimens.DAUGHTER)
    return Acting(service_client, specimens.FATHER)


@pytest.fixture
def mother(service_client: Client, registers: int) -> Acting:
    assert registers
    return Acting(service_client, specimens.MOTHER)


@pytest.fixture
def register(cluster: Postgres, registers: int) -> Iterator[Any]:
    """The register as its owner may write it; births, deaths and parents are put back afterwards."""
    query = "SELECT id, born, died_on, father FROM civil_registry.person WHERE id = ANY(%s)"
    people = [one.person for one in specimens.SPECIMENS]
    with connect_as_admin(cluster.admin_url, DATABASE) as connection:
        before = connection.execute(query, [people]).fetchall()
    assert registers

    def change(one: Specimen, born: date | None = None, died_on: date | None = None, father: str | None = None) -> None:
        with connect_as_admin(cluster.admin_url, DATABASE) as connection:
            connection.execute(CHANGE, [born, died_on, father, one.person])

    yield change
    with connect_as_admin(cluster.admin_url, DATABASE) as connection:
        for person, born, died, parent in before:
            connection.execute(
                "UPDATE civil_registry.person SET born = %s, died_on = %s, father = %s WHERE id = %s",
                [born, died, parent, person],
            )


def finish(acting: Acting, slug: str, behalf: dict[str, Any]) -> str:
    made = acting.begin(slug, behalf)
    assert made.status_code == 201, made.get_json()
    reference = str(made.get_json()["reference"])
    acting.fill(reference, slug)
    answer = acting.submit(reference, acting.statements(slug, behalf))
    assert answer.status_code == 200, answer.get_json()
    return reference


def test_a_wife_applies_for_her_husband_by_the_register_alone(mother: Acting, father: Acting) -> None:
    reference = finish(mother, SLUG, claim_for(specimens.FATHER))
    seen = father.read(reference).get_json()
    assert (seen["behalf"]["capacity"], seen["behalf"]["yours"]) == ("relative", True)
    assert seen["applicant"]["name"]["ar"] == "أنس محمد نور نموذج"
    assert Acting(mother.client, specimens.WOMAN).read(reference).status_code == 404


@pytest.mark.parametrize(
    ("who", "named"),
    [
        (specimens.FATHER, claim_for(specimens.WOMAN)),
        (specimens.FATHER, claim_for(specimens.SON, given_name="زيد")),
        (specimens.FATHER, claim_for(specimens.SON, national_number="01999999999")),
        (specimens.FATHER, claim_for(specimens.FATHER)),
        (specimens.FORMER_HUSBAND, claim_for(specimens.DIVORCED)),
        (specimens.STUDENT, claim_for(specimens.ABROAD)),
    ],
    ids=["a stranger", "another name", "nobody", "oneself", "divorced", "no kin"],
)
def test_who_is_no_relative_learns_one_thing_only(
    service_client: Client, registers: int, who: Specimen, named: dict[str, Any]
) -> None:
    assert registers
    [answer] = Acting(service_client, who).ask(SLUG, named)
    assert (answer.status_code, answer.get_json()["code"]) == (422, "kin_not_found")


def test_cousins_are_not_among_the_relatives_of_the_law(
    service_client: Client, cluster: Postgres, registers: int
) -> None:
    assert registers
    query = """
        SELECT a.id, a.national_number, a.given_name, b.id, b.national_number, b.given_name
        FROM civil_registry.person a
        JOIN civil_registry.person p ON p.id = a.father
        JOIN civil_registry.person u ON u.father = p.father AND u.id <> p.id
        JOIN civil_registry.person b ON b.father = u.id
        WHERE a.died_on IS NULL AND b.died_on IS NULL
          AND NOT EXISTS (SELECT 1 FROM civil_registry.register_event e WHERE e.kind = 'marriage'
                          AND ((e.person = a.id AND e.spouse = b.id) OR (e.person = b.id AND e.spouse = a.id)))
        LIMIT 1
    """
    with connect_as_admin(cluster.admin_url, DATABASE) as connection:
        found = connection.execute(query).fetchone()
    assert found, "the population has cousins"
    actor = Actor("expatriate", "account-cousin", "expatriate", "RUH", str(found[0]))
    behalf = {"capacity": "relative", "national_number": found[4], "given_name": found[5]}
    answer = service_client("civil_registry").post("/statements", actor, {"purpose": SLUG, "behalf": behalf})
    assert code_of(answer) == "kin_not_found"
    # For a passport inside Syria a relative to the fourth degree may ask; consular offers it nowhere else.
    wider = service_client("civil_registry").post("/statements", actor, {"purpose": FIRST, "behalf": behalf})
    assert wider.status_code == 200, wider.get_json()


def test_nobody_who_is_dead_is_registered_with_the_mission_nor_charged_for_it(mother: Acting, register: Any) -> None:
    behalf = claim_for(specimens.FATHER)
    reference = str(mother.begin(SLUG, behalf).get_json()["reference"])
    mother.fill(reference, SLUG)
    body = {"answers": {"consular_registration": "not_registered"}}
    saved = mother.client("consular").ask("PUT", f"/applications/{reference}/answers", mother.actor, json=body)
    assert saved.status_code == 200, saved.get_json()
    register(specimens.FATHER, died_on=today() - timedelta(days=1))
    sent = mother.submit(reference, mother.statements(SLUG, behalf))
    assert sent.status_code == 200, sent.get_json()
    lines = [line["line"] for line in mother.read(reference).get_json()["quote"]["lines"]]
    assert lines == ["document_from_syria"]


def test_an_entry_that_relatives_may_not_ask_for_is_not_begun(mother: Acting) -> None:
    assert code_of(mother.ask("passport-lost", claim_for(specimens.FATHER))[0]) == "capacity_not_allowed"
    statements = mother.statements(SLUG, claim_for(specimens.FATHER))
    assert (
        code_of(mother.begin("passport-lost", claim_for(specimens.FATHER), statements=statements))
        == "statement_of_another"
    )


def test_kinship_opens_the_other_register_too(service_client: Client, registers: int, father: Acting) -> None:
    mother = Acting(service_client, specimens.MOTHER)
    told = mother.ask("residence-deferral", claim_for(specimens.FATHER))
    assert [answer.status_code for answer in told] == [200, 200]
    assert told[1].get_json()["facts"]["person"] == specimens.FATHER.person
    proof = told[0].get_json()["proofs"]["conscription"]
    thief = Acting(service_client, specimens.WOMAN)
    stolen = thief.post("/statements", {"purpose": "residence-deferral", "proof": proof}, "conscription")
    assert (stolen.status_code, code_of(stolen)) == (403, "mandate_not_proven")


def test_a_father_applies_for_his_child_and_collects_the_passport(
    father: Acting, service_client: Client, register: Any
) -> None:
    register(specimens.DAUGHTER, born=add_years(today(), -13))
    reference = finish(father, FIRST, claim_for(specimens.DAUGHTER, "guardian"))
    case = service_client("consular").get(f"/desk/cases/{reference}", officer()).get_json()
    assert case["person"]["national_number"] == specimens.DAUGHTER.national_number
    assert case["behalf"]["capacity"] == "guardian"


@pytest.mark.parametrize(
    ("who", "ward", "code"),
    [
        (specimens.MOTHER, specimens.SON, "guardian_paper_needed"),
        (specimens.WOMAN, specimens.SON, "ward_not_found"),
        (specimens.FATHER, specimens.STUDENT, "ward_not_found"),
    ],
    ids=["the mother", "a stranger", "not his"],
)
def test_who_is_no_guardian_by_the_register(
    service_client: Client, registers: int, who: Specimen, ward: Specimen, code: str
) -> None:
    assert registers
    [answer] = Acting(service_client, who).ask(FIRST, claim_for(ward, "guardian"))
    assert code_of(answer) == code


def test_a_paternal_grandfather_acts_like_the_father(service_client: Client, register: Any) -> None:
    register(specimens.FATHER, father=specimens.ELDER.person)
    grandfather, named = Acting(service_client, specimens.ELDER), claim_for(specimens.SON, "guardian")
    assert grandfather.ask(FIRST, named)[0].status_code == 200
    register(specimens.FATHER, died_on=date(2024, 5, 1))
    assert grandfather.ask(FIRST, named)[0].status_code == 200


def test_a_ward_of_eighteen_applies_alone_by_the_day_of_the_mission(father: Acting, register: Any) -> None:
    with father.client("consular").app.extensions["database"].scope("RUH") as session:
        from shared.database.db import now

        instant = now(session)
    for zone, mission in (("Asia/Riyadh", "RUH"), ("Europe/Berlin", "BER")):
        day = local_date(instant, zone)
        register(specimens.SON, born=add_years(day + timedelta(days=1), -18))
        acting = Acting(father.client, specimens.FATHER, mission)
        made = acting.begin(FIRST, claim_for(specimens.SON, "guardian"))
        assert made.status_code == 201, made.get_json()
        told = acting.read(made.get_json()["reference"])
        assert told.status_code == 200
        acting.post(f"/applications/{made.get_json()['reference']}/withdraw", {"key": uuid.uuid4().hex})
        register(specimens.SON, born=_years_before(day))
        assert refusal_of(acting, claim_for(specimens.SON, "guardian")) == "ward_of_age"
    register(specimens.SON, born=_years_before(day - timedelta(days=2)))
    assert code_of(father.ask(FIRST, claim_for(specimens.SON, "guardian"))[0]) == "ward_of_age"


def refusal_of(acting: Acting, behalf: dict[str, Any]) -> Any:
    """The mission's refusal, or the register's: nobody born on 28 February is a minor anywhere on the day after."""
    stated = acting.ask(FIRST, behalf)[0]
    return code_of(acting.begin(FIRST, behalf) if stated.status_code == 200 else stated)


def _years_before(day: date) -> date:
    return date(day.year - 18, day.month, 28 if (day.month, day.day) == (2, 29) else day.day)


def test_the_last_day_of_childhood_is_told_by_each_zone() -> None:
    born = date(2008, 11, 22)
    at = {"Asia/Tokyo": date(2026, 11, 22), "America/New_York": date(2026, 11, 21)}
    assert [rules.is_minor(born, day) for day in at.values()] == [False, True]
    assert not register_rules.is_of_age_everywhere(born, date(2026, 11, 22))
    assert register_rules.is_of_age_everywhere(born, date(2026, 11, 23))
    leap = date(2008, 2, 29)
    assert rules.is_minor(leap, date(2026, 2, 28)) and not rules.is_minor(leap, date(2026, 3, 1))


def test_the_guardian_of_a_file_handed_in_stops_on_the_birthday(father: Acting, register: Any) -> None:
    reference = finish(father, FIRST, claim_for(specimens.SON, "guardian"))
    database = father.client("consular").app.extensions["database"]
    with database.scope("RUH") as session:
        session.execute(
            text("UPDATE applicant SET born = :born WHERE application = :reference"),
            {"born": date(2000, 1, 1), "reference": reference},
        )
    answer = father.read(reference)
    assert (answer.status_code, code_of(answer)) == (403, "ward_of_age")
    assert Acting(father.client, specimens.SON).read(reference).status_code == 200


def test_a_claim_needs_the_registers_own_word(father: Acting, key_folder: Any) -> None:
    son = specimens.SON
    forged = Registers(key_folder).statement("conscription", son.person, FIRST, {"person": son.person})
    named = claim_for(son, "guardian")
    assert code_of(father.begin(FIRST, named, statements=[forged])) == "statement_missing"
    plain = Registers(key_folder).statement("civil_registry", son.person, FIRST, {"person": son.person})
    assert code_of(father.begin(FIRST, named, statements=[plain])) == "statement_of_another"
    true = father.statements(FIRST, named)
    assert code_of(father.begin("passport-damaged", named, statements=true)) == "statement_of_another"
    assert code_of(father.begin(FIRST, named, statements=true, capacity="relative")) == "statement_of_another"
