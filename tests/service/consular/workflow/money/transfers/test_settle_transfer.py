"""Money that comes by bank transfer: what settles an order, and what is kept in suspense with its reason."""

from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from services.consular.applications.model import Application
from services.consular.missions import today
from services.consular.notices.model import Notice
from services.consular.payments.ledger import entries
from services.consular.payments.orders.model import Attempt, Order
from services.consular.payments.transfers.model import BankLine, BankMatch
from services.consular.payments.transfers.reference import payer_reference
from services.consular.workflow import lapse, remind
from shared.database.db import Database
from shared.identity.actor import service
from shared.values.digits import ARABIC_INDIC
from tests.conftest import HOME, officer
from tests.factories.applications import Counter
from tests.factories.payments.bank import camt, mt940, open_account
from tests.factories.payments.bank_mission import Mission
from tests.factories.payments.quotes import expire_quote

JOB = service("consular")
CASHIER = officer("cashier")
Databases = Callable[[str], Database]


@pytest.fixture
def mission(database: Databases) -> Mission:
    return Mission(database("consular"))


@pytest.fixture
def unpaid(counter: Callable[..., Counter]) -> Callable[[], tuple[Counter, int, str]]:
    """An application that waits for its payment, what is owed, and its payer's reference."""

    def give() -> tuple[Counter, int, str]:
        here = counter().until("awaiting_payment")
        return here, here.read()["quote"]["total"], payer_reference(here.reference)

    return give


def notices(database: Database, here: Counter) -> Sequence[Notice]:
    with database.scope(HOME) as session:
        return session.scalars(select(Notice).where(Notice.about == here.reference).order_by(Notice.id)).all()


Unpaid = Callable[[], tuple[Counter, int, str]]


@pytest.mark.parametrize("write", [camt, mt940])
@pytest.mark.parametrize(
    "retyped",
    [
        lambda text: f"رسوم {text.translate(str.maketrans('0123456789', ARABIC_INDIC)).lower()} شكراً",
        lambda text: f"Passport fee of March, reference number {text.replace(' ', '')}",
    ],
)
def test_a_transfer_with_its_reference_settles_as_cash_does(
    mission: Mission, unpaid: Unpaid, retyped: Callable[[str], str], write: Callable[..., bytes]
) -> None:
    here, owed, reference = unpaid()
    before = mission.balances()
    (line,) = mission.receive(mission.movement(owed, retyped(reference)), write=write)
    shown, after = here.read(), mission.balances()
    (payment,) = shown["payments"]
    assert shown["status"] == "in_review"
    assert (payment["method"], payment["state"], payment["held"]) == ("transfer", "succeeded", None)
    assert payment["receipt"].startswith("RUH-RC-")
    assert (line.open_amount, line.reason) == (0, None)
    changed = {key: after[key] - before.get(key, 0) for key in after if after[key] != before.get(key, 0)}
    assert changed["bank", "SAR"] == owed
    assert ("suspense", "SAR") not in changed
    assert sum(amount for (_, currency), amount in changed.items() if currency == "SAR") == 0
    assert [notice.kind for notice in notices(mission.database, here)] == ["payment_received"]


def test_two_parts_settle_when_they_are_enough(mission: Mission, unpaid: Unpaid) -> None:
    here, owed, reference = unpaid()
    mission.receive(mission.movement(owed - 2000, reference))
    assert mission.lines_of(here) == [("under", owed - 2000)]
    assert here.read()["status"] == "awaiting_payment"
    (told,) = notices(mission.database, here)
    assert (told.kind, told.params) == (
        "payment_held",
        {"amount": owed, "currency": "SAR", "received": owed - 2000, "received_currency": "SAR", "part": True},
    )
    mission.receive(mission.movement(2000, f"{reference} rest"))
    assert here.read()["status"] == "in_review"
    assert mission.lines_of(here) == [(None, 0), (None, 0)]
    with mission.database.scope(HOME) as session:
        assert session.get_one(Application, here.reference).exception is None


def test_each_of_several_payers_has_a_receipt_and_is_paid_back_in_their_own_amount(
    mission: Mission, unpaid: Unpaid
) -> None:
    here, owed, reference = unpaid()
    before = mission.balances()
    for days, amount, payer in ((2, owed - 3_000, "father"), (1, 2_000, "uncle"), (0, 1_500, "aunt")):
        mission.receive(mission.movement(amount, f"{reference} {payer}", mission.today - timedelta(days=days)))
    shown = here.read()
    assert shown["status"] == "in_review"
    figures = [(one["amount"], one["held"]) for one in shown["payments"] if one["receipt"]]
    assert sorted(figures, key=str) == [(1_000, None), (2_000, "part"), (owed - 3_000, "part")]
    assert [one["received"]["amount"] for one in shown["payments"] if one["held"] == "over"] == [500]
    assert len({one["receipt"] for one in shown["payments"]} - {None}) == 3
    after = mission.balances()
    assert after["bank", "SAR"] - before.get(("bank", "SAR"), 0) == owed + 500
    assert after["suspense", "SAR"] - before.get(("suspense", "SAR"), 0) == -500
    assert here.ask_as_applicant("POST", "/withdraw", {"key": "w"}).status_code == 200
    assert sorted(one["amount"] for one in here.read()["refunds"]) == [1_000, 2_000, owed - 3_000]


def test_what_is_too_much_settles_and_the_rest_is_held(mission: Mission, unpaid: Unpaid) -> None:
    here, owed, reference = unpaid()
    mission.receive(mission.movement(owed + 500, reference))
    shown = here.read()
    assert shown["status"] == "in_review"
    held = next(one for one in shown["payments"] if one["held"])
    assert (held["held"], held["received"]) == ("over", {"amount": 500, "currency": "SAR"})
    assert mission.lines_of(here) == [("over", 500)]
    answer = here.desk(f"payments/{held['reference']}/give-back", reason="sent too much")
    assert (answer.status_code, answer.get_json()["amount"]) == (200, 500)
    assert mission.lines_of(here) == [(None, 0)]


def test_a_second_transfer_for_the_same_fee_is_held(mission: Mission, unpaid: Unpaid) -> None:
    here, owed, reference = unpaid()
    mission.receive(mission.movement(owed, reference), mission.movement(owed, f"{reference} again"))
    assert sorted(mission.lines_of(here), key=str) == [("paid_already", owed), (None, 0)]
    assert [one["held"] for one in here.read()["payments"]].count("paid_already") == 1


def test_two_equal_transfers_of_a_day_are_two(mission: Mission, unpaid: Unpaid) -> None:
    here, owed, reference = unpaid()
    twin = mission.movement(owed // 2, reference)
    mission.receive(twin, twin)
    assert here.read()["status"] == "in_review"


def test_transactions_of_a_grouped_entry_are_lines_of_their_own(mission: Mission, unpaid: Unpaid) -> None:
    (one, owed, first), (other, _, second) = unpaid(), unpaid()
    mission.receive(
        mission.movement(owed, first, reference="BATCH7"), mission.movement(owed, second, reference="BATCH7"),
        grouped=True,
    )  # fmt: skip
    assert [here.read()["status"] for here in (one, other)] == ["in_review"] * 2


def test_money_for_a_closed_file_is_late(mission: Mission, unpaid: Unpaid) -> None:
    here, owed, reference = unpaid()
    assert here.ask_as_applicant("POST", "/withdraw", {"key": "w"}).status_code == 200
    mission.receive(mission.movement(owed, reference))
    assert mission.lines_of(here) == [("late", owed)]
    with mission.database.scope(HOME) as session:
        assert session.get_one(Application, here.reference).exception == "payment_late"


def test_an_expired_quote_counts_for_money_of_its_days(mission: Mission, unpaid: Unpaid) -> None:
    here, owed, reference = unpaid()
    expire_quote(mission.database, here.reference, days=2)
    old = mission.today - timedelta(days=3)
    mission.receive(mission.movement(owed, reference, old))
    assert here.read()["status"] == "in_review"
    with mission.database.scope(HOME) as session:
        assert session.scalar(select(func.count()).where(Order.application == here.reference)) == 1


def test_later_money_meets_the_price_of_today(mission: Mission, unpaid: Unpaid) -> None:
    here, owed, reference = unpaid()
    expire_quote(mission.database, here.reference, days=2)
    mission.receive(mission.movement(owed, reference))
    assert here.read()["status"] == "in_review"
    with mission.database.scope(HOME) as session:
        orders = session.scalars(select(Order.state).where(Order.application == here.reference).order_by(Order.state))
        assert list(orders) == ["cancelled", "paid"]


def test_another_currency_is_kept_with_both_amounts(mission: Mission, unpaid: Unpaid) -> None:
    here, owed, reference = unpaid()
    with mission.database.scope(HOME) as session:
        open_account(session, "USD", "SA4420000001234567891234")
    mission.receive(mission.movement(20000, reference), currency="USD", iban="SA4420000001234567891234")
    (held,) = here.read()["payments"]
    assert (held["held"], held["received"], held["amount"], held["currency"]) == (
        "wrong_currency", {"amount": 20000, "currency": "USD"}, owed, "SAR",
    )  # fmt: skip
    assert here.read()["status"] == "awaiting_payment"


@pytest.mark.parametrize(("text", "amount", "reason"), [
    ("no reference at all", 75000, "unknown"),
    ("RF00 RUHX XXXX XXXX XX", 75000, "unknown"),
    ("charges of March", -700, "outgoing"),
])  # fmt: skip
def test_what_names_nobody_is_kept(mission: Mission, text: str, amount: int, reason: str) -> None:
    (line,) = mission.receive(mission.movement(amount, text))
    assert (line.reason, line.open_amount, line.application) == (reason, amount, None)


def test_one_transfer_for_two_files_is_for_an_officer(mission: Mission, unpaid: Unpaid) -> None:
    (_, owed, first), (_, _, second) = unpaid(), unpaid()
    (line,) = mission.receive(mission.movement(2 * owed, f"{first} {second}"))
    assert line.reason == "several"


def _remind_and_list_due(database: Database, days: int) -> list[str]:
    """Runs the reminders, and lists what would lapse, as many days from now."""
    with database.scope(HOME) as session:
        day = today(session, HOME) + timedelta(days=days)
        remind.remind(session, JOB, day)
        return lapse.list_due(session, day)


def test_nobody_is_reminded_or_ended_while_an_officer_divides_their_transfer(mission: Mission, unpaid: Unpaid) -> None:
    (one, owed, first), (other, _, second), (silent, _, _) = unpaid(), unpaid(), unpaid()
    mission.receive(mission.movement(2 * owed, f"{first} {second}"))
    _remind_and_list_due(mission.database, 9)
    told = [[row.kind for row in notices(mission.database, here)] for here in (one, other, silent)]
    assert told == [[], [], ["reminder_awaiting_payment"]]
    due = _remind_and_list_due(mission.database, 10)
    assert [here.reference in due for here in (one, other, silent)] == [False, False, True]


def test_who_paid_a_part_is_reminded_of_the_rest_alone(mission: Mission, unpaid: Unpaid) -> None:
    (here, owed, reference), (other, _, _) = unpaid(), unpaid()
    mission.receive(mission.movement(owed - 2000, reference))
    _remind_and_list_due(mission.database, 9)
    assert [row.params.get("part") for row in notices(mission.database, here)] == [True, True]
    assert [row.params.get("part") for row in notices(mission.database, other)] == [False]


def test_what_is_matched_and_what_is_open_is_all_that_came(mission: Mission) -> None:
    with mission.database.scope(HOME) as session:
        matched = sum(session.scalars(select(BankMatch.amount)))
        total, open_total = (
            sum(session.scalars(select(BankLine.amount))),
            sum(session.scalars(select(BankLine.open_amount))),
        )
        assert total == open_total + matched
        assert session.scalars(select(Attempt).where(Attempt.method == "transfer")).first() is not None
        suspense = sum(amount for (account, _), amount in entries.balances(session).items() if account == "suspense")
        assert suspense == -open_total


def test_parts_of_an_application_that_ends_are_owed_back(mission: Mission, unpaid: Unpaid) -> None:
    here, owed, reference = unpaid()
    mission.receive(mission.movement(owed - 100, reference), mission.movement(40, f"{reference} more"))
    assert here.ask_as_applicant("POST", "/withdraw", {"key": "w"}).status_code == 200
    assert sorted(one["amount"] for one in here.read()["refunds"]) == [40, owed - 100]
    assert mission.lines_of(here) == [(None, 0), (None, 0)]
