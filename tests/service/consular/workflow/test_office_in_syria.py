"""Passports at an office inside Syria: a relative or an agent applies without an appointment, pays in foreign currency
at its till, and is handed the booklet there."""

import uuid
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from deploy.demo.population import specimens
from deploy.dev.servers.postgres import Postgres
from deploy.platform.database.roles import DATABASE, connect_as_admin
from services.consular import missions
from services.consular.applications.model import Step
from services.consular.handlers import HANDLERS
from services.consular.missions import reference_data
from services.consular.payments.ledger import accounts, entries
from shared.database.db import Database
from shared.documents import issuer
from shared.documents.model import Document
from shared.errors import NotFound
from tests.conftest import HOME, officer
from tests.factories.answers import code_of
from tests.factories.applications import Counter, decision, receive
from tests.factories.mandates import Acting, Client, claim_for, close_files, mandated, release
from tests.factories.payments import open_till
from tests.factories.refusals import refuses

pytestmark = pytest.mark.clock

SLUG, OFFICE = "passport-renewal", "DAM"
CASHIER, CLERK = officer("cashier", OFFICE), officer("clerk", OFFICE)
HEAD = officer("head_of_mission", OFFICE)
PRICE = {"amount": 20_000, "currency": "USD"}
At = Callable[..., Counter]
Databases = Callable[[str], Database]


@pytest.fixture
def wife(service_client: Client, registers: int, empty_files: None) -> Iterator[Acting]:
    """Who lives in Damascus, and whose husband is abroad."""
    assert registers
    close_files(service_client, specimens.FATHER)
    yield Acting(service_client, specimens.MOTHER, OFFICE)
    release(service_client, specimens.FATHER, specimens.MOTHER, specimens.SERVED)


@pytest.fixture
def dated_office(cluster: Postgres, urls: dict[str, str]) -> Iterator[Callable[[str], None]]:
    """The office with another last day; it is open again afterwards."""
    assert urls

    def until(day: str | None) -> None:
        with connect_as_admin(cluster.admin_url, DATABASE) as connection:
            connection.execute("UPDATE consular.office SET valid_to = %s WHERE code = %s", [day, OFFICE])

    yield until
    until(None)


def desk(wife: Acting, reference: str, verb: str, who: Any, **body: Any) -> TestResponse:
    return wife.client("consular").post(f"/desk/cases/{reference}/{verb}", who, {"key": uuid.uuid4().hex, **body})


def sent(acting: Acting, behalf: dict[str, Any], whose: specimens.Specimen = specimens.FATHER) -> str:
    made = acting.begin(SLUG, behalf)
    assert made.status_code == 201, made.get_json()
    reference = str(made.get_json()["reference"])
    acting.fill(reference, SLUG, whose)
    answer = acting.submit(reference, acting.statements(SLUG, behalf))
    assert answer.status_code == 200, answer.get_json()
    return reference


def with_till(acting: Acting, currency: str = "USD") -> None:
    with acting.client("consular").app.extensions["database"].scope(OFFICE) as session:
        open_till(session, CASHIER, currency)


def paid(acting: Acting, reference: str) -> dict[str, Any]:
    with_till(acting)
    answer = desk(acting, reference, "cash", CASHIER, **PRICE)
    assert answer.status_code == 200, answer.get_json()
    return dict(answer.get_json())


def printed(acting: Acting, reference: str) -> None:
    assert desk(acting, reference, "accept", HEAD).status_code == 200
    with acting.client("consular").app.extensions["database"].scope(OFFICE) as session:
        receive(session, 1, OFFICE)
        HANDLERS["decision.made"](session, decision(reference, "granted", "civil_registry", "confirm", document="X"))


def collected(acting: Acting, reference: str, number: str) -> TestResponse:
    return desk(acting, reference, "collect", CLERK, national_number=number)


def test_a_wife_obtains_the_passport_of_her_husband_abroad(wife: Acting, database: Databases) -> None:
    reference = sent(wife, claim_for(specimens.FATHER))
    shown = wife.read(reference).get_json()
    assert (shown["status"], shown["mission"], shown["office"]) == ("awaiting_payment", OFFICE, "DAM/2026-01-01")
    assert (shown["quote"]["total"], shown["quote"]["currency"]) == (20_000, "USD")
    assert (shown["visit"], shown["turn"]) == (None, None) and not {"hold_turn", "attend"} & set(shown["allowed"])
    receipt = paid(wife, reference)["receipt"]
    assert receipt.startswith(f"{OFFICE}-") and wife.read(reference).get_json()["status"] == "in_review"
    printed(wife, reference)
    ready = wife.read(reference).get_json()
    assert (ready["status"], bool(ready["slip"])) == ("ready", True)
    with database("consular").scope(OFFICE) as session:
        assert all(
            sum(amount for (_, currency), amount in entries.balances(session).items() if currency == each) == 0
            for each in ("USD",)
        )
        assert entries.balance(session, accounts.cash_of(CASHIER.id), "USD").amount >= 20_000
        slip = session.get_one(Document, ready["slip"]).data
        assert "Damascus" in slip["address"]["en"] and slip["hours"][0]["from"] == "09:00"
        assert "old_passport" not in slip["bring"]
    with database("consular").scope(HOME) as session:
        assert (accounts.cash_of(CASHIER.id), "USD") not in entries.balances(session)
    assert code_of(collected(wife, reference, specimens.WOMAN.national_number)) == "wrong_person"
    assert collected(wife, reference, specimens.MOTHER.national_number).status_code == 200
    with database("consular").scope(OFFICE) as session:
        last = session.scalars(select(Step).where(Step.application == reference).order_by(Step.id.desc())).first()
        assert last is not None and (last.code, last.detail["capacity"]) == ("collected", "relative")


def test_money_goes_back_out_of_the_same_till(wife: Acting) -> None:
    reference = sent(wife, claim_for(specimens.FATHER))
    paid(wife, reference)
    assert wife.post(f"/applications/{reference}/withdraw", {"key": uuid.uuid4().hex}).status_code == 200
    [refund] = wife.read(reference).get_json()["refunds"]
    owed = {"amount": refund["amount"], "currency": refund["currency"]}
    assert owed == PRICE
    at = f"/desk/refunds/{refund['reference']}"
    consular = wife.client("consular")
    for verb, body in (("prepare", {**owed, "method": "cash"}), ("payout", owed)):
        answer = consular.post(f"{at}/{verb}", CASHIER, {"key": uuid.uuid4().hex, **body})
        assert answer.status_code == 200, (verb, answer.get_json())
    assert wife.read(reference).get_json()["refunds"][0]["state"] == "paid"


@pytest.mark.parametrize("mission", [HOME, "BER"])
def test_abroad_a_relative_obtains_no_passport(wife: Acting, mission: str) -> None:
    assert code_of(wife.begin(SLUG, claim_for(specimens.FATHER), mission)) == "capacity_not_allowed"


def test_a_stranger_is_no_relative_and_a_missing_mandate_none(wife: Acting) -> None:
    [answer] = wife.ask(SLUG, claim_for(specimens.WOMAN))
    assert code_of(answer) == "kin_not_found"
    true = wife.statements(SLUG, claim_for(specimens.FATHER))
    made = wife.begin(SLUG, {"capacity": "agent", "mandate": "DAM-22222-22222-V"}, statements=true)
    assert made.status_code in (404, 422), made.get_json()
    assert code_of(wife.begin(SLUG, {"capacity": "agent"}, statements=true)) == "statement_of_another"


@pytest.mark.parametrize("slug", ["passport-lost", "passport-damaged", "individual-extract", "cash-allowance"])
def test_other_transactions_are_not_offered_there(counter: At, slug: str) -> None:
    assert code_of(counter(mission=OFFICE).start(slug)) in {"not_at_this_office", "transaction_not_active"}


@pytest.mark.parametrize("mission", ["ZZZ", "DM", "dam"])
def test_an_office_that_does_not_exist(counter: At, mission: str) -> None:
    assert code_of(counter(mission=mission).start(SLUG)) in {"mission_unknown", "invalid"}


def test_a_closed_office_takes_nothing_in_and_hands_nothing_over(
    wife: Acting, counter: At, dated_office: Callable[[str], None]
) -> None:
    reference = sent(wife, claim_for(specimens.FATHER))
    with_till(wife)
    dated_office("2026-02-01")
    assert code_of(desk(wife, reference, "cash", CASHIER, **PRICE)) == "office_closed"
    assert code_of(counter(mission=OFFICE).start(SLUG)) == "office_closed"
    dated_office(date.max.isoformat())
    paid(wife, reference)
    printed(wife, reference)
    dated_office("2026-02-01")
    assert code_of(collected(wife, reference, specimens.MOTHER.national_number)) == "office_closed"


@pytest.mark.parametrize(
    ("money", "code"),
    [
        ({"amount": 75_000, "currency": "SAR"}, "currency_not_taken"),
        ({"amount": 20_000, "currency": "SYP-NEW"}, "currency_not_taken"),
        ({"amount": 20_000, "currency": "EUR"}, "amount_differs"),
        ({"amount": 19_999, "currency": "USD"}, "amount_differs"),
        ({"amount": 20_001, "currency": "USD"}, "amount_differs"),
        ({"amount": 0, "currency": "USD"}, "invalid"),
        ({"amount": -20_000, "currency": "USD"}, "invalid"),
        ({"amount": 20_000, "currency": "SYP"}, "invalid"),
    ],
)
def test_other_money_than_what_is_owed_is_not_taken(wife: Acting, money: dict[str, Any], code: str) -> None:
    reference = sent(wife, claim_for(specimens.FATHER))
    with_till(wife)
    assert code_of(desk(wife, reference, "cash", CASHIER, **money)) == code
    assert wife.read(reference).get_json()["status"] == "awaiting_payment"


def test_a_cashier_of_a_mission_abroad_does_not_see_it(wife: Acting) -> None:
    reference = sent(wife, claim_for(specimens.FATHER))
    assert desk(wife, reference, "cash", officer("cashier", HOME), **PRICE).status_code == 404
    assert desk(wife, reference, "cash", officer("cashier", "ALP"), **PRICE).status_code == 404


def test_an_agent_collects_while_the_mandate_is_in_force(service_client: Client, wife: Acting) -> None:
    husband = Acting(service_client, specimens.FATHER, OFFICE)
    agent = Acting(service_client, specimens.SERVED, OFFICE)
    mandate = mandated(husband, agent, scope=[SLUG])
    reference = sent(agent, {"capacity": "agent", "mandate": mandate})
    paid(wife, reference)
    printed(wife, reference)
    assert husband.end(mandate).status_code == 200
    assert code_of(collected(wife, reference, specimens.SERVED.national_number)) == "mandate_ended_here"
    assert code_of(collected(wife, reference, specimens.MOTHER.national_number)) == "wrong_person"
    assert collected(wife, reference, specimens.FATHER.national_number).status_code == 200


def test_a_holder_abroad_applies_and_whom_they_name_collects(
    service_client: Client, wife: Acting, database: Databases
) -> None:
    husband, agent = (Acting(service_client, one, OFFICE) for one in (specimens.FATHER, specimens.SERVED))
    made = husband.post("/applications", {"transaction": SLUG, "key": uuid.uuid4().hex, "mission": OFFICE})
    reference = str(made.get_json()["reference"])
    husband.fill(reference, SLUG, specimens.FATHER)
    stated = husband.post("/statements", {"purpose": SLUG}, "civil_registry").get_json()["statement"]
    assert husband.submit(reference, [stated]).status_code == 200
    paid(wife, reference)
    printed(wife, reference)
    assert code_of(collected(wife, reference, specimens.SERVED.national_number)) == "wrong_person"
    mandate = mandated(husband, agent, scope=[SLUG])
    assert husband.end(mandate).status_code == 200
    assert code_of(collected(wife, reference, specimens.SERVED.national_number)) == "wrong_person"
    mandated(husband, agent, scope=[SLUG])
    assert collected(wife, reference, specimens.SERVED.national_number).status_code == 200


def test_a_mandate_of_a_mission_abroad_is_none_here(service_client: Client, wife: Acting) -> None:
    husband, agent = Acting(service_client, specimens.FATHER), Acting(service_client, specimens.SERVED)
    refused = husband.grant(specimens.SERVED, scope=[SLUG])
    assert code_of(refused, "scope") == "mandate_scope_needed"
    granted = husband.grant(specimens.SERVED, scope=[SLUG], mission=OFFICE)
    assert granted.status_code == 201 and granted.get_json()["mission"] == OFFICE
    release(service_client, specimens.FATHER, specimens.SERVED)
    mandate = mandated(husband, agent)
    proof = agent.post(f"/mandates/{mandate}/proof", {"purpose": SLUG})
    assert code_of(proof) == "mandate_out_of_scope"


@pytest.mark.parametrize(
    "change",
    ["takes = '{USD,SYP-NEW}'", "takes = '{SYP}'", "takes = '{}'", "days = '{}'", "opens = closes", "kind = 'shop'"],
)
def test_the_database_refuses_offices_that_take_pounds_or_have_no_hours(
    cluster: Postgres, urls: dict[str, str], change: str
) -> None:
    assert urls
    with connect_as_admin(cluster.admin_url, DATABASE) as connection, pytest.raises(Exception, match="ck_office"):
        connection.execute(f"UPDATE consular.office SET {change} WHERE code = 'DAM'")  # noqa: S608


def test_offices_for_demonstrations_are_not_there_outside_demo_mode(
    database: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reference_data, "value", lambda _session, _name, build: build())
    with database("consular").scope(None) as session:
        assert OFFICE in {mission.code for mission in missions.list_all(session)}
        monkeypatch.setattr(issuer, "_current", issuer.Issuer(specimen=False))
        assert {mission.status for mission in missions.list_all(session)}.isdisjoint({missions.DEMO})
        with refuses("mission_unknown", NotFound):
            missions.find(session, OFFICE)
