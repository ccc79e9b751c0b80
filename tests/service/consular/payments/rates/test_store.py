"""A file of rates becomes dated rows: each once, none that jumped, and a bad file changes nothing."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.payments.rates import ecb, store
from services.consular.payments.rates.fetch import fetch
from services.consular.payments.rates.model import RateRow
from services.consular.payments.tariffs.price import price
from shared.catalogue import CATALOGUE
from shared.database.db import Database
from shared.errors import Unavailable
from shared.values.money import Money
from tests.factories.environment.servers.answering import answering
from tests.factories.payments.rates import ecb_file
from tests.factories.refusals import refuses

pytestmark = pytest.mark.clock

SessionFor = Callable[..., Session]
# A week of which the reference data know nothing.
MONDAY = date(2025, 9, 1)


def day(offset: int) -> str:
    return (MONDAY + timedelta(days=offset)).isoformat()


def add(session: Session, days: dict[str, dict[str, str]]) -> int:
    return store.store(session, ecb.read(ecb_file(days), MONDAY + timedelta(days=30)))


def test_rates_are_stored_once_with_source_and_age_and_price_from_their_day(session_for: SessionFor) -> None:
    session = session_for("consular", "STO")
    file = {day(0): {"USD": "1.1", "SEK": "11"}, day(1): {"USD": "1.1", "SEK": "12"}}
    assert add(session, file) == 4
    assert add(session, file) == 0
    row = session.scalars(select(RateRow).where(RateRow.id == f"EUR-SEK/{day(0)}")).one()
    assert (row.rate, row.valid_from, row.source, row.max_age_days, row.scope) == (Decimal(11), MONDAY, "ecb", 7, None)
    (line,) = price(session, CATALOGUE["passport-renewal"], missions.find(session, "STO"), MONDAY)
    assert line.collected == Money(200_000, "SEK")


def test_currencies_that_no_mission_knows_are_left_out(session_for: SessionFor) -> None:
    assert add(session_for("consular"), {day(0): {"ISK": "140", "USD": "1.1"}}) == 1


def test_a_jump_is_left_out_until_rates_are_old(session_for: SessionFor) -> None:
    session = session_for("consular")
    assert add(session, {day(0): {"USD": "1.1"}}) == 1
    assert add(session, {day(1): {"USD": "11.1"}, day(2): {"USD": "1.12"}}) == 1
    stored = session.scalars(select(RateRow.rate).where(RateRow.id.like(f"EUR-USD/{day(0)[:7]}%")))
    assert sorted(stored) == [Decimal("1.1"), Decimal("1.12")]
    assert add(session, {day(20): {"USD": "2"}}) == 1


def test_a_file_from_the_disk_is_loaded_and_a_bad_one_changes_nothing(
    database: Callable[[str], Database], tmp_path: Path
) -> None:
    consular, file = database("consular"), tmp_path / "rates.xml"
    assert store.load(consular, str(file)) == 0
    file.write_bytes(ecb_file({day(3): {"PLN": "4.26", "USD": "-1"}}))
    assert store.load(consular, str(file)) == 0
    file.write_bytes(ecb_file({day(3): {"PLN": "4.26"}}))
    assert store.load(consular, str(file)) == 1
    assert store.load(consular, str(file)) == 0


def test_a_file_is_fetched_from_an_address_within_its_limit(tmp_path: Path) -> None:
    with answering(b"x" * (ecb.MAX_BYTES + 100)) as url:
        assert len(fetch(url)) == ecb.MAX_BYTES + 1
    with answering(b"", status=404) as url, refuses("rates_unavailable", Unavailable):
        fetch(url)
    with refuses("rates_unavailable", Unavailable):
        fetch(str(tmp_path / "none.xml"))
