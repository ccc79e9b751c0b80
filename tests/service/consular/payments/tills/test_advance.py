"""Cash that the ministry advances: in the safe before any till is opened, and booked once for each source."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from services.consular.payments.ledger import accounts, entries
from services.consular.payments.tills import till
from services.consular.payments.tills.advance import receive_advance
from shared.identity.actor import service
from shared.values.money import Money
from tests.conftest import HOME, officer

SessionFor = Callable[..., Session]


def test_a_till_is_opened_with_money_that_somebody_has_put_in(session_for: SessionFor) -> None:
    session = session_for("consular")
    before = entries.balance(session, accounts.SAFE, "SAR").amount
    advance = Money(500_000, "SAR")
    assert receive_advance(session, service("consular", HOME), advance, "advance-1")
    assert not receive_advance(session, service("consular", HOME), advance, "advance-1")
    till.open_till(session, officer("cashier"), "SAR", {"1000": 10})
    assert entries.balance(session, accounts.SAFE, "SAR").amount == before + 500_000 - 10_000
    assert entries.balance(session, accounts.ADVANCE, "SAR").amount == -500_000
