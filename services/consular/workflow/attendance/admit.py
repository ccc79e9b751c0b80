"""Lets people into the waiting hall: identity checked, attendance recorded where the file needs it, a ticket given."""

from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.applications.attendance import visit_service
from services.consular.applications.model import Application
from services.consular.applications.rules import VISITING, Status
from services.consular.applications.transitions import load_for_update
from services.consular.appointments.attendance import presence, priorities
from services.consular.appointments.booking import book
from services.consular.appointments.hall import tickets
from services.consular.appointments.hall.model import Ticket
from services.consular.appointments.model import Appointment
from services.consular.appointments.rules import AppointmentState
from services.consular.missions import calendar, day_of
from services.consular.workflow.appointments import attendance_of
from services.consular.workflow.attendance.check_in import check_identity
from services.consular.workflow.fulfilment import fulfilment_of
from shared import forms
from shared.errors import Conflict, Refusal
from shared.identity.actor import Actor

# The statuses in which somebody may come without an appointment, unless the visit itself needs one: to pay, to show
# a paper, to collect.
WALK_IN = VISITING | {Status.READY}
NO_SERVICE = "other"


def admit(session: Session, actor: Actor, reference: str, number: str) -> Ticket:
    """Gives a ticket for today; whoever was let in before gets the same one again.

    `number` is read from the identity document, as for `check_in.attend`. Raises Invalid, WrongPerson, Refusal
    (hall_other_day, hall_needs_appointment), Conflict (not_possible_now).
    """
    application = load_for_update(session, actor, "hall.admit", reference)
    check_identity(session, application, number)
    today = missions.today(session, application.mission)
    appointment = _appointment_of(session, application)
    if appointment is not None and (day := day_of(session, application.mission, appointment.starts_at)) != today:
        if appointment.state == AppointmentState.BOOKED:
            raise Refusal("hall_other_day", day=day.isoformat())
        appointment = None
    known = tickets.of_application(session, reference, today)
    if known is not None:
        return known
    _record_attendance(session, actor, application, appointment)
    service = appointment.service if appointment else visit_service(application)
    return tickets.give(session, actor, application.mission, reference, today, service or NO_SERVICE, appointment)


def _appointment_of(session: Session, application: Application) -> Appointment | None:
    appointment = book.latest(session, application.reference)
    may_come = appointment is not None and appointment.state in (AppointmentState.BOOKED, AppointmentState.ATTENDED)
    return appointment if may_come else None


def _record_attendance(
    session: Session, actor: Actor, application: Application, appointment: Appointment | None
) -> None:
    """Records the attendance where the file needs one and has none. Raises as `admit`."""
    has_attended = presence.find_attendance(session, application.reference) is not None
    if appointment is None:
        if Status(application.status) not in WALK_IN:
            raise Conflict("not_possible_now", status=application.status)
        if has_attended or not _needs_visit(session, application):
            return
    elif has_attended:
        return
    effects = attendance_of(application, "attend")
    presence.record(session, actor, application.mission, application.reference)
    effects.apply_attendance(session, actor, application)


def _needs_visit(session: Session, application: Application) -> bool:
    """Whether the person must come for this file. Raises Refusal (hall_needs_appointment) where seats are given for it
    and no officer has granted priority."""
    effects = fulfilment_of(application).attendance
    service = effects.service(forms.transaction(application.transaction), application.answers)
    if service is None or Status(application.status) not in VISITING:
        return False
    is_offered = service in calendar.services(session, application.mission)
    if is_offered and priorities.find(session, application.reference) is None:
        raise Refusal("hall_needs_appointment")
    return True
