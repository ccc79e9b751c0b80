"""What a payer needs for a bank transfer: the mission's account, the amount, and the reference to write."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.applications.transitions import find
from services.consular.payments.orders import parts, quote
from services.consular.payments.orders.model import Order
from services.consular.payments.orders.rules import OrderState
from services.consular.payments.transfers import accounts
from services.consular.payments.transfers.model import BankLine
from services.consular.payments.transfers.reference import payer_reference
from services.consular.payments.transfers.rules import Reason
from shared.database import audit
from shared.database.db import now
from shared.errors import Conflict, Refusal
from shared.identity.actor import Actor


def terms(session: Session, actor: Actor, reference: str) -> dict[str, Any]:
    """Account, amount and reference for the open order of an application; `received` is what came of it in parts.

    Raises Conflict (nothing_owed), Refusal (transfer_not_offered) where the mission has no account in the currency.
    """
    find(session, actor, "transfer.read", reference)
    order = _open_order(session, reference)
    account = accounts.account_for(session, order.currency, missions.today(session, order.mission))
    if account is None:
        raise Refusal("transfer_not_offered")
    audit.record(session, actor, "transfer.terms_read", reference)
    received = _received(session, order)
    return {
        "account": account.serialise() | {"iban": accounts.printed(account.iban)},
        "reference": payer_reference(reference),
        "amount": order.amount,
        "currency": order.currency,
        "received": received,
        "remaining": order.amount - received,
        "expires_at": order.quote.expires_at.isoformat(),
        "expired": order.quote.expires_at <= now(session),
    }


def is_offered(session: Session, mission: str, currency: str) -> bool:
    """Whether the mission takes transfers in a currency."""
    return accounts.account_for(session, currency, missions.today(session, mission)) is not None


def _open_order(session: Session, reference: str) -> Order:
    for purpose in quote.PURPOSES:
        order = quote.of_application(session, reference, purpose)
        if order is not None and order.state == OrderState.OPEN:
            return order
    raise Conflict("nothing_owed")


def _received(session: Session, order: Order) -> int:
    waiting = select(func.coalesce(func.sum(BankLine.open_amount), 0)).where(
        BankLine.application == order.application,
        BankLine.reason == Reason.UNDER.value,
        BankLine.currency == order.currency,
    )
    kept = parts.arrived(order, parts.of_order(session, order))
    return kept.amount + int(session.scalar(waiting) or 0)
