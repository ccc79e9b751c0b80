"""Applies an authority's answer: the last grant leads to the outcome, an assessed amount to the price."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.consular.applications.model import Application, Asking
from services.consular.applications.promise import CLEARANCE, promised_today
from services.consular.applications.rules import Status
from services.consular.applications.transitions import Detail, note_step, transition
from services.consular.applications.update import update_columns
from services.consular.payments.orders import attempts
from services.consular.payments.orders.rules import AttemptState
from services.consular.workflow.fulfilment import fulfilment_of
from services.consular.workflow.money import charges, settle
from services.consular.workflow.release import release
from shared.database import audit
from shared.errors import Refusal
from shared.identity.actor import Actor
from shared.values.money import Money

# The register contradicts itself: a registrar settles it, and `resume` then continues the application.
MISMATCH = "register_mismatch"
# The answer after a settled fee belongs to the assessment that set the fee.
FOLLOWS = {"discharge": "assess"}
# The flag of a file whose law amount is another than the one that was paid.
ASSESSMENT_CHANGED = "assessment_changed"


def decide(session: Session, actor: Actor, decision: dict[str, Any], authority: str | None = None) -> None:
    """Applies an authority's answer: `decision.made` of a register, or the reply of the ministry `authority`.

    A repeated answer, or one after the file has moved on, changes nothing. Raises Refusal (not_asked) for an answer
    without a question to this authority: a person must look at such a message.
    """
    application = session.get(Application, decision["application"], with_for_update=True, populate_existing=True)
    answering_authority = authority or actor.id
    asking = _asking(session, answering_authority, application, decision) if application else None
    if application is None or asking is None:
        raise Refusal("not_asked", authority=answering_authority)
    if application.status != Status.WITH_AUTHORITY or asking.outcome not in (None, "assessed"):
        audit.record(session, actor, "decision.ignored", application.reference, reason=application.status)
        return
    asking.outcome, asking.answered_at = decision["outcome"], func.now()
    asking.reason, asking.document = decision.get("reason"), decision.get("document")
    asking.document_number = decision.get("document_number")
    session.flush()
    _OUTCOMES[decision["outcome"]](session, actor, application, decision)


def _asking(session: Session, authority: str, application: Application, decision: dict[str, Any]) -> Asking | None:
    ask = FOLLOWS.get(decision["ask"], decision["ask"])
    return session.get(Asking, (application.reference, application.round, authority, ask), with_for_update=True)


def _assessed(session: Session, actor: Actor, application: Application, decision: dict[str, Any]) -> None:
    """Applies the assessed price. A payment that was made before must not be demanded again."""
    amount = Money(decision["amount"], decision["currency"])
    if application.paid_at is not None:
        _reuse_payment(session, actor, application, amount)
        return
    charges.charge(session, actor, application, amount)
    detail: Detail = {"amount": amount.amount, "currency": amount.currency}
    transition(session, actor, application, Status.AWAITING_PAYMENT, detail=detail)


def _reuse_payment(session: Session, actor: Actor, application: Application, amount: Money) -> None:
    payments = [
        payment
        for payment in attempts.of_application(session, application.reference)
        if payment.state is AttemptState.SUCCEEDED
    ]
    if payments and charges.law_amount(session, application) == amount:
        settle.notify_authorities(session, actor, application, payments[-1])
        return
    update_columns(session, application, exception=ASSESSMENT_CHANGED)
    audit.record(session, actor, "application.flagged", application.reference, reason=ASSESSMENT_CHANGED)


def _refused(session: Session, actor: Actor, application: Application, decision: dict[str, Any]) -> None:
    reason = decision.get("reason") or "not_entitled"
    transition(session, actor, application, Status.REFUSED, reason=reason)
    release(session, actor, application, reason)


def _returned(session: Session, actor: Actor, application: Application, decision: dict[str, Any]) -> None:
    """Returns the application. One that waits for a registrar has no deadline, since its applicant can do nothing."""
    reason = decision.get("reason") or "answer_wrong"
    no_deadline = {"lapses_on": None} if reason == MISMATCH else {}
    transition(session, actor, application, Status.RETURNED, reason=reason, columns=no_deadline)


def _granted(session: Session, actor: Actor, application: Application, decision: dict[str, Any]) -> None:
    if decision["ask"] == CLEARANCE:
        update_columns(session, application, due_on=promised_today(session, application))
        note_step(session, actor, application, "cleared", Status.WITH_AUTHORITY)
    open_count = select(func.count()).where(
        Asking.application == application.reference,
        Asking.round == application.round,
        Asking.outcome.is_distinct_from("granted"),
    )
    if not session.scalar(open_count):
        fulfilment_of(application).grant(session, actor, application)


_OUTCOMES = {"assessed": _assessed, "refused": _refused, "returned": _returned, "granted": _granted}
