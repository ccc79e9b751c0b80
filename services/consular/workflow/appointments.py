"""Appointments of applications: hold, confirm, reschedule, cancel."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from services.consular.applications import rules
from services.consular.applications.attendance import visit_service
from services.consular.applications.model import Application
from services.consular.applications.rules import Status
from services.consular.applications.transitions import load_for_update
from services.consular.appointments import slips
from services.consular.appointments.attendance import presence, priorities
from services.consular.appointments.booking import book, release
from services.consular.appointments.booking.booked import find_booked
from services.consular.appointments.booking.hold import Booker, hold
from services.consular.appointments.model import Appointment
from services.consular.workflow.fulfilment import Attendance, fulfilment_of
from shared import forms
from shared.errors import Conflict
from shared.identity.actor import Actor


def attendance_of(application: Application, verb: str) -> Attendance:
    """The effects of an appointment on this application. Raises Conflict when the verb is not possible now."""
    entry = forms.transaction(application.transaction)
    visit = visit_service(application) is not None
    if not rules.appointment_verb_fits(verb, Status(application.status), entry.outcome, visit=visit):
        raise Conflict("not_possible_now", status=application.status)
    return fulfilment_of(application).attendance


def hold_slot(session: Session, actor: Actor, reference: str, starts_at: datetime) -> Appointment:
    """Holds a time for an application, in place of an earlier hold.

    Raises what `hold` raises, Refusal (turn_answers_first) while the questions it depends on are unanswered, Conflict
    (attended_already).
    """
    application = load_for_update(session, actor, "turn.hold", reference)
    effects = attendance_of(application, "hold_turn")
    if presence.find_attendance(session, reference) is not None:
        raise Conflict("attended_already")
    return hold(session, actor, _booker(session, effects, application), starts_at)


def _booker(session: Session, effects: Attendance, application: Application) -> Booker:
    booker = effects.booker(session, application, application.answers)
    return replace(booker, has_priority=priorities.find(session, application.reference) is not None)


def release_slot(session: Session, actor: Actor, reference: str) -> None:
    """Releases the held time; a booked one stays."""
    application = load_for_update(session, actor, "turn.hold", reference)
    attendance_of(application, "hold_turn")
    appointment = book.latest(session, reference)
    if appointment is not None and book.is_held(session, appointment):
        release.release_live(session, actor, reference)


def confirm(session: Session, actor: Actor, reference: str) -> Appointment:
    """Books the time held for a visit, with a slip. An application for an appointment books it on submission."""
    application = load_for_update(session, actor, "turn.confirm", reference)
    return attendance_of(application, "hold_turn").confirm(session, actor, application)


def reschedule(session: Session, actor: Actor, reference: str, starts_at: datetime) -> Appointment:
    """Moves a booked appointment to another time, completely or not at all; the old slip is revoked."""
    application = load_for_update(session, actor, "turn.move", reference)
    effects = attendance_of(application, "change_turn")
    old_slip = find_booked(session, reference).slip
    appointment = book.exchange(session, actor, _booker(session, effects, application), starts_at)
    slips.revoke(session, actor, old_slip, "turn_moved")
    slip = slips.issue(session, actor, application, appointment)
    effects.apply_reschedule(session, actor, application, appointment, slip)
    return appointment


def cancel(session: Session, actor: Actor, reference: str) -> Appointment:
    """Cancels a booked appointment and frees its seat. Raises NotFound without one, Conflict (turn_begun) after its
    hour."""
    application = load_for_update(session, actor, "turn.cancel", reference)
    effects = attendance_of(application, "change_turn")
    appointment = release.cancel(session, actor, reference)
    slips.revoke(session, actor, appointment.slip, "turn_cancelled")
    effects.apply_cancellation(session, actor, application, appointment)
    return appointment
