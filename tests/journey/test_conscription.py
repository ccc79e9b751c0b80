"""The transactions of the recruitment directorate through every service: granted, returned, refused, paid back."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest

from deploy.demo.days import today
from deploy.demo.population import specimens
from deploy.demo.population.specimens import Specimen
from deploy.dev.servers.postgres import Postgres
from deploy.platform.database.roles import DATABASE, connect_as_admin
from services.consular.payments.tariffs.model import TransactionStatus
from shared.database.db import Database
from shared.values.dates import STATE_ZONE, add_years, age_on
from tests.conftest import officer
from tests.journey.conftest import SET_STATUS, Case, Platform, fresh_key

pytestmark = pytest.mark.clock

Begin = Callable[..., Case]
# The specimen past service age could pay without addition until this day.
YEARS_LATE = min(age_on(date(2023, 7, 11), today(STATE_ZONE)), 10)
ALLOWANCES = [
    ("cash-allowance", specimens.ABROAD, "four_years", 2_625_000),
    ("reserve-cash-allowance", specimens.FATHER, "reserve_age", 1_800_000),
    ("missed-service-allowance", specimens.PAST_AGE, "missed_service", (800_000 + 20_000 * YEARS_LATE) * 15 // 4),
]
STRANGERS = {
    "cash-allowance": specimens.SERVED,
    "reserve-cash-allowance": specimens.PAST_AGE,
    "missed-service-allowance": specimens.STUDENT,
    "residence-deferral": specimens.PAST_AGE,
    "residence-deferral-renewal": specimens.BORN_ABROAD,
}
PAPERS = {
    "cash-allowance": "cash-allowance-discharge",
    "reserve-cash-allowance": "reserve-allowance-exemption",
    "missed-service-allowance": "missed-service-clearance",
}
HERE, CLOSING = "JED", "DXB"
ASSESSED = [slug for slug, *_ in ALLOWANCES]
DEFERRAL, RENEWAL = "residence-deferral", "residence-deferral-renewal"
BOND = 37_500
SLUGS = [*ASSESSED, DEFERRAL, RENEWAL]


def stand(database: Callable[[str], Database], slug: str, mission: str, status: str, since: date) -> None:
    """A dated row of one mission, as the demo has them for all."""
    row = {"id": f"{slug}/{mission}/{status}", "transaction": slug, "status": status, "scope": mission}
    told = {"valid_from": since, "source": "test", "certainty": "L", "approver": "test"}
    with database("consular").scope(mission) as session:
        session.merge(TransactionStatus(**row, **told))


@pytest.fixture(autouse=True)
def activated(database: Callable[[str], Database]) -> None:
    """What is historical everywhere is active at two missions."""
    for slug, mission in product(SLUGS, (HERE, CLOSING)):
        stand(database, slug, mission, "active", date(2025, 1, 1))


@pytest.fixture
def case(platform: Platform) -> Begin:
    """`case(person, slug)`: an application about to begin at the mission where this is active."""
    return lambda person, slug, mission=HERE: Case(platform, person, slug, mission)


@pytest.fixture(autouse=True)
def nothing_left_open(as_before: None, cluster: Postgres) -> Iterator[None]:
    """Withdraws what a journey left on its way, so that the next one may begin."""
    yield
    with connect_as_admin(cluster.admin_url, DATABASE) as connection:
        connection.execute(
            "UPDATE consular.application SET status = 'withdrawn' WHERE transaction = ANY(%s)"
            " AND status IN ('draft', 'awaiting_payment', 'in_review', 'returned', 'with_authority')",
            [SLUGS],
        )


def refunds(mine: Case) -> list[tuple[int, str]]:
    return [(owed["amount"], owed["state"]) for owed in mine.serialise()["refunds"]]


def document_of(mine: Case, kind: str) -> dict[str, Any]:
    """The paper in hand: it can be verified, read as a PDF by its owner, and found by its number."""
    code = mine.serialise()["document"]["code"]
    verified = mine.platform.ask("conscription", "GET", f"/verify/{code}", mine.me)
    assert (verified["status"], verified["kind"]) == ("valid", kind)
    drawn = mine.platform.clients["conscription"].get(f"/documents/{code}.pdf", mine.me)
    assert drawn.data[:5] == b"%PDF-"
    assert mine.search_leads_to(verified["number"])
    return dict(verified)


@pytest.mark.parametrize(("slug", "person", "tier", "total"), ALLOWANCES)
def test_an_allowance_is_assessed_paid_and_settled_on_paper(
    case: Begin, slug: str, person: Specimen, tier: str, total: int
) -> None:
    mine = case(person, slug).draft()
    assert mine.submit()["status"] == "in_review"
    assert mine.serialise()["quote"] is None
    mine.desk("accept")
    shown = mine.serialise()
    assert shown["status"] == "awaiting_payment"
    assert (shown["quote"]["total"], shown["quote"]["currency"]) == (total, "SAR")
    working = mine.platform.ask("conscription", "GET", f"/assessments/{mine.reference}", mine.me)
    assert (working["tier"], working["reason"]) == (tier, None)
    assert working["working"][-1]["params"]["amount"]["amount"] == working["amount"]
    mine.pay_cash()
    assert mine.status == "ready"
    document_of(mine, PAPERS[slug])
    again = case(person, slug).draft()
    refused = again.platform.refused(
        "consular",
        "POST",
        f"/applications/{again.reference}/submit",
        again.me,
        json={"statements": again.statements(), "key": fresh_key()},
    )
    assert refused.get_json()["code"] == "not_eligible"


@pytest.mark.parametrize(("slug", "person", "tier", "total"), ALLOWANCES)
def test_a_returned_allowance_is_mended_and_goes_on(
    case: Begin, slug: str, person: Specimen, tier: str, total: int
) -> None:
    mine = case(person, slug).draft()
    mine.submit()
    mine.desk("return", reason="paper_missing", note="سند الإقامة")
    assert mine.status == "returned"
    assert mine.submit()["status"] == "in_review"
    mine.desk("accept")
    assert mine.serialise()["quote"]["total"] == total
    assert mine.platform.ask("conscription", "GET", f"/assessments/{mine.reference}", mine.me)["tier"] == tier


@pytest.mark.parametrize("slug", SLUGS)
def test_who_does_not_meet_the_conditions_pays_nothing(case: Begin, slug: str) -> None:
    mine = case(STRANGERS[slug], slug).draft()
    path, sent = f"/applications/{mine.reference}/submit", {"statements": mine.statements(), "key": fresh_key()}
    refused = mine.platform.refused("consular", "POST", path, mine.me, json=sent).get_json()
    assert refused["code"] == "not_eligible"
    assert all(reason["law"] for reason in refused["params"]["reasons"])
    assert mine.status == "draft"


@pytest.mark.parametrize(("slug", "person", "tier", "total"), ALLOWANCES)
def test_what_the_directorate_refuses_after_payment_is_owed_back(
    case: Begin, cluster: Postgres, slug: str, person: Specimen, tier: str, total: int
) -> None:
    mine = case(person, slug).draft()
    mine.submit()
    mine.desk("accept")
    with connect_as_admin(cluster.admin_url, DATABASE) as connection:
        connection.execute(SET_STATUS, ["served", person.person])
    mine.pay_cash()
    shown = mine.serialise()
    assert (shown["status"], shown["timeline"][-1]["reason"]) == ("refused", "service_already_settled")
    assert refunds(mine) == [(total, "due")], tier


@pytest.mark.parametrize(("slug", "person", "tier", "total"), ALLOWANCES)
def test_a_refusal_keeps_its_working(
    case: Begin, cluster: Postgres, slug: str, person: Specimen, tier: str, total: int
) -> None:
    mine = case(person, slug).draft()
    mine.submit()
    with connect_as_admin(cluster.admin_url, DATABASE) as connection:
        connection.execute(SET_STATUS, ["only_son", person.person])
    mine.desk("accept")
    assert mine.status == "refused"
    told = mine.platform.ask("conscription", "GET", f"/assessments/{mine.reference}", mine.me)
    assert (told["reason"], told["amount"]) == ("service_already_settled", None), (tier, total)
    assert refunds(mine) == []


@pytest.mark.parametrize("slug", SLUGS)
def test_a_legacy_transaction_is_historical_until_a_dated_row_says_otherwise(case: Begin, slug: str) -> None:
    elsewhere = case(specimens.FATHER, slug, "BER")
    sent = {"transaction": slug, "key": fresh_key()}
    refused = elsewhere.platform.refused("consular", "POST", "/applications", elsewhere.me, json=sent).get_json()
    assert (refused["code"], refused["params"]["status"]) == ("transaction_not_active", "historical")


@pytest.mark.parametrize(("slug", "person", "tier", "total"), ALLOWANCES)
def test_suspended_while_money_is_owed_none_is_taken(
    case: Begin, database: Callable[[str], Database], slug: str, person: Specimen, tier: str, total: int
) -> None:
    mine = case(person, slug, CLOSING).draft()
    mine.submit()
    mine.desk("accept")
    quote = mine.serialise()["quote"]
    assert (quote["currency"], quote["total"] != total) == ("AED", True), tier
    stand(database, slug, CLOSING, "suspended", date(2025, 6, 1))
    sent = {"amount": quote["cash_total"], "currency": "AED", "key": fresh_key()}
    path = f"/desk/cases/{mine.reference}/cash"
    refused = mine.platform.refused("consular", "POST", path, officer("cashier", CLOSING), json=sent)
    assert refused.get_json()["code"] == "transaction_not_active"
    mine.consular("POST", f"/applications/{mine.reference}/withdraw", json={"key": fresh_key()})
    assert (mine.status, refunds(mine)) == ("withdrawn", [])


def deferred(case: Begin, person: Specimen) -> Case:
    """A first deferral, paid and granted."""
    mine = case(person, DEFERRAL).draft()
    assert mine.submit()["status"] == "awaiting_payment"
    assert mine.serialise()["quote"]["total"] == BOND
    mine.pay_cash()
    assert mine.status == "in_review"
    mine.desk("accept")
    return mine


def refused_at_submit(mine: Case) -> str:
    path, sent = f"/applications/{mine.reference}/submit", {"statements": mine.statements(), "key": fresh_key()}
    answer = mine.platform.refused("consular", "POST", path, mine.me, json=sent).get_json()
    return str(answer["params"]["condition"])


def test_a_deferral_is_paid_granted_and_renewed_once(case: Begin, cluster: Postgres) -> None:
    mine = deferred(case, specimens.STUDENT)
    assert mine.status == "ready"
    first = document_of(mine, "residence-deferral")
    today = date.fromisoformat(first["issued_on"])
    assert first["expires_on"] == (add_years(today, 1) - timedelta(1)).isoformat()
    again = case(specimens.STUDENT, DEFERRAL).draft()
    assert refused_at_submit(again) == "no_deferral_in_force"
    renewed = case(specimens.STUDENT, RENEWAL).draft()
    renewed.submit()
    renewed.pay_cash()
    renewed.desk("accept")
    assert renewed.status == "ready"
    assert document_of(renewed, "residence-deferral")["expires_on"] == (add_years(today, 2) - timedelta(1)).isoformat()
    told = renewed.platform.ask("conscription", "GET", f"/assessments/{renewed.reference}", renewed.me)
    assert [step["code"] for step in told["working"]][:2] == ["deferral_before", "filed_in_time"]
    assert refused_at_submit(case(specimens.STUDENT, RENEWAL).draft()) == "deferral_to_renew"


@pytest.mark.parametrize("slug", [DEFERRAL, RENEWAL])
def test_a_returned_deferral_is_mended_and_granted_without_paying_again(case: Begin, slug: str) -> None:
    if slug == RENEWAL:
        deferred(case, specimens.BORN_ABROAD)
    mine = case(specimens.BORN_ABROAD, slug).draft()
    mine.submit()
    mine.pay_cash()
    mine.desk("return", reason="paper_unreadable", note="ختم الخروج")
    assert mine.submit()["status"] == "in_review"
    mine.desk("accept")
    assert (mine.status, len(mine.serialise()["payments"])) == ("ready", 1)


@pytest.mark.parametrize("slug", [DEFERRAL, RENEWAL])
def test_a_deferral_refused_by_the_directorate_owes_the_bond_back(case: Begin, cluster: Postgres, slug: str) -> None:
    if slug == RENEWAL:
        deferred(case, specimens.STUDENT)
    mine = case(specimens.STUDENT, slug).draft()
    mine.submit()
    mine.pay_cash()
    home_again = "UPDATE conscription.residence_abroad SET until_on = %s WHERE person = %s"
    person, since = specimens.STUDENT.person, date(2025, 5, 12)
    with connect_as_admin(cluster.admin_url, DATABASE) as connection:
        connection.execute(home_again, [since + timedelta(30), person])
    mine.desk("accept")
    with connect_as_admin(cluster.admin_url, DATABASE) as connection:
        connection.execute(home_again, [None, person])
    shown = mine.serialise()
    assert (shown["status"], shown["timeline"][-1]["reason"]) == ("refused", "not_abroad")
    assert refunds(mine) == [(BOND, "due")]
    told = mine.platform.ask("conscription", "GET", f"/assessments/{mine.reference}", mine.me)
    assert told["reason"] == "not_abroad" and told["working"][-1]["code"] == "not_abroad"


@pytest.mark.parametrize("slug", [DEFERRAL, RENEWAL])
def test_suspended_while_paid_the_bond_goes_back(case: Begin, database: Callable[[str], Database], slug: str) -> None:
    if slug == RENEWAL:
        deferred(case, specimens.STUDENT)
    mine = case(specimens.STUDENT, slug, CLOSING).draft()
    mine.submit()
    mine.pay_cash()
    stand(database, slug, CLOSING, "suspended", date(2025, 6, 1))
    mine.desk("return", reason="paper_missing", note="")
    path, sent = f"/applications/{mine.reference}/submit", {"statements": mine.statements(), "key": fresh_key()}
    refused = mine.platform.refused("consular", "POST", path, mine.me, json=sent)
    assert refused.get_json()["code"] == "transaction_not_active"
    mine.consular("POST", f"/applications/{mine.reference}/withdraw", json={"key": fresh_key()})
    assert (mine.status, [state for _, state in refunds(mine)]) == ("withdrawn", ["due"])
