"""Refunds as the desk sees them: unpaid ones from the oldest with their ages, the latest paid ones, files."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.missions import day_of
from services.consular.payments.orders.attempts import difference_of
from services.consular.payments.orders.model import Attempt, Order
from services.consular.payments.refunds import transfer_file
from services.consular.payments.refunds.model import Refund, RefundFile
from services.consular.payments.refunds.rules import ENDED, TRANSFER, RefundState
from shared.database import audit
from shared.errors import NotFound
from shared.identity.access import check_access
from shared.identity.actor import Actor

PAGE_ROWS, LATEST_PAID = 50, 15
View = dict[str, Any]
# Of a transfer that was for no order there is neither application nor payment.
_JOINED: Select[Refund, str | None, Attempt | None] = (
    select(Refund, Order.application, Attempt)
    .outerjoin(Order, Order.reference == Refund.order)
    .outerjoin(Attempt, Attempt.reference == Refund.attempt)
)
_UNPAID = Refund.state.not_in([state.value for state in ENDED])


def listing(session: Session, actor: Actor, page: int = 1) -> View:
    """A page of unpaid refunds, the oldest first, with their ages in days; the latest paid ones; files for the bank."""
    day = missions.today(session, actor.mission)
    start = (page - 1) * PAGE_ROWS
    ordered = _JOINED.where(_UNPAID).order_by(Refund.marked_at, Refund.reference)
    found = session.execute(ordered.offset(start).limit(PAGE_ROWS + 1)).all()
    paid = session.execute(
        _JOINED.where(Refund.state == RefundState.PAID.value).order_by(Refund.paid_at.desc()).limit(LATEST_PAID)
    ).all()
    audit.record(session, actor, "refund.listed", actor.mission or "", count=len(found) + len(paid))
    return {
        "unpaid": [_row(session, each, day) for each in found[:PAGE_ROWS]],
        "paid": [_row(session, each, day) for each in paid],
        "page": page,
        "more": len(found) > PAGE_ROWS,
        "waiting_transfers": [
            {"amount": money.amount, "currency": money.currency} for money in transfer_file.sums(session)
        ],
        "files": [_file(row) for row in transfer_file.latest(session)],
    }


def detail(session: Session, actor: Actor, reference: str) -> View:
    """One refund of the actor's mission; the read is recorded. Raises NotFound."""
    found = session.execute(_JOINED.where(Refund.reference == reference)).one_or_none()
    if found is None:
        raise NotFound()
    check_access(actor, "refund.list", mission=found[0].mission)
    audit.record(session, actor, "refund.read", reference)
    return _row(session, found, missions.today(session, actor.mission))


def _row(session: Session, found: Row[Refund, str | None, Attempt | None], day: date) -> View:
    refund, application, attempt = found
    marked_on = day_of(session, refund.mission, refund.marked_at)
    return {
        "reference": refund.reference,
        "application": application,
        "payment": refund.attempt,
        "paid_by": attempt.method if attempt else TRANSFER,
        **difference_of(attempt),
        "line": refund.line,
        "payer_name": refund.payer_name,
        "payer_iban": refund.payer_iban,
        "part": refund.part,
        "amount": refund.amount,
        "currency": refund.currency,
        "state": refund.state,
        "reason": refund.reason,
        "age_days": (day - marked_on).days,
        "method": refund.method,
        "override": refund.override,
        "iban": refund.iban,
        "account_holder": refund.account_holder,
        "proposed_by": refund.proposed_by,
        "second_needed": refund.second_needed,
        "failure": refund.failure,
        "file": refund.file,
        "slip": refund.slip,
        "marked_at": refund.marked_at.isoformat(),
        "paid_at": _instant(refund.paid_at),
    }


def _file(row: RefundFile) -> View:
    return {
        "reference": row.reference,
        "count": row.count,
        "amount": row.amount,
        "currency": row.currency,
        "iban": row.iban,
        "account_holder": row.account_holder,
        "made_at": row.made_at.isoformat(),
    }


def _instant(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
