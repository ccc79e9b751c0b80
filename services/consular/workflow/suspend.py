"""Suspends a transaction by a dated row and cancels its open applications: applicants get the reason, and paid fees are
owed back."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.applications import counts, rules
from services.consular.applications.model import Application, Step
from services.consular.applications.rules import Status
from services.consular.applications.transitions import transition
from services.consular.approvals.model import Proposal
from services.consular.approvals.sign import APPROVED, finish
from services.consular.missions import today
from services.consular.missions.model import Mission
from services.consular.payments.collection.hosted import CardProvider
from services.consular.payments.orders.model import Attempt, Order
from services.consular.payments.orders.rules import AttemptState, OrderState
from services.consular.payments.tariffs import transaction_status
from services.consular.workflow.lapse import BATCH, MAX_PER_RUN, must_wait, query_open_payments
from services.consular.workflow.release import release
from shared.catalogue import CATALOGUE
from shared.catalogue.bulk_actions import ACTIVE, STANDING
from shared.database.db import Database
from shared.errors import Invalid, Refusal
from shared.forms import check_questions
from shared.identity.actor import Actor
from shared.logs import log

KIND = "standing"
Open = ColumnElement[bool]


def read(session: Session, terms: Mapping[str, Any]) -> dict[str, Any]:
    """The clean terms. Raises Invalid with a code per field; a status never begins in the past."""
    day = today(session, session.info["mission"])
    params = check_questions(STANDING, terms, day)
    slug = terms.get("transaction")
    if slug not in CATALOGUE:
        raise Invalid("unknown_choice" if slug else "required", field="transaction")
    if date.fromisoformat(params["valid_from"]) < day:
        raise Invalid("in_the_past", field="valid_from")
    if transaction_status.begins_on(session, slug, session.info["mission"], date.fromisoformat(params["valid_from"])):
        raise Invalid("standing_that_day", field="valid_from")
    return {**params, "transaction": slug}


def preview(session: Session, params: Mapping[str, Any]) -> dict[str, Any]:
    """The open applications that would be cancelled, by status, and the money owed back. Nothing is written."""
    if params["standing"] == ACTIVE:
        return {"applications": 0, "by_status": {}, "money": []}
    paid = session.execute(
        select(Attempt.currency, func.sum(Attempt.amount))
        .join(Order, Order.reference == Attempt.order)
        .join(Application, Application.reference == Order.application)
        .where(*_open(params), Order.state == OrderState.PAID.value)
        .where(Attempt.state == AttemptState.SUCCEEDED.value, Attempt.held.is_(None))
        .group_by(Attempt.currency)
    )
    money = [{"currency": currency, "amount": int(amount)} for currency, amount in paid]
    return {**counts.by_status(session, _open(params)), "money": money}


def carry_out(session: Session, actor: Actor, proposal: Proposal) -> None:
    """Declares the status at once, so that no money is taken from its day on; the job cancels open applications."""
    params = proposal.params
    transaction_status.declare_status(
        session,
        params["transaction"],
        params["standing"],
        date.fromisoformat(params["valid_from"]),
        params["law_source"],
        actor.id,
        scope=proposal.mission,
    )
    if params["standing"] == ACTIVE:
        finish(session, actor, proposal, {"applications": 0})


def close_due(database: Database, actor: Actor, provider: CardProvider, moment: datetime | None = None) -> int:
    """Cancels the applications of suspended transactions at every mission, one commit each; returns their number.

    A run that stops early leaves the rest to the next one; two simultaneous runs never cancel one application twice.
    """
    return sum(
        close_at(database, worker, provider, day) for worker, day in missions.each_mission(database, actor, moment)
    )


def close_at(database: Database, actor: Actor, provider: CardProvider, day: date) -> int:
    """Cancels the applications that are suspended on a day at the actor's mission; returns their number."""
    with database.scope(actor.mission) as session:
        proposals = _in_force(session, actor, day)
    return sum(close(database, actor, provider, reference) for reference in proposals)


def _in_force(session: Session, actor: Actor, day: date) -> list[str]:
    """The signed proposals in force on a day; a proposal whose status was replaced since cancels nothing more."""
    signed = session.scalars(
        select(Proposal).where(Proposal.kind == KIND, Proposal.state == APPROVED).order_by(Proposal.decided_at)
    )
    begun_proposals = [proposal for proposal in signed if date.fromisoformat(proposal.params["valid_from"]) <= day]
    mission_row = missions.find(session, actor.mission) if begun_proposals else None
    return [
        proposal.reference
        for proposal in begun_proposals
        if mission_row and _is_in_force(session, mission_row, proposal, day)
    ]


def _is_in_force(session: Session, mission_row: Mission, proposal: Proposal, day: date) -> bool:
    status_row = transaction_status.status_on(session, proposal.params["transaction"], mission_row, day)
    return status_row is not None and status_row.status == proposal.params["standing"]


def close(database: Database, actor: Actor, provider: CardProvider, proposal: str) -> int:
    """Cancels the applications of one signed proposal in batches, and finishes the proposal once none is left."""
    closed, after = 0, ""
    while True:
        with database.scope(actor.mission) as session:
            signed_proposal = session.get_one(Proposal, proposal)
            batch = _batch(session, signed_proposal.params, after)
        for reference in batch:
            since = query_open_payments(database, actor, provider, reference)
            try:
                with database.scope(actor.mission) as session:
                    closed += cancel(session, actor, reference, signed_proposal, since)
            except Refusal as refusal:
                log().warning("not closed", application=reference, code=refusal.code)
        if len(batch) < BATCH or closed >= MAX_PER_RUN:
            break
        after = batch[-1]
    with database.scope(actor.mission) as session:
        _note_end(session, actor, proposal)
    return closed


def _batch(session: Session, params: Mapping[str, Any], after: str) -> list[str]:
    query = select(Application.reference).where(*_open(params), Application.reference > after)
    return list(session.scalars(query.order_by(Application.reference).limit(BATCH)))


def cancel(session: Session, actor: Actor, reference: str, proposal: Proposal, since: datetime | None = None) -> bool:
    """Cancels one application; False when it is closed already, or must wait for a payment under way."""
    query = select(Application).where(Application.reference == reference).with_for_update(skip_locked=True)
    application = session.scalar(query.execution_options(populate_existing=True))
    if application is None or application.status not in rules.OPEN or must_wait(session, reference, since):
        return False
    reason = f"transaction_{proposal.params['standing']}"
    transition(session, actor, application, Status.CANCELLED, reason=reason, detail={"proposal": proposal.reference})
    release(session, actor, application, reason)
    return True


def _open(params: Mapping[str, Any]) -> list[Open]:
    return [Application.transaction == params["transaction"], Application.status.in_(rules.OPEN)]


def _note_end(session: Session, actor: Actor, reference: str) -> None:
    proposal = session.get(Proposal, reference, with_for_update=True, populate_existing=True)
    if proposal is None or proposal.state != APPROVED or _batch(session, proposal.params, ""):
        return
    closed = session.scalar(select(func.count()).where(Step.detail["proposal"].astext == reference)) or 0
    finish(session, actor, proposal, {"applications": closed})
