"""Receipts: issued in the transaction that books the money, numbered without gaps by mission and year, drawn later."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.payments.orders.model import Attempt, Order, Receipt
from services.consular.payments.orders.rules import Payment
from services.consular.payments.tariffs.rules import PricedLine
from services.consular.payments.tills.cashier import cashier
from shared import documents
from shared.database import audit
from shared.database.db import now
from shared.database.rows import find_row
from shared.documents.render import render_document
from shared.identity.access import check_access
from shared.identity.actor import Actor
from shared.values.money import Money

CASH = "cash"


NUMBERS = "receipts_of_attempts"
_ISSUE = text(f"""
    {documents.NUMBERED}
    INSERT INTO receipt (number, mission, "order", attempt, person, document, issued_at)
    SELECT number, :mission, :order, :attempt, CAST(:person AS text), code, CAST(:issued_at AS timestamptz) FROM issued
    RETURNING number
""")  # noqa: S608


def issue(
    session: Session,
    actor: Actor,
    order: Order,
    attempt: Attempt,
    lines: Sequence[PricedLine],
    before: Money | None = None,
    borne: Money | None = None,
) -> None:
    """Has the receipt of a successful attempt written by the transaction's last statement, which numbers it.

    `before` is what had come in parts; where the attempt is a part or the last of several, the receipt says of what.
    `borne` is what a bank on the way kept and the mission bears: the receipt is for what arrived.
    """
    paid_at, lacking = now(session), borne or Money(0, attempt.currency)
    data = {
        **names(order, attempt),
        "application": order.application,
        "payment": attempt.reference,
        "transaction": order.transaction,
        "method": attempt.method,
        "paid_at": paid_at.isoformat(),
        **_amounts(lines),
        "rounding": _rounding(order, attempt, before),
        "instalment": _instalment(order, attempt, before),
        "borne": _money(lacking) if lacking.amount else None,
        "total": _money(attempt.money - lacking),
        "cashier": cashier(actor) if attempt.method == CASH else None,
        "zone": missions.find(session, order.mission).zone,
    }
    numbers: dict[str, str] = session.info.setdefault(NUMBERS, {})
    values = {"order": order.reference, "attempt": attempt.reference}
    also = documents.NumberedInsert(_ISSUE, values, partial(numbers.__setitem__, attempt.reference))
    documents.issue_last(session, actor, "receipt", order.application, order.mission, order.person, data, also)


def with_receipt(session: Session, payment: Payment) -> Payment:
    """The payment with the number of its receipt, which the last statement of the session's transaction gave it.

    To be called after that transaction; a payment that was settled earlier stays as it is.
    """
    number = session.info.get(NUMBERS, {}).get(payment.reference)
    return replace(payment, receipt=number) if number else payment


def names(order: Order, attempt: Attempt) -> dict[str, object]:
    """The payer's name, and the applicant's where another person paid: not to a stranger who paid by a link."""
    if attempt.payer_name:
        return {"holder": {"ar": attempt.payer_name, "en": attempt.payer_name}, "beneficiary": None}
    acting = order.acting or {}
    if not acting or attempt.payer != acting.get("person"):
        return {"holder": order.holder, "beneficiary": None}
    return {"holder": acting["name"], "beneficiary": order.holder}


def _rounding(order: Order, attempt: Attempt, before: Money | None) -> dict[str, object] | None:
    """What the coins of the counter added to the price, negative where they took from it; None where they did not, and
    of a part."""
    paid = attempt.money if before is None else attempt.money + before
    rest = paid - order.money
    return _money(rest) if rest.amount and not attempt.held else None


def _instalment(order: Order, attempt: Attempt, before: Money | None) -> dict[str, object] | None:
    """The price, what had come of it, and what remains; None where one payment is the whole."""
    if not attempt.held and (before is None or not before.amount):
        return None
    known = before or Money(0, order.currency)
    rest = order.money - known - attempt.money if attempt.held else Money(0, order.currency)
    return {"price": _money(order.money), "before": _money(known), "remaining": _money(rest)}


def _money(money: Money) -> dict[str, object]:
    return {"amount": money.amount, "currency": money.currency}


def _amounts(lines: Sequence[PricedLine]) -> dict[str, object]:
    serialised = [line.serialise() for line in lines]
    field_names = ("line", "beneficiary", "tariff", "collected")
    return {
        "lines": [{name: line[name] for name in field_names} for line in serialised],
        "rate": next((line["rate"] for line in serialised if line["rate"]), None),
    }


def read(session: Session, actor: Actor, number: str) -> bytes:
    """The PDF of a receipt, for its payer or the staff of its mission; the read is recorded. Raises NotFound."""
    receipt = find_row(session, Receipt, number)
    payer = session.scalar(select(Attempt.payer).where(Attempt.reference == receipt.attempt))
    check_access(actor, "receipt.read", owner=(receipt.person, payer), mission=receipt.mission)
    audit.record(session, actor, "receipt.read", number)
    return render_document(session, receipt.document)
