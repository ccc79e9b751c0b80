"""Which rate counts on a day, and that no price goes by an old one."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.data import rows_of
from services.consular.missions import reference_data
from services.consular.payments.orders import quote
from services.consular.payments.rates.model import RateRow
from services.consular.payments.rates.overview import overview
from services.consular.payments.rates.table import rates_on
from services.consular.payments.tariffs.offer import offer
from services.consular.payments.tariffs.price import cash_price, price
from services.consular.payments.tariffs.rules import PricedLine
from shared.catalogue import CATALOGUE
from shared.database.db import now
from shared.values.money import Money
from tests.factories.payments import JOB, owe
from tests.factories.payments.rates import add_rate
from tests.factories.refusals import refuses

pytestmark = pytest.mark.clock

SessionFor = Callable[..., Session]
PASSPORT = CATALOGUE["passport-renewal"]
PUBLISHED = date(2025, 6, 26)


def lines_at(session: Session, mission: str, on: date) -> list[PricedLine]:
    return price(session, PASSPORT, missions.find(session, mission), on)


@pytest.mark.parametrize("mission", ["STO", "BUD", "GVA", "TYO", "BER", "LON"])
def test_a_market_rate_prices_for_a_week_and_then_no_more(session_for: SessionFor, mission: str) -> None:
    session = session_for("consular", mission)
    last = PUBLISHED + timedelta(days=7)
    assert lines_at(session, mission, last)[0].collected == lines_at(session, mission, PUBLISHED)[0].collected
    with refuses("rate_old") as refused:
        lines_at(session, mission, last + timedelta(days=1))
    currency = missions.find(session, mission).currency
    assert refused.value.params == {"base": "USD", "quote": currency, "day": "2025-06-26"}
    offered = offer(session, PASSPORT, missions.find(session, mission), last + timedelta(days=1))
    assert (offered["total"], offered["cash_total"], offered["price_lacks"]) == (None, None, "rate_old")


@pytest.mark.parametrize("mission", ["RUH", "AUH", "DOH", "MCT", "BAH", "AMM"])
def test_a_peg_never_grows_old(session_for: SessionFor, mission: str) -> None:
    session = session_for("consular", mission)
    (line,) = lines_at(session, mission, date(2035, 1, 1))
    assert line.rate is not None and (line.rate.source, line.rate.on) == ("peg", date(2035, 1, 1))


def test_kuwait_is_no_peg() -> None:
    assert [row for row in rows_of("rate") if "KWD" in (row["base"], row["quote"])] == []


@pytest.mark.parametrize(
    ("mission", "card", "cash"),
    [("BUD", 6_838_820, 6_839_000), ("STO", 189_671, 189_700), ("GVA", 16_039, 16_040), ("TYO", 28_888, 28_888)],
)
def test_a_card_pays_to_the_unit_and_coins_as_they_exist(
    session_for: SessionFor, mission: str, card: int, cash: int
) -> None:
    session = session_for("consular", mission)
    row = missions.find(session, mission)
    lines = lines_at(session, mission, PUBLISHED)
    assert [line.collected for line in lines] == [Money(card, row.currency)]
    assert cash_price(lines, row) == Money(cash, row.currency)


def test_the_missions_own_rate_counts_while_it_is_fresh_and_for_nobody_else(session_for: SessionFor) -> None:
    session = session_for("consular", "STO")
    day = PUBLISHED + timedelta(days=3)
    add_rate(session, "USD", "SEK", "10", PUBLISHED - timedelta(days=2), days=5, scope="STO")
    assert lines_at(session, "STO", day)[0].collected == Money(200_000, "SEK")
    assert lines_at(session, "STO", day + timedelta(days=1))[0].collected == Money(189_671, "SEK")
    assert ("USD", "SEK") not in rates_on(session, "BER", day)


def test_of_two_bulletins_of_one_day_the_later_counts(session_for: SessionFor) -> None:
    session = session_for("consular", "KWI")
    fields = {"base": "USD", "quote": "KWD", "valid_from": PUBLISHED, "source": "mission_table", "scope": "KWI"}
    kept = {"published": "x", "certainty": "M", "approver": "tests", "max_age_days": 9, **fields}
    for key, value, hours in (("b", "0.3", 0), ("a", "0.31", 1)):
        stored = now(session) + timedelta(hours=hours)
        session.add(RateRow(id=key, rate=Decimal(value), stored_at=stored, **kept))
    session.flush()
    reference_data.reread(session)
    assert rates_on(session, "KWI", PUBLISHED)["USD", "KWD"].rate == Decimal("0.31")


def test_a_quote_keeps_its_rate_while_it_is_valid(session_for: SessionFor) -> None:
    session = session_for("consular", "KWI")
    today = missions.today(session, "KWI")
    add_rate(session, "USD", "KWD", "0.3", today, scope="KWI")
    order = owe(session, "KWI")
    assert order.money == Money(60_000, "KWD")
    add_rate(session, "USD", "KWD", "0.4", today, days=30)
    again = quote.issue_order(
        session,
        JOB,
        application=order.application,
        transaction="passport-renewal",
        mission="KWI",
        person=order.person,
        parties=lambda: quote.Parties({"ar": "", "en": ""}),
    )
    assert (again.reference, again.money) == (order.reference, Money(60_000, "KWD"))


def test_a_rate_of_tomorrow_does_not_count_yet(session_for: SessionFor) -> None:
    session = session_for("consular", "KWI")
    today = missions.today(session, "KWI")
    add_rate(session, "USD", "KWD", "0.4", today + timedelta(days=1), scope="KWI")
    assert rates_on(session, "KWI", today)["USD", "KWD"].rate != Decimal("0.4")


@pytest.mark.parametrize(
    "change",
    [
        {"rate": Decimal(0)},
        {"rate": Decimal("-1")},
        {"quote": "SYP"},
        {"base": "SYP"},
        {"quote": "USD"},
        {"source": "peg"},
        {"max_age_days": None},
        {"max_age_days": 0},
        {"source": "guessed"},
        {"scope": "XXX"},
    ],
)
def test_the_database_refuses_a_rate_that_cannot_be(session_for: SessionFor, change: dict[str, object]) -> None:
    session = session_for("consular", "KWI")
    row: dict[str, object] = {
        "id": "t-bad",
        "base": "USD",
        "quote": "KWD",
        "rate": Decimal("0.3"),
        "valid_from": PUBLISHED,
        "source": "mission_table",
        "published": "x",
        "certainty": "M",
        "approver": "tests",
        "max_age_days": 7,
    }
    session.add(RateRow(**{**row, **change}))
    with pytest.raises(DBAPIError):
        session.flush()


def test_the_desk_sees_what_counts_and_what_is_too_old(session_for: SessionFor) -> None:
    session = session_for("consular", "STO")
    shown = overview(session, "STO", "SEK", PUBLISHED + timedelta(days=8))
    dollar, euro = shown["applied"]
    assert (dollar["from"], dollar["to"], dollar["usable"]) == ("USD", "SEK", False)
    assert (euro["value"], euro["source"], euro["on"], euro["until"]) == ("11.091", "ecb", "2025-06-26", "2025-07-03")
    riyal = next(row for row in shown["rows"] if row["to"] == "SAR")
    assert (riyal["usable"], riyal["until"], riyal["own"]) == (True, None, False)
