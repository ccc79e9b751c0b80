"""Waives the whole fee of somebody whose hardship is proven (Law 19/2023): one person proposes, another signs."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from services.consular.applications.model import Application
from services.consular.applications.notify import notify_recipients
from services.consular.applications.promise import promised_today
from services.consular.applications.rules import Status
from services.consular.applications.transitions import check_status, load_for_update, transition
from services.consular.approvals.model import Proposal
from services.consular.approvals.sign import finish
from services.consular.missions import today
from services.consular.notices.rules import FEE_WAIVED
from services.consular.payments.orders import quote
from services.consular.payments.orders.waive import check_open, waive
from shared import forms
from shared.catalogue.bulk_actions import WAIVER
from shared.catalogue.model import AT_SUBMIT
from shared.errors import Conflict, Invalid
from shared.forms import check_questions
from shared.identity.actor import Actor
from shared.values.references import clean, is_valid, mission_of

KIND = "waiver"
FIELD = "waiver_reference"


def read(session: Session, terms: Mapping[str, Any]) -> dict[str, Any]:
    """The clean terms. Raises Invalid with a code per field: waiver_unknown, waiver_assessed for a fee that another
    authority sets, and nothing_owed, order_paid or payment_open where there is no fee to waive now."""
    mission = session.info["mission"]
    params = check_questions(WAIVER, terms, today(session, mission))
    reference = clean(params[FIELD])
    if not is_valid(reference) or mission_of(reference) != mission:
        raise Invalid("waiver_unknown", field=FIELD)
    application = session.get(Application, reference)
    if application is None or application.submitted_at is None:
        raise Invalid("waiver_unknown", field=FIELD)
    if forms.transaction(application.transaction).priced != AT_SUBMIT:
        raise Invalid("waiver_assessed", field=FIELD)
    try:
        check_status(application, "cash")
        check_open(session, quote.of_application(session, reference))
    except Conflict as conflict:
        raise Invalid(conflict.code, field=FIELD) from conflict
    return {**params, FIELD: reference}


def preview(session: Session, params: Mapping[str, Any]) -> dict[str, Any]:
    """The fee that would be waived; none where it was paid or has lapsed meanwhile. Nothing is written."""
    order = quote.of_application(session, params[FIELD])
    money = [{"currency": order.currency, "amount": order.amount}] if order and order.state == "open" else []
    return {"applications": len(money), "money": money}


def carry_out(session: Session, actor: Actor, proposal: Proposal) -> None:
    """Moves the application on as if it were paid. Raises Conflict where it was paid, has lapsed, or is being paid."""
    reference = proposal.params[FIELD]
    application = load_for_update(session, actor, "proposal.decide", reference)
    check_status(application, "cash")
    order = waive(session, actor, reference, proposal.reference)
    transition(
        session,
        actor,
        application,
        Status.IN_REVIEW,
        detail={"proposal": proposal.reference, "order": order.reference},
        columns={"due_on": promised_today(session, application)},
        code="waived",
    )
    notify_recipients(session, application, FEE_WAIVED, once=proposal.reference)
    money = [{"currency": order.currency, "amount": order.amount}]
    finish(session, actor, proposal, {"applications": 1, "money": money})
