"""Voids cash that a counter took by mistake: one person proposes, another signs, and the money leaves the open till.

Nothing is erased: the entry is reversed, the receipt keeps its number and is revoked, the order can be paid again.
So is a part of a payment as long as the rest has not come.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.consular.applications.model import Application
from services.consular.applications.notify import notify_recipients
from services.consular.applications.rules import Status
from services.consular.applications.transitions import load_for_update, note_step, transition
from services.consular.approvals.model import Proposal
from services.consular.approvals.sign import finish
from services.consular.missions import today
from services.consular.notices.rules import PAYMENT_VOIDED
from services.consular.payments.collection import reverse
from services.consular.payments.orders import attempts, parts
from services.consular.payments.orders.model import Attempt, Order, Receipt
from services.consular.payments.orders.quote import FEE
from services.consular.payments.orders.rules import AttemptState, OrderState
from services.consular.payments.tills.model import Till
from services.consular.payments.tills.rules import OPEN
from shared import documents
from shared.catalogue.bulk_actions import CASH_REVERSAL
from shared.database import audit
from shared.errors import Conflict, Invalid
from shared.forms import check_questions
from shared.identity.actor import Actor
from shared.values.references import clean, is_valid, mission_of

KIND = "cash_reversal"
FIELD = "void_payment"
STEP = "payment_voided"
CASH = "cash"


def read(session: Session, terms: Mapping[str, Any]) -> dict[str, Any]:
    """The clean terms. Raises Invalid with a code per field: void_unknown, void_not_cash, void_till_closed,
    void_too_late where the application has gone on since."""
    mission = session.info["mission"]
    params = check_questions(CASH_REVERSAL, terms, today(session, mission))
    reference = clean(params[FIELD])
    attempt = session.get(Attempt, reference) if is_valid(reference) and mission_of(reference) == mission else None
    if attempt is None:
        raise Invalid("void_unknown", field=FIELD)
    code = _hindrance(session, attempt)
    if code is not None:
        raise Invalid(code, field=FIELD)
    return {**params, FIELD: reference}


def _hindrance(session: Session, attempt: Attempt) -> str | None:
    """Why cash is not voided; money that left the till goes back as a refund."""
    if attempt.method != CASH or attempt.state != AttemptState.SUCCEEDED or attempt.held not in (None, parts.PART):
        return "void_not_cash"
    till = session.get(Till, attempt.till, with_for_update={"read": True}, populate_existing=True)
    if till is None or till.state != OPEN:
        return "void_till_closed"
    order = session.get_one(Order, attempt.order)
    application = session.get(Application, order.application)
    # A part is voided while the rest has not come; of a fee that is paid the last payment goes first.
    is_part = attempt.held is not None
    fresh = (Status.AWAITING_PAYMENT, OrderState.OPEN) if is_part else (Status.IN_REVIEW, OrderState.PAID)
    is_fresh = application is not None and (application.status, order.state) == fresh
    return None if is_fresh and order.purpose == FEE else "void_too_late"


def preview(session: Session, params: Mapping[str, Any]) -> dict[str, Any]:
    """The cash that would leave the till; none where that is no longer possible. Nothing is written."""
    attempt = session.get_one(Attempt, params[FIELD])
    money = [{"currency": attempt.currency, "amount": attempt.amount}] if _hindrance(session, attempt) is None else []
    return {"applications": len(money), "money": money}


def carry_out(session: Session, actor: Actor, proposal: Proposal) -> None:
    """Reverses the payment in the transaction of the second signature.

    Raises Conflict (void_not_cash; void_till_closed; void_too_late) where it is no longer what was proposed.
    """
    reference = proposal.params[FIELD]
    about = session.get_one(Order, session.get_one(Attempt, reference).order).application
    application = load_for_update(session, actor, "proposal.decide", about)
    debt, attempt = attempts.load_both_for_update(session, reference)
    code = _hindrance(session, attempt)
    if code is not None:
        raise Conflict(code)
    is_part = attempt.held is not None
    reverse.reverse_cash(session, actor, debt, attempt)
    receipt = session.scalars(select(Receipt).where(Receipt.attempt == reference)).one()
    documents.revoke(session, actor, receipt.document, proposal.reference)
    detail = {"payment": reference, "proposal": proposal.reference}
    if is_part:
        note_step(session, actor, application, STEP, Status(application.status), detail=detail)
    else:
        unpaid = {"paid_at": None}
        transition(session, actor, application, Status.AWAITING_PAYMENT, detail=detail, columns=unpaid, code=STEP)
    audit.record(session, actor, "payment.voided", about, payment=reference, proposal=proposal.reference)
    money = {"amount": attempt.amount, "currency": attempt.currency}
    notify_recipients(session, application, PAYMENT_VOIDED, reference, amount=attempt.amount, currency=attempt.currency)
    finish(session, actor, proposal, {"applications": 1, "money": [money]})
