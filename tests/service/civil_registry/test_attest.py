"""The civil registry alone: who somebody is and what it attests, on its own role and schema."""

from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from deploy.demo.population import load, specimens
from deploy.demo.population.specimens import SPECIMENS, Specimen
from deploy.demo.population.unusual import UNUSUAL
from deploy.dev.servers.postgres import Postgres
from deploy.platform.database.roles import DATABASE, connect_as_admin
from services.civil_registry.model import FamilyEntry, Person
from shared.database.audit import event
from shared.database.db import Database
from shared.identity.actor import ANONYMOUS, Actor
from shared.identity.crypto import Keys
from tests.conftest import HOME, ServiceClient, expatriate, officer
from tests.factories.refusals import refuses

pytestmark = pytest.mark.clock

WOMAN = specimens.WOMAN
ARABIC_INDIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")


UNUSUAL_BY_KEY = {one.key: one for one in UNUSUAL}


@pytest.fixture
def session(registers: int, session_for: Callable[..., Session]) -> Iterator[Session]:
    yield session_for("civil_registry")


@pytest.fixture
def client(registers: int, service_client: Callable[[str], ServiceClient]) -> ServiceClient:
    return service_client("civil_registry")


# The register itself


def test_the_registers_hold_everybody_and_are_filled_once(registers: int, cluster: Postgres) -> None:
    with connect_as_admin(cluster.admin_url, DATABASE) as connection:
        held = connection.execute("SELECT count(*) FROM civil_registry.person").fetchone()
        assert held == (registers,)
        assert load(connection, people=10, seed=1) == 0


@pytest.mark.parametrize("specimen", SPECIMENS, ids=lambda one: one.key)
def test_every_specimen_is_registered_as_named(session: Session, specimen: Specimen) -> None:
    held = session.get_one(Person, UUID(specimen.person))
    assert held.national_number == specimen.national_number
    assert f"{held.given_name} {held.father_name} {held.family_name}" == (
        f"{specimen.given_name} {specimen.father_name} {specimen.family_name}"
    )
    assert (held.born, held.died_on, held.marital) == (specimen.born, specimen.died_on, specimen.marital)
    assert session.get(FamilyEntry, (specimen.office, specimen.entry))


def test_heads_of_entries_stand_in_their_own_entry(session: Session) -> None:
    strangers = select(func.count()).where(
        FamilyEntry.head == Person.id, (Person.office != FamilyEntry.office) | (Person.entry != FamilyEntry.number)
    )
    assert session.scalar(strangers) == 0


def test_the_service_reads_the_register_and_changes_only_remarks(session: Session) -> None:
    for statement in (
        "UPDATE person SET family_name = 'x'",
        "DELETE FROM annotation",
        "UPDATE annotation SET text_ar = 'x'",
        "INSERT INTO register_event SELECT * FROM register_event LIMIT 1",
        "DELETE FROM request",
    ):
        with pytest.raises(ProgrammingError, match="permission denied"), session.begin_nested():
            session.execute(text(statement))


# Who somebody is


@pytest.mark.parametrize("actor", [ANONYMOUS, expatriate()], ids=["anonymous", "expatriate"])
def test_a_person_is_confirmed_by_number_names_and_date(client: ServiceClient, actor: Actor) -> None:
    answer = client.post("/identity/confirm", actor, WOMAN.identity())
    assert answer.status_code == 200
    assert answer.get_json() == {
        "person": WOMAN.person,
        "name": {
            "ar": {"given": "ريم", "father": "عبد الرحمن", "family": "نموذج", "mother": "سلمى مثال"},
            "latin": {"given": "Reem", "father": "Abdulrahman", "family": "Namouzaj", "mother": "Salma Mithal"},
        },
        "sex": "F",
        "born": "1992-05-20",
    }


@pytest.mark.parametrize(
    "changed",
    [
        {"national_number": WOMAN.national_number.translate(ARABIC_INDIC)},
        {"national_number": WOMAN.national_number.translate(PERSIAN)},
        {"national_number": f" {WOMAN.national_number[:2]}-{WOMAN.national_number[2:]} "},
        {"national_number": f"\u202a{WOMAN.national_number}\u202c"},
        {"born": WOMAN.born.isoformat().translate(ARABIC_INDIC)},
        {"given_name": "\u202eريم\u202c"},
        {"father_name": "عبدالرحمن"},
        {"father_name": "عبد\u200fالرحمن"},
        {"mother_name": "سلمي"},
    ],
)
def test_what_people_type_is_read_kindly(client: ServiceClient, changed: dict[str, str]) -> None:
    answer = client.post("/identity/confirm", ANONYMOUS, {**WOMAN.identity(), **changed})
    assert answer.status_code == 200, answer.get_json()


@pytest.mark.parametrize(
    ("changed", "errors"),
    [
        ({"national_number": "0199900000"}, {"national_number": "national_number"}),
        ({"national_number": "02999O00002"}, {"national_number": "national_number"}),
        ({"national_number": "0" * 40}, {"national_number": "national_number"}),
        ({"national_number": "02٢٢²99000002"}, {"national_number": "national_number"}),
        ({"national_number": None}, {"national_number": "required"}),
        ({"national_number": ["02999000002"]}, {"national_number": "malformed"}),
        ({"given_name": " \u200f\u202e "}, {"given_name": "required"}),
        ({"family_name": "ن" * 61}, {"family_name": "too_long"}),
        ({"born": "1992-02-30"}, {"born": "day_not_in_month"}),
        ({"born": "20/05/1992"}, {"born": "not_a_date"}),
        ({"born": "2090-01-01"}, {"born": "in_the_future"}),
        ({"born": "", "mother_name": ""}, {"born": "required", "mother_name": "required"}),
    ],
)
def test_faulty_fields_are_named(client: ServiceClient, changed: dict[str, object], errors: dict[str, str]) -> None:
    answer = client.post("/identity/confirm", ANONYMOUS, {**WOMAN.identity(), **changed})
    assert (answer.status_code, answer.get_json()["errors"]) == (422, errors)


@pytest.mark.parametrize("body", [None, [], "x", {}])
def test_a_body_without_particulars_is_refused(client: ServiceClient, body: object) -> None:
    assert client.post("/identity/confirm", ANONYMOUS, body).status_code == 422


@pytest.mark.parametrize(
    "changed",
    [
        {"born": "1992-05-21"},
        {"given_name": "رنا"},
        {"mother_name": "رنا"},
        {"national_number": "02999999999"},
        {"national_number": specimens.SERVED.national_number},
        specimens.DECEASED.identity(),
    ],
)
def test_every_mismatch_is_answered_alike(client: ServiceClient, changed: dict[str, str]) -> None:
    answer = client.post("/identity/confirm", ANONYMOUS, {**WOMAN.identity(), **changed})
    problem = answer.get_json()
    assert (answer.status_code, problem["code"], problem.get("params", {})) == (422, "identity_mismatch", {})
    assert not problem.get("errors")


def test_officers_do_not_use_the_confirmation_to_look_people_up(client: ServiceClient) -> None:
    assert client.post("/identity/confirm", officer(), WOMAN.identity()).status_code == 403


def test_each_attempt_leaves_a_trace_without_personal_data(
    client: ServiceClient, database: Callable[[str], Database]
) -> None:
    mine = specimens.SERVED
    actor = Actor("expatriate", str(uuid4()), "expatriate", HOME, mine.person)
    client.post("/identity/confirm", actor, mine.identity())
    client.post("/identity/confirm", actor, {**mine.identity(), "born": "1990-01-31"})
    with database("civil_registry").scope(HOME) as session:
        rows = session.execute(select(event).where(event.c.actor == actor.id).order_by(event.c.id)).all()
    assert [(row.action, row.about, row.reason) for row in rows] == [
        ("identity.confirm", mine.person, None),
        ("identity.confirm", mine.person, "mismatch"),
    ]
    assert mine.national_number not in str(rows) and mine.family_name not in str(rows)


# What the register attests


def test_a_statement_is_signed_about_the_asker_for_one_purpose(client: ServiceClient, key_folder: Path) -> None:
    actor = expatriate(WOMAN.person)
    answer = client.post("/statements", actor, {"purpose": "individual-extract", "person": specimens.SERVED.person})
    told = answer.get_json()
    claims = Keys(key_folder, "consular").verify(told["statement"], "statement", issuer="civil_registry")
    assert (claims["person"], claims["purpose"], claims["facts"]) == (WOMAN.person, "individual-extract", told["facts"])
    assert claims["exp"] - claims["iat"] == 300
    assert told["facts"]["national_number"] == WOMAN.national_number
    assert (told["facts"]["alive"], told["facts"]["registered"], told["facts"]["sex"]) == (True, True, "F")


def test_a_statement_is_for_consular_eyes_only(client: ServiceClient, key_folder: Path) -> None:
    told = client.post("/statements", expatriate(WOMAN.person), {"purpose": "individual-extract"}).get_json()
    with refuses("token_not_valid"):
        Keys(key_folder, "conscription").verify(told["statement"], "statement", issuer="civil_registry")


def test_a_statement_may_be_asked_for_again(client: ServiceClient) -> None:
    actor = expatriate(WOMAN.person)
    first, second = (client.post("/statements", actor, {"purpose": "passport-renewal"}).get_json() for _ in range(2))
    assert first["facts"] == second["facts"]
    assert first["statement"] != second["statement"]


@pytest.mark.parametrize(
    ("sent", "errors"),
    [({}, {"purpose": "required"}), ({"purpose": "flying-carpet"}, {"purpose": "unknown_transaction"})],
)
def test_a_statement_needs_a_known_purpose(client: ServiceClient, sent: object, errors: dict[str, str]) -> None:
    answer = client.post("/statements", expatriate(WOMAN.person), sent)
    assert (answer.status_code, answer.get_json()["errors"]) == (422, errors)


def test_nothing_is_attested_about_strangers_or_nobody(client: ServiceClient) -> None:
    nobody = Actor("expatriate", "a", "expatriate", HOME, None)
    for actor in (expatriate(), nobody):
        assert client.post("/statements", actor, {"purpose": "individual-extract"}).status_code == 404
    assert client.post("/statements", officer(), {"purpose": "individual-extract"}).status_code == 403


@pytest.mark.parametrize("specimen", UNUSUAL, ids=lambda one: one.key)
def test_people_with_unusual_entries_are_confirmed_too(client: ServiceClient, specimen: Specimen) -> None:
    answer = client.post("/identity/confirm", ANONYMOUS, specimen.identity())
    assert (answer.status_code, answer.get_json().get("person")) == (200, specimen.person)


@pytest.mark.parametrize("mother", ["زھیۃ مثال", "مثال زهية", "زهیه", "زَهِيّـة مثال", "ﺯﻫﻴﺔ مثال", "زهية\u200cمثال"])
def test_a_mother_typed_on_another_keyboard_is_the_same_mother(client: ServiceClient, mother: str) -> None:
    answer = client.post("/identity/confirm", ANONYMOUS, {**specimens.ELDER.identity(), "mother_name": mother})
    assert answer.get_json().get("person") == specimens.ELDER.person


def test_a_birth_known_by_year_agrees_with_any_day_of_it(client: ServiceClient) -> None:
    identity = {**UNUSUAL_BY_KEY["remarried"].identity(), "born": "1966-11-30"}
    assert client.post("/identity/confirm", ANONYMOUS, identity).status_code == 200
    other = client.post("/identity/confirm", ANONYMOUS, {**identity, "born": "1967-01-01"})
    assert other.get_json()["code"] == "identity_mismatch"


def test_not_recorded_is_an_answer_only_where_the_register_has_no_name(client: ServiceClient) -> None:
    known = {**WOMAN.identity(), "mother_name": "@not_recorded"}
    assert client.post("/identity/confirm", ANONYMOUS, known).get_json()["code"] == "identity_mismatch"
    invented = {**UNUSUAL_BY_KEY["no_mother"].identity(), "mother_name": "هدى"}
    assert client.post("/identity/confirm", ANONYMOUS, invented).get_json()["code"] == "identity_mismatch"


@pytest.mark.parametrize(
    ("typed", "code"),
    [("-", "name_without_letters"), ("—", "name_without_letters"), ("؟", "name_without_letters"),
     ("", "required"), ("هدى@not_recorded", "name_and_not_recorded")],
)  # fmt: skip
def test_a_dash_is_no_name(client: ServiceClient, typed: str, code: str) -> None:
    answer = client.post("/identity/confirm", ANONYMOUS, {**WOMAN.identity(), "mother_name": typed})
    assert (answer.status_code, answer.get_json()["errors"]) == (422, {"mother_name": code})


def test_the_given_name_is_always_recorded(client: ServiceClient) -> None:
    answer = client.post("/identity/confirm", ANONYMOUS, {**WOMAN.identity(), "given_name": "@not_recorded"})
    assert answer.status_code == 422
