"""Conscription alone: statements, assessments and discharges on its own role and schema."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session

from deploy.demo.days import today
from deploy.demo.population import specimens
from deploy.dev.servers.postgres import Postgres
from services.conscription import laws, record
from services.conscription.handlers import HANDLERS
from services.conscription.model import Assessment, Discharge, ServiceRecord
from shared import documents
from shared.documents.render import render_document
from shared.identity.crypto import Keys
from shared.values import references
from shared.values.dates import STATE_ZONE, age_on
from tests.conftest import ELSEWHERE, HOME, ServiceClient, expatriate, officer
from tests.factories.registers.conscription import decisions, enlist, forward, heard, settle

pytestmark = pytest.mark.clock

# The specimen past service age could pay without addition until this day.
YEARS_LATE = min(age_on(date(2023, 7, 11), today(STATE_ZONE)), 10)


@pytest.fixture
def session(registers: int, session_for: Callable[..., Session]) -> Iterator[Session]:
    yield session_for("conscription")


def test_a_man_abroad_for_seven_years_owes_seven_thousand(session: Session) -> None:
    envelope = forward(session, specimens.ABROAD.person)
    (answer,) = decisions(session, envelope.about)
    assert (answer["outcome"], answer["amount"], answer["currency"]) == ("assessed", 700_000, "USD")
    found = session.get_one(Assessment, envelope.about)
    assert found.tier == "four_years" and found.working[-2]["code"] == "tier_highest"


@pytest.mark.parametrize(
    ("person", "reason"),
    [
        (specimens.SERVED.person, "service_already_settled"),
        (specimens.FATHER.person, "reserve_has_its_own_allowance"),
        (specimens.WOMAN.person, "no_service_record"),
    ],
)
def test_who_is_refused_and_why(session: Session, person: str, reason: str) -> None:
    (answer,) = decisions(session, forward(session, person).about)
    assert (answer["outcome"], answer["reason"]) == ("refused", reason)


def test_a_man_abroad_for_less_than_a_year_is_refused(session: Session, cluster: Postgres) -> None:
    person = enlist(cluster, abroad_for=timedelta(days=360))
    (answer,) = decisions(session, forward(session, person).about)
    assert answer["outcome"] == "refused" and answer["reason"] == "residence_too_short", answer


@pytest.mark.parametrize(
    ("transaction", "person", "amount", "law"),
    [
        ("reserve-cash-allowance", specimens.FATHER.person, 480_000, "LD 20/2024"),
        ("missed-service-allowance", specimens.PAST_AGE.person, 800_000 + 20_000 * YEARS_LATE, "Law 33/2014"),
    ],
)
def test_the_other_allowances_by_their_own_law(
    session: Session, transaction: str, person: str, amount: int, law: str
) -> None:
    envelope = forward(session, person, transaction)
    (answer,) = decisions(session, envelope.about)
    assert (answer["outcome"], answer["amount"], answer["currency"]) == ("assessed", amount, "USD")
    assert session.get_one(Assessment, envelope.about).law == law
    settle(session, person, envelope.about, transaction)
    granted = decisions(session, envelope.about)[-1]
    assert granted["outcome"] == "granted"
    assert session.get_one(ServiceRecord, UUID(person)).status == "exempt"


@pytest.mark.parametrize(
    ("transaction", "person", "reason"),
    [
        ("reserve-cash-allowance", specimens.ABROAD.person, "not_of_the_reserve"),
        ("reserve-cash-allowance", specimens.SERVED.person, "service_already_settled"),
        ("missed-service-allowance", specimens.ABROAD.person, "not_past_service_age"),
        ("missed-service-allowance", specimens.FATHER.person, "service_already_settled"),
        ("cash-allowance", specimens.PAST_AGE.person, "outside_service_age"),
    ],
)
def test_each_allowance_refuses_whom_it_is_not_for(
    session: Session, transaction: str, person: str, reason: str
) -> None:
    envelope = forward(session, person, transaction)
    (answer,) = decisions(session, envelope.about)
    assert (answer["outcome"], answer["reason"]) == ("refused", reason)
    assert session.get_one(Assessment, envelope.about).reason == reason


def test_assessed_again_after_a_fix_the_later_finding_counts(session: Session, cluster: Postgres) -> None:
    person = enlist(cluster, abroad_for=timedelta(days=550))
    first = forward(session, person)
    assert session.get_one(Assessment, first.about).tier == "one_year"
    again = replace(first, id=str(uuid4()), sequence=2)
    session.get_one(ServiceRecord, UUID(person)).status = "only_son"
    HANDLERS["application.forwarded"](session, again)
    assert session.get_one(Assessment, first.about).reason == "service_already_settled"
    settle(session, person, first.about)
    assert decisions(session, first.about)[-1]["reason"] == "not_assessed"


def test_an_allowance_of_the_past_is_priced_by_the_law_of_its_day(session: Session) -> None:
    priced = {
        day: record.load_prices(session, date.fromisoformat(day)) for day in ("2023-11-30", "2024-07-31", "2024-08-01")
    }
    assert "reserve_age" not in priced["2023-11-30"]
    assert priced["2024-07-31"]["reserve_age"].from_age == 40
    assert priced["2024-08-01"]["reserve_age"].from_age == 38
    assert "reserve_disability" not in priced["2024-07-31"]


def test_another_authoritys_application_is_not_ours(session: Session) -> None:
    envelope = heard("application.forwarded", specimens.ABROAD.person, ask="confirm", options={})
    envelope.body["authority"] = "civil_registry"
    HANDLERS["application.forwarded"](session, envelope)
    assert decisions(session, envelope.about) == []


def test_a_paid_allowance_discharges_the_man_on_paper(session: Session) -> None:
    person = specimens.ABROAD.person
    application = forward(session, person).about
    settle(session, person, application)
    granted = decisions(session, application)[-1]
    assert granted["outcome"] == "granted"
    assert session.get_one(ServiceRecord, UUID(person)).status == "exempt"
    assert session.get_one(Discharge, application).document == granted["document"]
    paper = documents.find(session, granted["document"])
    assert granted["document_number"] == paper.number
    assert paper.data["holder"] == {"ar": "كرم سليم نموذج", "en": "Karam Salim Namouzaj"}
    assert paper.expires_on is None
    assert render_document(session, paper.code)[:5] == b"%PDF-"


def test_a_second_payment_for_a_discharged_man_is_refused_not_kept(session: Session) -> None:
    person = specimens.ABROAD.person
    first, second = forward(session, person).about, forward(session, person).about
    settle(session, person, first)
    settle(session, person, second)
    assert decisions(session, second)[-1]["reason"] == "service_already_settled"


def test_a_payment_nobody_assessed(session: Session) -> None:
    application = references.new(HOME, 10)
    settle(session, specimens.ABROAD.person, application)
    assert decisions(session, application)[-1]["reason"] == "not_assessed"


@pytest.fixture
def client(registers: int, service_client: Callable[[str], ServiceClient]) -> ServiceClient:
    return service_client("conscription")


def test_a_statement_is_about_the_asker_for_one_purpose(client: ServiceClient, key_folder: Any) -> None:
    person = specimens.ABROAD.person
    answer = client.post("/statements", expatriate(person), {"purpose": "cash-allowance"}).get_json()
    assert answer["facts"] == {
        "person": person,
        "service_status": "liable",
        "born_abroad": False,
        "deferred_until": None,
    }
    claims = Keys(key_folder, "consular").verify(answer["statement"], "statement", issuer="conscription")
    assert (claims["person"], claims["purpose"], claims["facts"]) == (person, "cash-allowance", answer["facts"])


def test_somebody_without_a_record_gets_that_attested(client: ServiceClient) -> None:
    answer = client.post("/statements", expatriate(specimens.WOMAN.person), {"purpose": "cash-allowance"})
    assert answer.get_json()["facts"]["service_status"] is None


@pytest.mark.parametrize(
    ("sent", "errors"),
    [({}, {"purpose": "required"}), ({"purpose": "flying-carpet"}, {"purpose": "unknown_transaction"})],
)
def test_a_statement_needs_a_known_purpose(client: ServiceClient, sent: object, errors: dict[str, str]) -> None:
    answer = client.post("/statements", expatriate(), sent)
    assert (answer.status_code, answer.get_json()["errors"]) == (422, errors)


def test_a_body_that_is_no_json(client: ServiceClient) -> None:
    answer = client.ask(
        "POST", "/statements", expatriate(), data=b"\xff{", headers={"Content-Type": "application/json"}
    )
    assert (answer.status_code, answer.get_json()["code"]) == (422, "not_json")


def test_an_assessment_is_shown_to_its_man_and_his_mission_only(
    client: ServiceClient, database: Callable[[str], Any]
) -> None:
    person = specimens.STUDENT.person
    application = references.new(HOME, 10)
    with database("conscription").scope(HOME) as session:
        shown = {"tier": "one_year", "amount": 1_000_000, "currency": "USD", "law": "LD 31/2020", "working": []}
        row = Assessment(
            application=application, mission=HOME, person=UUID(person), transaction="cash-allowance", **shown
        )
        session.add(row)
    path = f"/assessments/{application}"
    assert client.get(path, expatriate(person)).get_json()["amount"] == 1_000_000
    assert client.get(path, officer()).status_code == 200
    for stranger in (expatriate(), officer(mission=ELSEWHERE), expatriate(person, mission=ELSEWHERE)):
        assert client.get(path, stranger).status_code == 404


# Legislative Decrees 31/2020, 37/2023 and 20/2024, Law 33/2014: dollars by tier, on days before and after each.
LAWS = [
    ("cash-allowance", "2020-11-07", {}),
    (
        "cash-allowance",
        "2020-11-08",
        {
            "four_years": 7_000,
            "three_years": 8_000,
            "two_years": 9_000,
            "one_year": 10_000,
            "born_abroad": 3_000,
            "born_abroad_ten_years": 6_500,
            "stay_extension": 200,
        },
    ),
    ("reserve-cash-allowance", "2023-11-30", {"reserve_abroad": 5_000, "stay_extension": 200}),
    ("reserve-cash-allowance", "2023-12-01", {"reserve_age": 4_800, "reserve_month_served": 200}),
    ("reserve-cash-allowance", "2024-08-01", {"reserve_age": 4_800, "reserve_disability": 3_000}),
    (
        "missed-service-allowance",
        "2024-08-01",
        {"missed_service": 8_000, "missed_service_year_late": 200, "missed_service_cap": 2_000},
    ),
]


@pytest.mark.parametrize(("slug", "on", "dollars"), LAWS)
def test_the_amounts_of_a_day_are_those_of_its_laws(
    session: Session, slug: str, on: str, dollars: dict[str, int]
) -> None:
    told: Any = laws.amounts_on(session, slug, date.fromisoformat(on))["amounts"]
    found = {row["name"]: row["amount"]["amount"] / 100 for row in told if row["amount"]}
    assert dollars.items() <= found.items() and bool(found) == bool(dollars)


@pytest.mark.parametrize(("on", "age"), [("2024-07-31", 40), ("2024-08-01", 38)])
def test_the_age_of_the_reserve_allowance_was_lowered_once(session: Session, on: str, age: int) -> None:
    told: Any = laws.amounts_on(session, "reserve-cash-allowance", date.fromisoformat(on))["amounts"]
    assert [row["value"] for row in told if row["name"] == "reserve_age"] == [age]


def test_the_numbers_that_need_a_lawyer_are_shown_to_administrators_only(
    service_client: Callable[[str], ServiceClient],
) -> None:
    client = service_client("conscription")
    for role in ("administrator", "head_of_mission", "auditor"):
        found = {row["name"]: row for row in client.get("/parameters", officer(role)).get_json()}
        assert set(found) == {
            *("deferral_minimum_stay_days", "deferral_renewal_earliest_days"),
            *("missed_service_months_to_pay", "reserve_upper_age"),
        }
        assert found["missed_service_months_to_pay"]["value"] == 3
        assert found["reserve_upper_age"]["value"] is None
        assert {name: row["transactions"] for name, row in found.items()} == {
            "deferral_minimum_stay_days": ["residence-deferral"],
            "deferral_renewal_earliest_days": ["residence-deferral-renewal"],
            "missed_service_months_to_pay": ["missed-service-allowance"],
            "reserve_upper_age": ["reserve-cash-allowance"],
        }
    assert client.get("/parameters", officer("clerk")).status_code == 403
    assert client.get("/parameters", expatriate()).status_code == 403
