"""The books of a mission: a trial balance at any instant, closed days, exports that other programs check."""

import csv
import io
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from beancount import loader
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from services.consular.missions import today
from services.consular.payments.collection import take
from services.consular.payments.ledger import accounts, close, entries, export
from services.consular.payments.ledger.model import Close, ClosingBalance
from services.consular.payments.ledger.postings import Posting
from services.consular.payments.refunds import pay, prepare, refund
from services.consular.payments.refunds.rules import RefundState
from services.consular.payments.tills import deposit, till
from services.consular.payments.tills.denominations import denominations
from shared.database.db import now
from shared.values.money import CARD_CURRENCIES, Money
from tests.conftest import ServiceClient, officer
from tests.factories.payments import CASHIER, JOB, open_till, owe, paid
from tests.factories.payments.refunds import BY_CASH, due_in_cash
from tests.factories.payments.second_evaluator import balances as second_balances

pytestmark = pytest.mark.usefixtures("empty_files")

SessionFor = Callable[..., Session]
RIYALS = Money(75_000, "SAR")
CONVERSIONS = (accounts.EXCHANGE, accounts.EXCHANGE_DIFFERENCE)


def busy_day(session: Session) -> None:
    """Cash, a card, money that does not fit, refunds at three stages, a till closed short, a deposit."""
    teller = officer("cashier", name=f"till-{uuid.uuid4().hex[:6]}")
    open_till(session, teller, "SAR")
    take.cash(session, teller, owe(session).reference, RIYALS, uuid.uuid4().hex)
    for amount in (RIYALS, Money(4_200, "EUR")):
        attempt = take.open_attempt(session, JOB, owe(session).reference, uuid.uuid4().hex).reference
        take.record_success(session, JOB, attempt, paid(amount, f"page-{uuid.uuid4().hex}"))
    refund.mark_held_due(session, CASHIER, attempt, "wrong_currency")
    due_in_cash(session)
    given_back = due_in_cash(session)
    prepare.prepare(session, CASHIER, given_back.reference, given_back.money, BY_CASH)
    assert given_back.state == RefundState.APPROVED
    pay.record_paid(session, CASHIER, given_back, accounts.cash_of(CASHIER.id))
    opened = till.require_open(session, teller, "SAR")
    till.close_till(session, teller, opened.reference, {"50000": 1, "5000": 4})
    deposit.deposit(session, teller, "SAR", {"50000": 1})


def test_a_second_evaluator_finds_the_same_and_each_currency_sums_to_zero(session_for: SessionFor) -> None:
    session = session_for("consular")
    for _ in range(3):
        busy_day(session)
    found = {key: amount for key, amount in entries.balances(session).items() if amount}
    own = {key: amount for key, amount in found.items() if not key[0].startswith("due:") and key[0] not in CONVERSIONS}
    assert own == second_balances(session)
    assert own[accounts.TILL_VARIANCE, "SAR"] == 3 * 5_000
    for currency in {currency for _, currency in found}:
        assert sum(amount for (_, other), amount in found.items() if other == currency) == 0


def test_a_planted_fault_search_leads_to_the_second_evaluator(session_for: SessionFor) -> None:
    session = session_for("consular")
    busy_day(session)
    entries.post_entry(
        session,
        JOB,
        mission="RUH",
        kind="payment",
        source=uuid.uuid4().hex,
        about="x",
        postings=[Posting("card", Money(1, "SAR")), Posting("suspense", Money(-1, "SAR"))],
    )
    assert second_balances(session)["card", "SAR"] == entries.balances(session)["card", "SAR"] - 1


def test_the_open_program_checks_every_entry_and_balance(session_for: SessionFor) -> None:
    session = session_for("consular")
    busy_day(session)
    booked = export.lines(session, now(session) + timedelta(seconds=1))
    written = export.as_beancount(booked, "Asia/Riyadh")
    _, errors, _ = loader.load_string(written)
    assert errors == []
    assert written.count(" balance ") == len({(line.account, line.money.currency) for line in booked})
    wrong = written.replace(" 750.00 SAR", " 750.01 SAR", 1)
    assert loader.load_string(wrong)[1] != []


def test_the_table_has_every_line_and_no_formula(session_for: SessionFor) -> None:
    session = session_for("consular")
    busy_day(session)
    booked = export.lines(session, now(session) + timedelta(seconds=1))
    hostile = [*booked[:-1], export.Booked(**{**vars(booked[-1]), "source": '=HYPERLINK("x")', "about": "＝1+1"})]
    rows = list(csv.DictReader(io.StringIO(export.as_csv(hostile))))
    assert [row["amount"] for row in rows] == [str(line.money.major) for line in booked]
    assert (rows[-1]["source"], rows[-1]["about"]) == ('\'=HYPERLINK("x")', "'＝1+1")


@pytest.mark.parametrize(("code", "name"), [("cash:a_b", "Assets:Till:A-a-5f-b"), ("due:x", "Income:A-x")])
def test_accounts_have_names_of_their_own(code: str, name: str) -> None:
    assert export.account_name(code) == name


def test_every_account_is_of_a_kind_that_an_accountant_knows() -> None:
    codes = [code for name, code in vars(accounts).items() if name.isupper()]
    assert len(codes) > 10 and all(not export.account_name(code).startswith("Equity:A-") for code in codes)
    assert export.account_name(accounts.ADVANCE).startswith("Liabilities:")


def test_the_open_program_knows_every_currency() -> None:
    at, currencies = datetime(2026, 12, 31, 22, tzinfo=UTC), sorted({*CARD_CURRENCIES, *denominations()})
    booked = [
        export.Booked(at, currency, "payment", currency, "x", "x", account, Money(amount, currency))
        for currency in currencies
        for account, amount in ((accounts.SAFE, 12_345), (accounts.ADVANCE, -12_345))
    ]
    written = export.as_beancount(booked, "Asia/Riyadh")
    assert loader.load_string(written)[1] == []
    for figure in ("12.345 KWD", "123.45 SYP-OLD", "123.45 SYP-NEW", "12345 JPY"):
        assert f"2027-01-02 balance Assets:Safe  {figure}\n" in written


def booked_earlier(session: Session, days: int, amount: int) -> None:
    """An entry of some days ago, written past the code."""
    entry = {"id": uuid.uuid4(), "days": days}
    for account in ("card", "suspense"):
        session.execute(
            text("INSERT INTO account VALUES ('RUH', :code, now()) ON CONFLICT DO NOTHING"), {"code": account}
        )
    session.execute(
        text(
            "INSERT INTO entry (id, mission, kind, source, about, actor, booked_at) "
            "VALUES (:id, 'RUH', 'suspense', CAST(:id AS text), 'x', 'x', now() - make_interval(days => :days))"
        ),
        entry,
    )
    line = text(
        "INSERT INTO line (entry, mission, account, amount, currency) VALUES (:id, 'RUH', :code, :amount, 'SAR')"
    )
    for code, signed in (("card", amount), ("suspense", -amount)):
        session.execute(line, {"id": entry["id"], "code": code, "amount": signed})


def closing(session: Session) -> list[dict[tuple[str, str], int]]:
    """The figures of each closed day, the first one first."""
    rows = session.scalars(select(ClosingBalance).execution_options(populate_existing=True)).all()
    days = sorted({row.day for row in rows})
    return [{(row.account, row.currency): row.amount for row in rows if row.day == day} for day in days]


def figures(amount: int) -> dict[tuple[str, str], int]:
    return {("card", "SAR"): amount, ("suspense", "SAR"): -amount}


def test_a_closed_day_never_changes(session_for: SessionFor) -> None:
    session = session_for("consular")
    booked_earlier(session, 4, 100)
    busy_day(session)
    yesterday = today(session, "RUH") - timedelta(days=1)
    assert close.close_days(session, JOB, today(session, "RUH") - timedelta(days=4)) == 0, "the day is not over"
    assert close.close_days(session, JOB, yesterday) == 1
    assert session.scalars(select(Close.entries)).all() == [1]
    assert closing(session) == [figures(100)]
    with pytest.raises(DBAPIError, match="is closed"), session.begin_nested():
        booked_earlier(session, 4, 7)
    busy_day(session)
    assert close.close_days(session, JOB, yesterday) == 0
    assert closing(session) == [figures(100)]
    assert entries.balances(session, now(session) - timedelta(days=3)) == figures(100)


def test_after_some_days_without_a_close_each_closes_by_its_own_figures(session_for: SessionFor) -> None:
    session = session_for("consular")
    day = today(session, "RUH")
    booked_earlier(session, 9, 100)
    assert close.close_days(session, JOB, day - timedelta(days=8)) == 1
    for back, amount in ((7, 20), (7, 3), (5, 400), (2, -50)):
        booked_earlier(session, back, amount)
    busy_day(session)
    assert close.close_days(session, JOB, day + timedelta(days=1)) == 3, "today is not over"
    closed = session.execute(select(Close.day, Close.entries).order_by(Close.day)).all()
    assert closed == [(day - timedelta(days=back), count) for back, count in ((9, 1), (7, 2), (5, 1), (2, 1))]
    assert closing(session) == [figures(amount) for amount in (100, 123, 523, 473)]
    assert close.close_days(session, JOB, day + timedelta(days=1)) == 0
    with pytest.raises(DBAPIError, match="is closed"), session.begin_nested():
        booked_earlier(session, 6, 7)


def test_nothing_is_booked_into_a_closed_day(session_for: SessionFor) -> None:
    session = session_for("consular")
    values = "('RUH', :day, now() + interval '1 hour', now() + interval '2 hours', 1)"
    statement = text(f"INSERT INTO close (mission, day, until, closed_at, entries) VALUES {values}")  # noqa: S608
    session.execute(statement, {"day": today(session, "RUH")})
    with pytest.raises(DBAPIError, match="is closed"):
        take.cash(session, CASHIER, owe(session).reference, RIYALS, uuid.uuid4().hex)


@pytest.mark.parametrize("statement", ["UPDATE close SET entries = 0", "DELETE FROM closing_balance"])
def test_a_close_is_never_rewritten(session_for: SessionFor, statement: str) -> None:
    with pytest.raises(DBAPIError, match=r"permission denied|append-only"):
        session_for("consular").execute(text(statement))


def asked(client: ServiceClient, role: str, path: str = "", **query: str) -> TestResponse:
    return client.get(f"/desk/ledger{path}", officer(role), query_string=query)


def test_head_and_auditor_read_the_books(service_client: Callable[[str], ServiceClient]) -> None:
    client = service_client("consular")
    for role, status in (("head_of_mission", 200), ("auditor", 200), ("cashier", 403), ("officer", 403)):
        for path in ("", "/export.csv", "/export.beancount"):
            assert asked(client, role, path).status_code == status
    assert asked(client, "auditor", at="2020-01-01T00:00:00+00:00").get_json()["balances"] == []
    for at in ("yesterday", "2020-01-01T00:00:00", "2020-13-01T00:00:00+00:00"):
        wrong = asked(client, "auditor", at=at)
        assert (wrong.status_code, wrong.get_json()["errors"]) == (422, {"at": "malformed"})
