"""An uncle or a brother acts for a minor whose father is dead or away: by the register, after an officer's check."""

import uuid
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from deploy.demo.population import specimens
from deploy.demo.population.specimens import Specimen
from deploy.dev.servers.postgres import Postgres
from deploy.platform.database.roles import DATABASE, connect_as_admin
from shared.values.dates import add_months
from tests.conftest import officer
from tests.factories.mandates import Acting, Client, check, close_files, release, today

PEOPLE = (*specimens.SPECIMENS,)
CHANGE = """
    UPDATE civil_registry.person SET born = coalesce(%s, born), died_on = coalesce(%s, died_on),
        father = coalesce(%s, father) WHERE id = %s
"""


@pytest.fixture
def register(cluster: Postgres, registers: int) -> Iterator[Any]:
    """The register as its owner may write it; births, deaths and fathers are put back afterwards."""
    assert registers
    people = [one.person for one in specimens.SPECIMENS]
    with connect_as_admin(cluster.admin_url, DATABASE) as connection:
        query = "SELECT born, died_on, father, id FROM civil_registry.person WHERE id = ANY(%s)"
        before = connection.execute(query, [people]).fetchall()

    def change(one: Specimen, born: date | None = None, died_on: date | None = None, father: str | None = None) -> None:
        with connect_as_admin(cluster.admin_url, DATABASE) as connection:
            connection.execute(CHANGE, [born, died_on, father, one.person])

    yield change
    with connect_as_admin(cluster.admin_url, DATABASE) as connection:
        for row in before:
            connection.execute(
                "UPDATE civil_registry.person SET born = %s, died_on = %s, father = %s WHERE id = %s", row
            )


def code_of(answer: Any, field: str = "") -> str:
    body = answer.get_json()
    return str(body["errors"][field] if field else body["code"])


def by(reference: str) -> dict[str, str]:
    return {"capacity": "guardian", "mandate": reference}


def named_as(person: Specimen) -> dict[str, str]:
    return {"national_number": person.national_number, "given_name": person.given_name}


@pytest.mark.parametrize(
    ("agent", "absence", "father_died", "code"),
    [
        (specimens.SERVED, "dead", True, None),
        (specimens.SERVED, "away", False, None),
        (specimens.SERVED, "dead", False, "father_is_alive"),
        (specimens.ABROAD, "away", False, "not_uncle_or_brother"),
        (specimens.WOMAN, "away", False, "not_uncle_or_brother"),
        (specimens.DAUGHTER, "away", False, "not_uncle_or_brother"),
    ],
    ids=["uncle of an orphan", "uncle, father away", "father living", "stranger", "aunt", "sister"],
)
def test_an_uncle_acts_when_the_father_is_dead_or_away_and_only_after_the_check(
    service_client: Client, register: Any, agent: Specimen, absence: str, father_died: bool, code: str | None
) -> None:
    release(service_client, *PEOPLE)
    close_files(service_client, specimens.SON)
    register(specimens.FATHER, father=specimens.ELDER.person, died_on=date(2024, 5, 1) if father_died else None)
    for relative in (specimens.SERVED, specimens.WOMAN):
        register(relative, father=specimens.ELDER.person)
    acting = Acting(service_client, agent)
    assert code_of(acting.ask("passport-first", {"capacity": "guardian", **named_as(specimens.SON)})[0]) == (
        "ward_not_found"
    )
    handed = acting.hand_in(specimens.SON, "kin_guardianship", absence=absence, scope=[])
    assert handed.status_code == 201, handed.get_json()
    reference = handed.get_json()["reference"]
    desk = service_client("consular").get(f"/desk/mandates/{reference}", officer()).get_json()
    told = service_client("civil_registry").post(
        "/persons/introduce", officer(), {**named_as(specimens.SON), "agent": desk["agent_person"]}
    )
    body = {"key": uuid.uuid4().hex, "statement": told.get_json()["statement"]}
    checked = service_client("consular").post(f"/desk/mandates/{reference}/accept", officer(), body)
    if code:
        assert (checked.status_code, code_of(checked)) == (422, code)
        return
    assert checked.status_code == 200, checked.get_json()
    assert checked.get_json()["kinship"] == "paternal_uncle"
    assert checked.get_json()["until"] == add_months(today(service_client), 3).isoformat()
    made = acting.begin("passport-first", by(reference))
    assert made.status_code == 201, made.get_json()


@pytest.mark.parametrize(("years", "kinship"), [(30, "brother"), (17, None)])
def test_a_brother_must_be_grown(service_client: Client, register: Any, years: int, kinship: str | None) -> None:
    born = add_months(today(service_client), -12 * years)
    register(specimens.STUDENT, father=specimens.FATHER.person, born=born)
    told = service_client("civil_registry").post(
        "/persons/introduce", officer(), {**named_as(specimens.SON), "agent": specimens.STUDENT.person}
    )
    assert told.get_json()["facts"]["agent"] == {
        "person": specimens.STUDENT.person,
        "kinship": kinship,
        "father_alive": True,
    }


def test_a_statement_without_the_kinship_admits_no_uncle(service_client: Client, register: Any) -> None:
    release(service_client, *PEOPLE)
    register(specimens.FATHER, father=specimens.ELDER.person)
    register(specimens.SERVED, father=specimens.ELDER.person)
    acting = Acting(service_client, specimens.SERVED)
    reference = acting.hand_in(specimens.SON, "kin_guardianship", absence="away", scope=[]).get_json()["reference"]
    assert code_of(check(service_client, reference, specimens.SON)) == "not_uncle_or_brother"


@pytest.mark.parametrize("absence", [None, "asleep"])
def test_an_uncle_says_why_the_father_does_not_come(
    service_client: Client, registers: int, absence: str | None
) -> None:
    answer = Acting(service_client, specimens.SERVED).hand_in(
        specimens.SON, "kin_guardianship", absence=absence, scope=[]
    )
    assert code_of(answer, "absence") == ("unknown_choice" if absence else "required")
