"""Moves or cancels booked appointments whose time the calendar has lost, once a change can no longer be undone."""

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.applications.model import Application
from services.consular.applications.notify import notify_recipients
from services.consular.appointments import slips
from services.consular.appointments.booking import book
from services.consular.appointments.calendars import closures, hours, relocation
from services.consular.appointments.calendars.displaced import Span, displaced, is_displaced, moves
from services.consular.appointments.model import Appointment
from services.consular.appointments.seats.openings import Plan
from services.consular.approvals import sign
from services.consular.approvals.model import Proposal
from services.consular.missions import calendar
from services.consular.notices.rules import TURN_RELOCATED
from services.consular.workflow.fulfilment import fulfilment_of
from shared.catalogue.bulk_actions import MOVE
from shared.database import audit, db
from shared.database.db import Database
from shared.database.rows import lock_row
from shared.errors import Refusal
from shared.identity.actor import Actor
from shared.logs import log
from shared.values import dates

# One run moves so many at a mission; the next run goes on.
MAX_PER_RUN = 500
# Somebody who books at the same moment may take the time that was found; then another one is looked for.
TRIES = 3
SPANS: Mapping[str, Callable[[Mapping[str, Any]], Span]] = {
    closures.KIND: closures.span,
    hours.KIND: hours.span,
    relocation.KIND: relocation.span,
}


class Outcome(StrEnum):
    """What became of one appointment: `left` where no other time is free, `busy` where somebody else changes it now."""

    MOVED = "moved"
    CANCELLED = "cancelled"
    LEFT = "left"
    BUSY = "busy"


def relocate_due(database: Database, actor: Actor, moment: datetime | None = None) -> int:
    """Carries out what was signed and can no longer be undone, at every mission; returns how many were relocated.

    `moment` replaces the database's clock.
    """
    return sum(relocate_at(database, worker, moment) for worker, _ in missions.each_mission(database, actor))


def relocate_at(database: Database, actor: Actor, moment: datetime | None = None) -> int:
    """As `relocate_due`, at the actor's mission."""
    with database.scope(actor.mission) as session:
        due = (moment or db.now(session)) - sign.UNDO
        signed = select(Proposal).where(Proposal.kind.in_(SPANS), Proposal.state == sign.APPROVED)
        proposals = [
            proposal.reference
            for proposal in session.scalars(signed.order_by(Proposal.decided_at))
            if proposal.decided_at is not None and proposal.decided_at <= due
        ]
    return sum(_carry_out(database, actor, reference) for reference in proposals)


def _carry_out(database: Database, actor: Actor, reference: str) -> int:
    with database.scope(actor.mission) as session:
        proposal = lock_row(session, Proposal, reference)
        if proposal.kind == hours.KIND:
            hours.apply(session, actor, proposal)
        span = SPANS[proposal.kind](proposal.params)
        lost = [appointment.application for appointment in displaced(session, proposal.mission, span, Plan())]
    outcomes = [relocate(database, actor, reference, application) for application in lost[:MAX_PER_RUN]]
    if len(lost) <= MAX_PER_RUN and Outcome.BUSY not in outcomes:
        with database.scope(actor.mission) as session:
            _note_end(session, actor, reference, span)
    return sum(outcome in (Outcome.MOVED, Outcome.CANCELLED) for outcome in outcomes)


def _note_end(session: Session, actor: Actor, reference: str, span: Span) -> None:
    proposal = lock_row(session, Proposal, reference)
    if proposal.state != sign.APPROVED:
        return
    counts = {name.value: proposal.result.get(name, 0) for name in (Outcome.MOVED, Outcome.CANCELLED)}
    left = len(displaced(session, proposal.mission, span, Plan()))
    turns = sum(counts.values()) + left
    sign.finish(session, actor, proposal, {**proposal.result, **counts, "left": left, "turns": turns})


def relocate(database: Database, actor: Actor, proposal: str, application: str) -> Outcome:
    """Moves or cancels the appointment of one application, in a commit of its own."""
    for _ in range(TRIES):
        try:
            with database.scope(actor.mission) as session:
                signed = lock_row(session, Proposal, proposal)
                outcome = _relocate(session, actor, signed, application)
                if signed.state == sign.APPROVED and outcome in (Outcome.MOVED, Outcome.CANCELLED):
                    signed.result = {**signed.result, outcome.value: signed.result.get(outcome, 0) + 1}
                return outcome
        except Refusal as refusal:
            log().warning("not relocated", application=application, code=refusal.code)
            if refusal.code != "turn_taken":
                break
    return Outcome.LEFT


def _relocate(session: Session, actor: Actor, signed: Proposal, reference: str) -> Outcome:
    query = select(Application).where(Application.reference == reference).with_for_update(skip_locked=True)
    application = session.scalar(query.execution_options(populate_existing=True))
    if application is None:
        return Outcome.BUSY
    appointment = book.latest(session, reference)
    # The applicant may have moved or cancelled it meanwhile, or the calendar may have the time again.
    if signed.state != sign.APPROVED or appointment is None or not is_displaced(session, appointment):
        return Outcome.LEFT
    if signed.params["affected"] == MOVE:
        return _rebook(session, actor, application, appointment)
    return _cancel(session, actor, application, appointment)


def _rebook(session: Session, actor: Actor, application: Application, appointment: Appointment) -> Outcome:
    to = moves(session, appointment.mission, [appointment], Plan())[0].to
    if to is None:
        return Outcome.LEFT
    was, old_slip = appointment.starts_at, appointment.slip
    new = book.relocate(session, actor, appointment, to)
    slips.revoke(session, actor, old_slip, "turn_moved")
    slip = slips.issue(session, actor, application, new)
    effects = fulfilment_of(application).attendance
    effects.apply_reschedule(session, actor, application, new, slip)
    zone = missions.find(session, new.mission).zone
    notify_recipients(
        session,
        application,
        TURN_RELOCATED,
        f"{new.id}",
        until=dates.local_date(was, zone).isoformat(),
        day=dates.local_date(to, zone).isoformat(),
        time=calendar.wall_time(to, zone),
    )
    return Outcome.MOVED


def _cancel(session: Session, actor: Actor, application: Application, appointment: Appointment) -> Outcome:
    book.call_off(session, appointment)
    slips.revoke(session, actor, appointment.slip, "turn_cancelled")
    fulfilment_of(application).attendance.apply_calling_off(session, actor, application, appointment)
    audit.record(session, actor, "turn.called_off", application.reference)
    return Outcome.CANCELLED
