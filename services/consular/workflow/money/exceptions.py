"""Resolves exceptions with a reason: refunds held money, clears a flag."""

from sqlalchemy.orm import Session

from services.consular.applications.model import Application
from services.consular.applications.rules import Status
from services.consular.applications.transitions import Detail, load_for_update, note_step
from services.consular.applications.update import update_columns
from services.consular.payments.orders import attempts, parts
from services.consular.payments.refunds import refund
from services.consular.payments.refunds.model import Refund
from services.consular.payments.transfers.lines import close_refunded
from services.consular.workflow.money.charges import notify_refund
from services.consular.workflow.money.disputes import check_decidable
from services.consular.workflow.money.transfers import settle_transfer
from shared.database import audit, db
from shared.errors import Conflict, NotFound
from shared.identity.actor import Actor
from shared.reasons import required_text

REASON_LENGTH = 500


def refund_held_payment(session: Session, actor: Actor, reference: str, payment: str, reason: str) -> Refund:
    """Marks held money as owed back, in its received amount. With the last held payment the file's flag is cleared,
    but not the one of a part that waits for the rest.

    Raises NotFound for a payment of another file, Conflict (payment_not_held, already_given_back), Invalid without a
    reason. The payer is notified of the refund; only the mission sees the reason.
    """
    application = load_for_update(session, actor, "payment.give_back", reference)
    reason_text = required_text(reason, REASON_LENGTH, "reason")
    payments = {candidate.reference: candidate for candidate in attempts.of_application(session, reference)}
    if payment not in payments:
        raise NotFound()
    if payments[payment].held is None:
        raise Conflict("payment_not_held")
    if payment in _refunded_attempts(session, reference):
        raise Conflict("already_given_back")
    due_refund = refund.mark_held_due(session, actor, payment, str(payments[payment].held))
    close_refunded(session, actor, payment, due_refund.reference)
    notify_refund(session, application, due_refund)
    detail: Detail = {
        "payment": payment,
        "refund": due_refund.reference,
        "amount": due_refund.amount,
        "currency": due_refund.currency,
    }
    note_step(session, actor, application, "held_given_back", Status(application.status), detail=detail)
    audit.record(session, actor, "payment.give_back", reference, reason=reason_text, payment=payment)
    settle_transfer.clear_money_flag(session, actor, application)
    return due_refund


def check_flag(session: Session, actor: Actor, reference: str, reason: str) -> tuple[Application, str]:
    """The file whose flag may come off, locked, and the clean reason. Raises Conflict (nothing_flagged;
    money_still_held while held money is not refunded; payment_disputed), Invalid without a reason."""
    application = load_for_update(session, actor, "desk.clear", reference)
    reason_text = required_text(reason, REASON_LENGTH, "reason")
    if application.exception is None:
        raise Conflict("nothing_flagged")
    check_decidable(session, reference)
    refunded = _refunded_attempts(session, reference)
    if any(
        payment.held not in (None, parts.PART) and payment.reference not in refunded
        for payment in attempts.of_application(session, reference)
    ):
        raise Conflict("money_still_held")
    return application, reason_text


def clear_flag(session: Session, actor: Actor, reference: str, reason: str, flag: str) -> Application:
    """Clears the flag of a resolved file, by a second signature. Raises what `check_flag` raises, and Conflict
    (nothing_flagged) where it bears another flag by now."""
    application, reason_text = check_flag(session, actor, reference, reason)
    if application.exception != flag:
        raise Conflict("nothing_flagged")
    _clear_flag(session, actor, application, reason_text)
    return application


def _refunded_attempts(session: Session, reference: str) -> set[str]:
    return {row.attempt for row in refund.of_application(session, reference) if row.attempt}


def _clear_flag(session: Session, actor: Actor, application: Application, reason: str) -> None:
    """Clears only the flag that was read: a newer flag stays."""
    flag = application.exception
    still = {"exception": flag}
    if not update_columns(session, application, still, exception=None, changed_at=db.now(session)):
        raise Conflict("nothing_flagged")
    audit.record(session, actor, "application.flag_cleared", application.reference, reason=reason, flag=flag)
