"""An applicant of each kind of currency is quoted, pays each way, and gets exactly that back.

Riyadh is quoted in dollars and pays in riyals, Kuwait in dinars of three decimals, Berlin by its own tariff row in
euros, Budapest in forints payable in coins, Tokyo in yen without decimals.
"""

import uuid
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.missions import reference_data
from services.consular.payments.collection import take
from services.consular.payments.ledger import accounts, entries
from services.consular.payments.orders import attempts
from services.consular.payments.orders.model import Attempt, Order
from services.consular.payments.orders.quote import lines_of
from services.consular.payments.refunds import pay, prepare, refund
from services.consular.payments.refunds.prepare import Payout
from services.consular.payments.refunds.rules import RefundState
from services.consular.payments.tariffs.model import Tariff
from services.consular.payments.tills.denominations import denominations
from services.consular.payments.transfers import lines
from services.consular.payments.transfers.import_statement import import_file
from services.consular.payments.transfers.model import BankLine
from services.consular.payments.transfers.rules import Reason
from shared.values.money import Money
from tests.conftest import officer
from tests.factories.payments import CASHIER, JOB, open_till, owe, paid
from tests.factories.payments.bank import Movement, Statement, camt, open_account
from tests.factories.payments.rates import add_rate
from tests.factories.payments.refunds import IBAN

SessionFor = Callable[..., Session]
# Tariff as the law has it, and the price by card and in coins. Rates of the test: 0.3061 KWD, 355.35 HUF, 147.38 JPY.
PRICES = {
    "RUH": (Money(20_000, "USD"), Money(75_000, "SAR"), Money(75_000, "SAR")),
    "KWI": (Money(20_000, "USD"), Money(61_220, "KWD"), Money(61_220, "KWD")),
    "BER": (Money(20_000, "EUR"), Money(20_000, "EUR"), Money(20_000, "EUR")),
    "BUD": (Money(20_000, "USD"), Money(7_106_940, "HUF"), Money(7_107_000, "HUF")),
    "TYO": (Money(20_000, "USD"), Money(29_476, "JPY"), Money(29_476, "JPY")),
}
RATES = {"KWI": "0.3061", "BUD": "355.347", "TYO": "147.38"}
METHODS = ("cash", "card", "transfer")


def taken(session: Session, order: Order, method: str) -> Attempt:
    """The attempt that paid an order."""
    if method == "cash":
        teller = replace(CASHIER, mission=order.mission)
        reference = take.cash(session, teller, order.reference, order.quote.cash, uuid.uuid4().hex).reference
    elif method == "card":
        reference = take.open_attempt(session, JOB, order.reference, uuid.uuid4().hex).reference
        take.record_success(session, JOB, reference, paid(order.money, reference))
    else:
        reference = transferred(session, order)
    return session.get_one(Attempt, reference)


def transferred(session: Session, order: Order) -> str:
    """A statement of the mission's bank with the money, imported and used for the order."""
    today, text = missions.today(session, order.mission), uuid.uuid4().hex
    open_account(session, iban=IBAN)
    statement = Statement(
        [Movement(order.amount, today, text)], today, today, number=text, iban=IBAN, currency=order.currency
    )
    import_file(session, officer("cashier", order.mission), "x", camt(statement))
    line = session.scalars(select(BankLine).where(BankLine.text == text)).one()
    lines.keep(session, JOB, line, Reason.UNDER, order.application)
    payment = lines.pay_order(session, JOB, attempts.load_for_update(session, order.reference), [line])
    assert payment is not None
    return payment.reference


def paid_back(session: Session, attempt: Attempt) -> Money:
    """What was paid back the way it came, with two signatures."""
    due = refund.mark_due(session, JOB, attempt.order, "withdrawn")
    assert due is not None
    mission = attempt.mission
    payout = {
        "cash": Payout("cash"), "card": Payout("card"), "transfer": Payout("transfer", "", IBAN, "Rasha Alhussein"),
    }[attempt.method]  # fmt: skip
    prepare.prepare(session, officer("cashier", mission), due.reference, due.money, payout)
    if due.state != RefundState.APPROVED:
        prepare.approve(session, officer("head_of_mission", mission), due.reference, due.money)
    account = {"cash": accounts.cash_of(attempt.opened_by), "card": accounts.CARD, "transfer": accounts.BANK}
    if attempt.method != "cash":
        pay.transition(session, due, RefundState.SENT)
    pay.record_paid(session, replace(CASHIER, mission=mission), due, account[attempt.method])
    return due.money


def add_berlin_tariff(session: Session) -> None:
    """Berlin's own row in euros, which counts before any conversion."""
    session.add(
        Tariff(
            id=uuid.uuid4().hex,
            transaction="passport-renewal",
            line="passport_value",
            beneficiary="immigration_and_passports",
            scope="BER",
            amount=20_000,
            currency="EUR",
            source="test",
            certainty="M",
            approver="tests",
            valid_from=missions.today(session, "BER"),
            valid_to=None,
        )
    )
    session.flush()
    reference_data.reread(session)


def balances(session: Session) -> dict[tuple[str, str], int]:
    return {key: amount for key, amount in entries.balances(session).items() if amount}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("mission", PRICES)
def test_what_came_goes_back_to_the_last_unit(session_for: SessionFor, mission: str, method: str) -> None:
    session = session_for("consular", mission)
    currency = missions.find(session, mission).currency
    if mission in RATES:
        add_rate(session, "USD", currency, RATES[mission], missions.today(session, mission))
    if mission == "BER":
        add_berlin_tariff(session)
    tariff, by_card, in_coins = PRICES[mission]
    before = balances(session)
    order = owe(session, mission)
    (line,) = lines_of(order)
    assert (line.tariff, order.money, order.quote.cash) == (tariff, by_card, in_coins)
    attempt = taken(session, order, method)
    came = in_coins if method == "cash" else by_card
    assert attempt.money == came
    assert is_payable(came) or method != "cash"
    found = balances(session)
    for code in {code for _, code in found}:
        assert sum(amount for (_, other), amount in found.items() if other == code) == 0
    assert paid_back(session, attempt) == came
    assert balances(session) == before


def is_payable(money: Money) -> bool:
    """Whether coins and notes that exist add up to it."""
    return money.amount % min(denominations()[money.currency]) == 0


def test_the_till_of_another_currency_takes_nothing(session_for: SessionFor) -> None:
    session = session_for("consular", "TYO")
    open_till(session, replace(CASHIER, mission="TYO"), "USD")
    assert {row.currency for row in session.scalars(select(Order))} <= {"JPY"}
