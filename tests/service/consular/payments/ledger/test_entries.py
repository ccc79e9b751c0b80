"""The ledger keeps itself: what does not balance cannot be committed, what is written cannot be changed."""

import uuid
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from services.consular.payments.collection import take
from services.consular.payments.ledger import entries
from services.consular.payments.ledger.model import Line
from services.consular.payments.ledger.postings import Posting
from shared.database.db import Database, enter
from shared.values.money import Money
from tests.factories.payments import CASHIER, JOB, open_till, owe

Databases = Callable[[str], Database]
SessionFor = Callable[..., Session]
LEDGER_TABLES = ("quote", "quote_line", "account", "entry", "line", "receipt", "provider_event", "tariff", "rate")


def _raw_entry(session: Session, legs: list[tuple[str, int, str]]) -> str:
    """An entry written past the code, as the service's own role."""
    entry = str(uuid.uuid4())
    for account in {leg[0] for leg in legs}:
        session.execute(
            text("INSERT INTO account VALUES ('RUH', :code, now()) ON CONFLICT DO NOTHING"), {"code": account}
        )
    session.execute(
        text(
            "INSERT INTO entry (id, mission, kind, source, about, actor, booked_at) "
            "VALUES (CAST(:id AS uuid), 'RUH', 'payment', CAST(:id AS text), 'x', 'x', now())"
        ),
        {"id": entry},
    )
    for account, amount, currency in legs:
        _raw_line(session, entry, account, amount, currency)
    return entry


def _raw_line(session: Session, entry: str, account: str, amount: int, currency: str) -> None:
    session.execute(
        text(
            "INSERT INTO line (entry, mission, account, amount, currency) "
            "VALUES (CAST(:entry AS uuid), 'RUH', :account, :amount, :currency)"
        ),
        {"entry": entry, "account": account, "amount": amount, "currency": currency},
    )


@pytest.mark.parametrize(
    "legs",
    [
        [],
        [("card", 100, "SAR")],
        [("card", 100, "SAR"), ("due:x", -99, "SAR")],
        [("card", 100, "SAR"), ("due:x", -100, "USD")],
        [("card", 100, "SYP-OLD"), ("due:x", -100, "SYP-NEW")],
    ],
)
def test_what_does_not_balance_fails_at_commit(database: Databases, legs: list[tuple[str, int, str]]) -> None:
    with (
        pytest.raises(DBAPIError, match=r"does not balance|fewer than two"),
        database("consular").scope("RUH") as session,
    ):
        _raw_entry(session, legs)


def test_checking_early_does_not_open_a_gap(database: Databases) -> None:
    with pytest.raises(DBAPIError, match="does not balance"), database("consular").scope("RUH") as session:
        entry = _raw_entry(session, [("card", 100, "SAR"), ("due:x", -100, "SAR")])
        session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
        session.execute(text("SET CONSTRAINTS ALL DEFERRED"))
        _raw_line(session, entry, "card", 5, "SAR")


def test_a_committed_entry_takes_no_more_lines(database: Databases) -> None:
    with database("consular").scope("RUH") as session:
        entry = _raw_entry(session, [("card", 100, "SAR"), ("due:x", -100, "SAR")])
    with pytest.raises(DBAPIError, match="is closed"), database("consular").scope("RUH") as session:
        _raw_line(session, entry, "card", 5, "SAR")
        _raw_line(session, entry, "due:x", -5, "SAR")


def test_a_forged_mark_does_not_reopen_an_entry(database: Databases) -> None:
    """The database, not the writer, says in which transaction an entry was made."""
    with database("consular").scope("RUH") as session:
        entry = str(uuid.uuid4())
        session.execute(text("INSERT INTO account VALUES ('RUH', 'card', now()) ON CONFLICT DO NOTHING"))
        session.execute(
            text(
                "INSERT INTO entry (id, mission, kind, source, about, actor, booked_at, written_in) "
                "VALUES (CAST(:id AS uuid), 'RUH', 'payment', CAST(:id AS text), 'x', 'x', now(), 'any')"
            ),
            {"id": entry},
        )
        _raw_line(session, entry, "card", 5, "SAR")
        _raw_line(session, entry, "card", -5, "SAR")
        mark = session.scalar(text("SELECT written_in FROM entry WHERE id = CAST(:id AS uuid)"), {"id": entry})
    assert mark not in (None, "any")


@pytest.mark.parametrize("table", LEDGER_TABLES)
@pytest.mark.parametrize(
    "statement", ["UPDATE {table} SET {column} = {column}", "DELETE FROM {table}", "TRUNCATE {table}"]
)
def test_nothing_written_can_be_changed(session_for: SessionFor, table: str, statement: str) -> None:
    session = session_for("consular")
    column = {"quote_line": "line", "account": "code", "receipt": "number", "line": "amount"}.get(table, "id")
    with pytest.raises(DBAPIError, match=r"permission denied|append-only"):
        session.execute(text(statement.format(table=table, column=column)))


def test_the_owner_is_bound_as_well(database: Databases, cluster: object) -> None:
    from deploy.platform.database.roles import DATABASE, connect_as_admin

    with connect_as_admin(cluster.admin_url, DATABASE) as connection, pytest.raises(Exception, match="append-only"):  # type: ignore[attr-defined]
        connection.execute("UPDATE consular.line SET amount = amount + 1")


def test_an_entry_is_booked_once_per_kind_and_source(session_for: SessionFor) -> None:
    session = session_for("consular")
    legs = [Posting("card", Money(5, "SAR")), Posting("suspense", Money(-5, "SAR"))]
    entries.post_entry(session, JOB, mission="RUH", kind="suspense", source="s", about="a", postings=legs)
    with pytest.raises(DBAPIError, match="uq_entry_source"), session.begin_nested():
        entries.post_entry(session, JOB, mission="RUH", kind="suspense", source="s", about="a", postings=legs)


def test_a_reversal_takes_everything_back_and_comes_once(session_for: SessionFor) -> None:
    session = session_for("consular")
    before = entries.balances(session)
    legs = [Posting("card", Money(5, "SAR")), Posting("suspense", Money(-5, "SAR"))]
    entry = entries.post_entry(session, JOB, mission="RUH", kind="suspense", source="r", about="a", postings=legs)
    entries.reverse(session, JOB, entry)
    after = entries.balances(session)
    assert {key: sum_ for key, sum_ in after.items() if sum_} == {key: sum_ for key, sum_ in before.items() if sum_}
    with pytest.raises(DBAPIError, match="uq_entry_"), session.begin_nested():
        entries.reverse(session, JOB, entry)


def test_another_missions_lines_are_not_there(session_for: SessionFor) -> None:
    here = session_for("consular", "RUH")
    take.cash(here, CASHIER, owe(here).reference, Money.of("750", "SAR"), str(uuid.uuid4()))
    elsewhere = session_for("consular", "BER")
    assert elsewhere.scalar(select(func.count()).select_from(Line).where(Line.mission == "RUH")) == 0


def test_tariff_and_collected_currency_balance_apart(session_for: SessionFor) -> None:
    session = session_for("consular")
    officer = f"cashier-{uuid.uuid4()}"
    before = entries.balances(session)
    actor = type(CASHIER)("officer", officer, "cashier", "RUH")
    open_till(session, actor, "SAR")
    take.cash(session, actor, owe(session).reference, Money.of("750", "SAR"), str(uuid.uuid4()))
    moved = {
        key: amount - before.get(key, 0)
        for key, amount in entries.balances(session).items()
        if amount != before.get(key, 0)
    }
    assert moved == {
        (f"cash:{officer}", "SAR"): 750_00,
        ("exchange", "SAR"): -750_00,
        ("exchange", "USD"): 200_00,
        ("due:immigration_and_passports", "USD"): -200_00,
    }


@settings(max_examples=30, deadline=None)
@given(amounts=st.lists(st.integers(-(10**12), 10**12).filter(bool), min_size=1, max_size=6), data=st.data())
def test_only_what_sums_to_zero_can_be_posted(amounts: list[int], data: st.DataObject, shared_session: Session) -> None:
    legs = [Posting(f"a{place}", Money(amount, "KWD")) for place, amount in enumerate(amounts)]
    rest = -sum(amounts)
    off = data.draw(st.sampled_from([0, 0, 1, -1, 1000]))
    if rest + off:
        legs.append(Posting("rest", Money(rest + off, "KWD")))
    sound = off == 0 and len(legs) > 1
    source = str(uuid.uuid4())
    try:
        entries.post_entry(shared_session, JOB, mission="RUH", kind="suspense", source=source, about="a", postings=legs)
        shared_session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
        shared_session.execute(text("SET CONSTRAINTS ALL DEFERRED"))
        assert sound
    except ValueError:
        assert not sound


@pytest.fixture(scope="module")
def shared_session(database: Databases) -> Iterator[Session]:
    """One transaction for all examples of a property; never committed."""
    with Session(database("consular").engine, expire_on_commit=False) as session:
        enter(session, "RUH")
        yield session
