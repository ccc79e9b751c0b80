"""Each transaction from the first answer to the paper in hand, through every service."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy import text

from deploy.demo.population import specimens
from deploy.dev.servers.postgres import Postgres
from deploy.platform.database.roles import DATABASE, connect_as_admin
from services.consular.passports import booklets
from services.consular.payments.tariffs.model import TransactionStatus
from shared.database.db import Database
from shared.identity.actor import service
from tests.conftest import HOME, officer
from tests.journey.conftest import Case, Platform, fresh_key

Begin = Callable[..., Case]


@pytest.fixture(autouse=True)
def stock(database: Callable[[str], Database]) -> None:
    """Booklets enough for a test."""
    with database("consular").scope(HOME) as session:
        if booklets.counts(session)["in_stock"] < 5:
            booklets.receive(session, service("consular", HOME), HOME, [f"T{700_000_000 + n}" for n in range(50)])


@pytest.fixture
def allowance_is_active(database: Callable[[str], Database], cluster: Postgres, as_before: None) -> Iterator[None]:
    """The dated row by which the demo activates the legacy allowance, for the length of a test."""
    from deploy.demo import demo_data
    from services.consular.payments.tariffs import transaction_status

    with database("consular").scope(HOME) as session:
        transaction_status.declare_status(
            session, "cash-allowance", transaction_status.ACTIVE, demo_data.ACTIVATED_ON, "test", "test"
        )
    yield
    with connect_as_admin(cluster.admin_url, DATABASE) as connection:
        # What is append-only to everybody else.
        connection.execute("SET session_replication_role = replica")
        connection.execute("DELETE FROM consular.standing WHERE scope IS NULL AND approver = 'test'")


def balances(database: Callable[[str], Database]) -> dict[str, int]:
    """What all ledger lines of a mission sum to, by currency: zero, or money was made."""
    with database("consular").scope(HOME) as session:
        rows = session.execute(text("SELECT currency, sum(amount)::bigint FROM line GROUP BY currency"))
        return {str(row.currency): int(row.sum) for row in rows}


def test_a_passport_is_renewed_and_collected(case: Begin, database: Callable[[str], Database]) -> None:
    mine = case(specimens.WOMAN, "passport-renewal").draft()
    assert mine.status == "draft"
    assert mine.submit()["status"] == "awaiting_payment"
    quote = mine.serialise()["quote"]
    assert (quote["total"], quote["currency"]) == (75_000, "SAR")
    assert mine.pay_cash()["receipt"]
    assert mine.status == "in_review"
    mine.come()
    mine.desk("accept")
    assert mine.status == "ready"
    mine.desk("collect", "clerk", national_number=specimens.WOMAN.national_number)
    assert mine.status == "collected"
    codes = [step["code"] for step in mine.serialise()["timeline"]]
    assert codes[-6:] == ["submitted", "paid", "attended", "accepted", "granted", "collected"]
    assert set(balances(database).values()) == {0}


def test_an_extract_comes_back_as_a_document(case: Begin) -> None:
    mine = case(specimens.WOMAN, "individual-extract").draft()
    mine.submit()
    mine.pay_cash()
    mine.desk("accept")
    shown = mine.serialise()
    assert shown["status"] == "ready"
    code = shown["document"] if isinstance(shown["document"], str) else shown["document"]["code"]
    assert code[4] == "R"
    verified = mine.platform.ask("civil_registry", "GET", f"/verify/{code}", mine.me)
    assert (verified["status"], verified["kind"]) == ("valid", "individual-extract")


def test_an_allowance_is_assessed_then_paid_then_discharged(case: Begin, allowance_is_active: None) -> None:
    mine = case(specimens.ABROAD, "cash-allowance").draft()
    assert mine.submit()["status"] == "in_review"
    assert mine.serialise()["quote"] is None
    mine.desk("accept")
    shown = mine.serialise()
    assert shown["status"] == "awaiting_payment"
    assert (shown["quote"]["total"], shown["quote"]["currency"]) == (2_625_000, "SAR")
    working = mine.platform.ask("conscription", "GET", f"/assessments/{mine.reference}", mine.me)
    assert working["tier"] == "four_years"
    mine.pay_cash()
    shown = mine.serialise()
    assert shown["status"] == "ready"
    code = shown["document"] if isinstance(shown["document"], str) else shown["document"]["code"]
    assert mine.platform.ask("conscription", "GET", f"/verify/{code}", mine.me)["status"] == "valid"


def test_a_returned_application_is_mended_and_goes_on(case: Begin) -> None:
    mine = case(specimens.MOTHER, "individual-extract").draft()
    mine.submit()
    mine.pay_cash()
    mine.desk("return", reason="paper_unreadable", note="الصورة معتمة")
    assert mine.status == "returned"
    assert mine.submit()["status"] == "in_review"
    mine.desk("accept")
    assert mine.status == "ready"


def test_a_refused_application_has_its_fee_marked_as_due_back(case: Begin) -> None:
    mine = case(specimens.MOTHER, "individual-extract").draft()
    mine.submit()
    mine.pay_cash()
    mine.desk("refuse", reason="identity_doubt", note="")
    shown = mine.serialise()
    assert shown["status"] == "refused"
    assert [(owed["amount"], owed["currency"], owed["state"]) for owed in shown["refunds"]] == [(37_500, "SAR", "due")]


def test_the_same_submission_twice_is_one_submission(case: Begin) -> None:
    mine = case(specimens.MOTHER, "individual-extract").draft()
    key = fresh_key()
    first, second = mine.submit(key), mine.submit(key)
    assert first["status"] == second["status"] == "awaiting_payment"
    assert [step["code"] for step in mine.serialise()["timeline"]].count("submitted") == 1


def test_a_suspended_transaction_takes_neither_application_nor_money(
    platform: Platform, database: Callable[[str], Database]
) -> None:
    elsewhere = "MAD"
    closed = {"id": "test/suspended", "status": "suspended", "source": "test", "certainty": "H", "approver": "test"}
    with database("consular").scope(elsewhere) as session:
        since = date(2020, 1, 1)
        session.merge(TransactionStatus(transaction="individual-extract", scope=elsewhere, valid_from=since, **closed))
    mine = Case(platform, specimens.ABROAD, "individual-extract", elsewhere)
    sent = {"transaction": "individual-extract", "key": fresh_key()}
    refused = platform.refused("consular", "POST", "/applications", mine.me, json=sent)
    assert (refused.status_code, refused.get_json()["code"]) == (422, "transaction_not_active")
    assert refused.get_json()["params"] == {"status": "suspended", "source": "test"}


def test_the_wrong_person_at_the_counter_gets_no_passport(case: Begin) -> None:
    mine = case(specimens.MOTHER, "passport-renewal").draft()
    mine.submit()
    mine.pay_cash()
    mine.come()
    mine.desk("accept")
    shown: dict[str, Any] = {"national_number": specimens.FATHER.national_number, "key": fresh_key()}
    path = f"/desk/cases/{mine.reference}/collect"
    refused = mine.platform.refused("consular", "POST", path, officer("clerk"), json=shown)
    assert refused.get_json()["code"] == "wrong_person"
    assert mine.status == "ready"
