"""How money goes back is decided by who saw its amount, and by two where the rules ask for it."""

from collections.abc import Callable

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.consular.payments.refunds import prepare
from services.consular.payments.refunds.prepare import Payout
from services.consular.payments.refunds.rules import RefundState
from shared.errors import Conflict, Invalid, NotAllowed, NotFound
from shared.values.money import Money
from tests.conftest import officer
from tests.factories.payments import CASHIER
from tests.factories.payments.refunds import BY_CASH, HEAD, IBAN, TO_BANK, due_in_cash
from tests.factories.refusals import refuses

SessionFor = Callable[..., Session]


def test_a_small_refund_the_way_it_came_needs_one_person(session_for: SessionFor) -> None:
    session = session_for("consular")
    due = due_in_cash(session)
    prepare.prepare(session, CASHIER, due.reference, due.money, BY_CASH)
    assert (due.state, due.method, due.second_needed, due.approved_by) == ("approved", "cash", False, CASHIER.id)


def test_another_way_needs_a_reason_and_a_second_person(session_for: SessionFor) -> None:
    session = session_for("consular")
    due = due_in_cash(session)
    prepare.prepare(session, CASHIER, due.reference, due.money, TO_BANK)
    assert (due.state, due.second_needed, due.approved_by, due.iban) == ("due", True, None, IBAN)
    with refuses("own_proposal"):
        prepare.approve(session, officer("head_of_mission", name=CASHIER.id), due.reference, due.money)
    with refuses("not_allowed", NotAllowed):
        prepare.approve(session, officer("clerk"), due.reference, due.money)
    prepare.approve(session, HEAD, due.reference, due.money)
    assert (due.state, due.approved_by) == ("approved", HEAD.id)
    with refuses("refund_not_prepared", Conflict):
        prepare.approve(session, officer(), due.reference, due.money)


def test_the_database_itself_wants_two_people(session_for: SessionFor) -> None:
    session = session_for("consular")
    due = due_in_cash(session)
    prepare.prepare(session, CASHIER, due.reference, due.money, TO_BANK)
    with pytest.raises(IntegrityError, match="ck_refund_four_eyes"):
        session.execute(
            text("UPDATE refund SET state = 'approved', approved_by = proposed_by WHERE reference = :reference"),
            {"reference": due.reference},
        )


@pytest.mark.parametrize("seen", [Money(74_999, "SAR"), Money(75_001, "SAR"), Money(75_000, "USD"), Money(0, "SAR")])
def test_the_amount_the_officer_saw_must_be_the_one_owed(session_for: SessionFor, seen: Money) -> None:
    session = session_for("consular")
    due = due_in_cash(session)
    acts: list[Callable[[], object]] = [
        lambda: prepare.prepare(session, CASHIER, due.reference, seen, BY_CASH),
        lambda: prepare.approve(session, HEAD, due.reference, seen),
        lambda: prepare.decline(session, HEAD, due.reference, seen, "لا"),
    ]
    for act in acts:
        with refuses("amount_changed", Conflict) as refused:
            act()
        assert refused.value.params == {"amount": 75_000, "currency": "SAR"}


@pytest.mark.parametrize(
    ("payout", "field", "code"),
    [
        (Payout("cheque"), "method", "unknown_choice"),
        (Payout("card", "أراد ذلك"), "method", "no_card_payment"),
        (Payout("transfer", "", IBAN, "Rasha Alhussein"), "override", "required"),
        (Payout("transfer", "x" * 301, IBAN, "Rasha Alhussein"), "override", "too_long"),
        (Payout("transfer", "سبب", "", "Rasha Alhussein"), "iban", "required"),
        (Payout("transfer", "سبب", IBAN, " "), "account_holder", "required"),
    ],
)
def test_what_is_missing_is_said_beside_its_field(
    session_for: SessionFor, payout: Payout, field: str, code: str
) -> None:
    session = session_for("consular")
    due = due_in_cash(session)
    with refuses(code, Invalid) as refused:
        prepare.prepare(session, CASHIER, due.reference, due.money, payout)
    assert refused.value.errors == {field: code}
    assert due.state == RefundState.DUE


def test_what_is_declined_is_due_again_and_forgets_the_account(session_for: SessionFor) -> None:
    session = session_for("consular")
    due = due_in_cash(session)
    prepare.prepare(session, CASHIER, due.reference, due.money, TO_BANK)
    with refuses("required", Invalid):
        prepare.decline(session, HEAD, due.reference, due.money, " ")
    prepare.decline(session, HEAD, due.reference, due.money, "الحساب لغيره")
    assert (due.state, due.method, due.iban, due.proposed_by) == ("due", None, None, None)


def test_another_mission_has_no_such_refund(session_for: SessionFor) -> None:
    session = session_for("consular")
    due = due_in_cash(session)
    with refuses("not_found", NotFound):
        prepare.prepare(session, officer("cashier", "BER"), due.reference, due.money, BY_CASH)
    with refuses("not_allowed", NotAllowed):
        prepare.prepare(session, officer("auditor"), due.reference, due.money, BY_CASH)
