"""Urgency that was not delivered in its days is paid back by itself: its price, once, and the rest later in full."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import update

from services.consular.applications.model import Application
from services.consular.missions import today
from services.consular.payments.ledger import accounts, entries
from services.consular.payments.orders import quote, surcharge
from services.consular.payments.orders.difference import PASSPORT_LINES
from services.consular.workflow.money import urgency
from shared.database.db import Database
from shared.identity.actor import service
from shared.values.money import Money
from tests.conftest import officer
from tests.factories.applications import Counter
from tests.factories.applications.deadlines import notices
from tests.factories.payments.rates import add_rate

pytestmark = pytest.mark.clock

PLACE = "KUL"
At = Callable[..., Counter]


@pytest.fixture
def consular(database: Callable[[str], Database]) -> Database:
    return database("consular")


def late(database: Database, here: Counter, days: int) -> None:
    """The promised day was so many days ago at its mission."""
    with database.scope(here.mission) as session:
        day = today(session, here.mission) - timedelta(days=days)
        session.execute(update(Application).where(Application.reference == here.reference).values(due_on=day))


def run(database: Database) -> int:
    with database.scope(PLACE) as session:
        day: date = today(session, PLACE)
        return urgency.refund_missed(session, service("consular", PLACE), day)


def due(here: Counter) -> list[tuple[str, int]]:
    return [(row["reason"], row["amount"]) for row in here.read()["refunds"]]


@pytest.mark.parametrize(("slug", "tier"), [("passport-renewal-urgent", None), ("passport-first-urgent", None)])
def test_the_urgent_part_comes_back_once(counter: At, consular: Database, slug: str, tier: str | None) -> None:
    here = counter(mission=PLACE).until("in_review", slug)
    paid = here.read()["quote"]["total"]
    late(consular, here, 0)
    assert (run(consular), due(here)) == (0, [])
    late(consular, here, 1)
    assert (run(consular), run(consular)) == (1, 0)
    ((reason, part),) = due(here)
    assert reason == "urgency_missed" and 0 < part < paid
    assert notices(consular, here.reference)[-1] == "refund_due"
    shown = here.read()
    assert (shown["status"], shown["quote"]["state"]) == ("in_review", "paid")
    assert here.desk("refuse", reason="not_entitled").status_code == 200
    assert sorted(due(here)) == sorted([("not_entitled", paid - part), ("urgency_missed", part)])


def test_a_bulletin_after_the_quote_changes_nothing_of_what_is_owed_back(counter: At, consular: Database) -> None:
    """400 dollars were charged at the rate of the quote, and half of them go back at the same."""
    here = counter(mission=PLACE).until("in_review", "passport-renewal-urgent")
    with consular.scope(PLACE) as session:
        application = session.get_one(Application, here.reference)
        order = quote.of_application(session, here.reference)
        assert order is not None
        line = next(one for one in quote.lines_of(order) if one.line in PASSPORT_LINES)
        assert line.rate is not None and line.tariff == Money(40_000, "USD")
        dearer = str(line.rate.rate * Decimal("1.05"))
        add_rate(session, "USD", order.currency, dearer, today(session, PLACE), scope=PLACE)
        part = surcharge.urgency_part(session, order, application.answers)
        assert part is not None and part.tariff == Money(20_000, "USD")
        assert part.collected == line.collected - Money(20_000, "USD").convert(line.rate.rate, order.currency)
        session.rollback()


@pytest.mark.parametrize("last", [100, 1_000, 20_000])
def test_what_was_paid_in_parts_comes_back_however_small_the_last_one_was(
    counter: At, consular: Database, last: int
) -> None:
    whole = counter(mission=PLACE).until("in_review", "passport-renewal-urgent")
    here, cashier = (
        counter(mission=PLACE).until("awaiting_payment", "passport-renewal-urgent"),
        officer("cashier", PLACE),
    )
    with consular.scope(PLACE) as session:
        before = entries.balances(session)
    quote = here.read()["quote"]
    paid, currency = quote["total"], quote["currency"]
    here.open_till(cashier, currency)
    for amount in ((paid - last) // 2, paid - last - (paid - last) // 2):
        assert here.desk("cash", cashier, amount=amount, currency=currency, part=True).status_code == 200
    rest = here.read()["parts"]["cash_remaining"]
    assert here.desk("cash", cashier, amount=rest, currency=currency).status_code == 200
    late(consular, here, 1)
    assert (run(consular), run(consular)) == (1, 0)
    urgent = [amount for _, amount in due(here)]
    assert here.desk("refuse", reason="not_entitled").status_code == 200
    assert sum(amount for _, amount in due(here)) == paid - last + rest
    with consular.scope(PLACE) as session:
        after = entries.balances(session)
    changed = {key: amount - before.get(key, 0) for key, amount in after.items() if amount != before.get(key, 0)}
    owed = paid - last + rest
    assert changed == {
        (accounts.cash_of(cashier.id), currency): owed,
        (accounts.REFUNDS, currency): -owed,
    }
    late(consular, whole, 1)
    assert run(consular) == 1
    ((_, price),) = due(whole)
    assert sum(urgent) == price and min(rest, price) in urgent


def test_a_paid_difference_comes_back_whole(counter: At, consular: Database) -> None:
    here = counter(mission=PLACE).until("in_review")
    opened = here.ask_as_applicant("POST", "/upgrade", {"key": "up"}).get_json()
    cashier = officer("cashier", PLACE)
    assert here.desk("upgrade-cash", cashier, amount=opened["amount"], currency=opened["currency"]).status_code == 200
    late(consular, here, 1)
    assert run(consular) == 1
    assert due(here) == [("urgency_missed", opened["amount"])]
    fee = here.read()["quote"]["total"]
    assert here.ask_as_applicant("POST", "/withdraw", {"key": "w"}).status_code == 200
    assert sorted(due(here)) == sorted([("urgency_missed", opened["amount"]), ("withdrawn", fee)])


def test_regular_speed_returned_and_finished_applications_owe_nothing(counter: At, consular: Database) -> None:
    regular = counter(mission=PLACE).until("in_review")
    returned = counter(mission=PLACE).until("in_review", "passport-renewal-urgent")
    assert returned.desk("return", reason="paper_missing").status_code == 200
    ready = counter(mission=PLACE).until("ready", "passport-renewal-urgent")
    for here in (regular, returned, ready):
        late(consular, here, 3)
    assert run(consular) == 0
