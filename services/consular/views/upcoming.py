"""What still brings somebody to the mission: a turn, a visit in person, the slip of a passport that waits."""

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
    """The turn, the visit that must be made, and the slip of a passport that waits."""
    entry = forms.transaction(application.transaction)
    service = fulfilment_of(application).attendance.service(entry, application.answers)
    if entry.outcome != APPOINTMENT and entry.appointment is None:
        return {"turn": None, "visit": None, "slip": None}
    turn = book.latest(session, application.reference)
    waiting = entry.outcome == BOOKLET and application.status == Status.READY
    return {
        "turn": _serialise_appointment(session, turn) if turn else None,
        "service": service,
        "visit": _serialise_attendance(session, application, service) if entry.appointment else None,
        "slip": passport_slip(session, application.reference) if waiting else None,
    }


def _serialise_appointment(session: Session, turn: Appointment) -> View:
    """With how long it is still held, and until when changing it is free."""
    rule = calendar.rule(session, turn.mission, turn.service)
    state = (
        turn.state if turn.state != AppointmentState.HELD or book.is_held(session, turn) else AppointmentState.EXPIRED
    )
    return {
        **turn.serialise(),
        "state": state,
        "late": rules.is_late(turn.starts_at, now(session), rule.free_hours),
        "begun": turn.starts_at <= now(session),
        "free_hours": rule.free_hours,
        "arrive_minutes": rule.arrive_minutes,
        "minutes_left": max(0, math.ceil((turn.held_until - now(session)).total_seconds() / 60))
        if turn.held_until
        else 0,
    }


def _serialise_attendance(session: Session, application: Application, service: str | None) -> View:
    came = attendance.find_attendance(session, application.reference)
    known = service in calendar.services(session, application.mission)
    return {"attended_at": came.at.isoformat() if came else None, "walk_in": not known}


def possible_verbs(verbs: list[str], to_come: View) -> list[str]:
    """Of the verbs about turns those that fit the turn: none is held for who has one, none changed where none is."""
    turn, visit = to_come["turn"] or {}, to_come["visit"] or {}
    booked, came = turn.get("state") == AppointmentState.BOOKED, bool(visit.get("attended_at"))
    fitting = {
        "hold_turn": not booked and not came and not visit.get("walk_in"),
        "change_turn": booked and not turn["begun"],
        "attend": not came,
        "miss": booked and turn["begun"],
    }
    return [verb for verb in verbs if fitting.get(verb, True)]
