"""What still brings an applicant to the mission: an appointment, a visit in person, the collection of a passport."""

import math
from typing import Any

from sqlalchemy.orm import Session

from services.consular.applications.attendance import visit_service
from services.consular.applications.rules import Status
from services.consular.appointments import rules
from services.consular.appointments.attendance import appeals
from services.consular.appointments.booking import book
from services.consular.appointments.calendars.displaced import is_displaced
from services.consular.appointments.model import Appointment
from services.consular.appointments.rules import AppointmentState
from services.consular.missions import calendar
from services.consular.views.application.application_rows import ApplicationRows
from services.consular.workflow.fulfilment import fulfilment_of
from shared import forms
from shared.catalogue.model import APPOINTMENT, BOOKLET
from shared.database.db import now

View = dict[str, Any]


def upcoming(session: Session, rows: ApplicationRows) -> View:
    """The appointment, the required visit, and the slip of a ready passport."""
    application, appointment, slip = rows.application, rows.appointment, rows.slip
    entry = forms.transaction(application.transaction)
    service = fulfilment_of(application).attendance.service(entry, application.answers)
    is_ready = entry.outcome == BOOKLET and application.status == Status.READY
    if entry.outcome != APPOINTMENT and visit_service(application) is None:
        return {"turn": None, "visit": None, "slip": slip if is_ready else None}
    return {
        "turn": _serialise_appointment(session, appointment) if appointment else None,
        "service": service,
        "visit": _serialise_attendance(session, rows, service) if entry.appointment else None,
        "slip": slip if is_ready else None,
    }


def _serialise_appointment(session: Session, appointment: Appointment) -> View:
    """An appointment with the minutes left of its hold, and whether a change is still free."""
    rule = calendar.rule(session, appointment.mission, appointment.service)
    state = (
        appointment.state
        if appointment.state != AppointmentState.HELD or book.is_held(session, appointment)
        else AppointmentState.EXPIRED
    )
    return {
        **appointment.serialise(),
        "state": state,
        "late": rules.is_late(appointment.starts_at, now(session), rule.free_hours),
        "begun": appointment.starts_at <= now(session),
        "displaced": is_displaced(session, appointment),
        **_absence(session, appointment),
        "free_hours": rule.free_hours,
        "arrive_minutes": rule.arrive_minutes,
        "minutes_left": max(0, math.ceil((appointment.held_until - now(session)).total_seconds() / 60))
        if appointment.held_until
        else 0,
    }


def _absence(session: Session, appointment: Appointment) -> View:
    """The appeal about a missed appointment, and whether one may still be made."""
    appeal = appeals.find(session, appointment)
    return {
        "appeal": {"state": appeal.state, "answer": appeal.answer} if appeal else None,
        "may_appeal": appeal is None and appeals.may_appeal(session, appointment),
    }


def _serialise_attendance(session: Session, rows: ApplicationRows, service: str | None) -> View:
    is_offered = service in calendar.services(session, rows.application.mission)
    return {"attended_at": rows.attendance.at.isoformat() if rows.attendance else None, "walk_in": not is_offered}


def possible_verbs(verbs: list[str], upcoming_view: View) -> list[str]:
    """The verbs without those that do not fit the appointment: no hold beside a booked one, no change without one."""
    appointment, visit = upcoming_view["turn"] or {}, upcoming_view["visit"] or {}
    is_booked, has_attended = appointment.get("state") == AppointmentState.BOOKED, bool(visit.get("attended_at"))
    possible = {
        "hold_turn": not is_booked and not has_attended and not visit.get("walk_in"),
        "change_turn": is_booked and not appointment["begun"],
        "attend": not has_attended,
        "miss": is_booked and appointment["begun"],
    }
    return [verb for verb in verbs if possible.get(verb, True)]
