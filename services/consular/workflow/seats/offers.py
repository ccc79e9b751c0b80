"""Holds the seats that a draw or the waiting list gave, one application at a time."""

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from services.consular.applications.model import Application
from services.consular.appointments.booking.offer import offer_seat
from services.consular.appointments.model import Appointment
from services.consular.appointments.reserved.model import ReservedSeat
from services.consular.appointments.rules import LIVE, AppointmentState
from services.consular.workflow.appointments import attendance_of
from services.consular.workflow.seats.bound import check_document
from shared.database import audit
from shared.errors import Refusal
from shared.identity.actor import Actor


def to_hold(session: Session) -> list[str]:
    """The applications that were given a seat which is not held for them yet."""
    # A hold that has run out is marked so when somebody needs its seat; until then only its time says so.
    has_time = (Appointment.state != AppointmentState.HELD) | (Appointment.held_until > func.now())
    live = exists().where(Appointment.application == ReservedSeat.application, Appointment.state.in_(LIVE), has_time)
    given = ReservedSeat.application.is_not(None), ReservedSeat.offered_until > func.now()
    return list(session.scalars(select(ReservedSeat.application).where(*given, ~live).order_by(ReservedSeat.starts_at)))


def hold_offered(session: Session, actor: Actor, reference: str) -> bool:
    """Holds the seat given to an application until its offer runs out.

    False where the application can no longer have it, by its status or by the caps: its seat then runs out unanswered.
    """
    query = select(Application).where(Application.reference == reference).with_for_update()
    application = session.scalar(query.execution_options(populate_existing=True))
    seat = session.scalar(
        select(ReservedSeat).where(ReservedSeat.application == reference, ReservedSeat.offered_until > func.now())
    )
    if application is None or seat is None or seat.offered_until is None:
        return False
    try:
        with session.begin_nested():
            effects = attendance_of(application, "hold_turn")
            booker = effects.booker(session, application, application.answers)
            check_document(session, reference, booker.document)
            offer_seat(session, actor, booker, seat, seat.offered_until)
    except Refusal as refusal:
        audit.record(session, actor, "seat.not_held", reference, reason=refusal.code)
        seat.offered_until = func.now()
        session.flush()
        return False
    return True
