"""What still brings an applicant to the mission: an appointment, a visit in person, the collection of a passport."""

import math
from typing import Any

from sqlalchemy.orm import Session

from services.consular.applications.model import Application
from services.consular.applications.rules import Status
from services.consular.appointments import attendance, book, rules
from services.consular.appointments.model import Appointment
from services.consular.appointments.rules import AppointmentState
from services.consular.missions import calendar
from services.consular.passports.slip import passport_slip
from services.consular.workflow.fulfilment import fulfilment_of
from shared import forms
from shared.catalogue.model import APPOINTMENT, BOOKLET
from shared.database.db import now

View = dict[str, Any]


def upcoming(session: Session, application: Application) -> View:
    """The appointment, the required visit, and the slip of a ready passport."""
    entry = forms.transaction(application.transaction)
    service = fulfilment_of(application).attendance.service(entry, application.answers)
    if entry.outcome != APPOINTMENT and entry.appointment is None:
        return {"turn": None, "visit": None, "slip": None}
    appointment = book.latest(session, application.reference)
    is_ready = entry.outcome == BOOKLET and application.status == Status.READY
    return {
        "turn": _serialise_appointment(session, appointment) if appointment else None,
        "service": service,
        "visit": _serialise_attendance(session, application, service) if entry.appointment else None,
        "slip": passport_slip(session, application.reference) if is_ready else None,
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
        "free_hours": rule.free_hours,
        "arrive_minutes": rule.arrive_minutes,
        "minutes_left": max(0, math.ceil((appointment.held_until - now(session)).total_seconds() / 60))
        if appointment.held_until
        else 0,
    }


def _serialise_attendance(session: Session, application: Application, service: str | None) -> View:
    attendance_row = attendance.find_attendance(session, application.reference)
    is_offered = service in calendar.services(session, application.mission)
    return {"attended_at": attendance_row.at.isoformat() if attendance_row else None, "walk_in": not is_offered}


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
