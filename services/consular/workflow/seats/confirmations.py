"""Re-confirmation: whoever does not answer in time frees the seat, which goes to the waiting list."""

from datetime import date

from sqlalchemy.orm import Session

from services.consular.applications.model import Application
from services.consular.applications.transitions import load_for_update
from services.consular.appointments import slips
from services.consular.appointments.booking import release
from services.consular.appointments.model import Appointment
from services.consular.appointments.waiting_list import confirm
from services.consular.workflow.fulfilment import fulfilment_of
from services.consular.workflow.seats.draws import tell
from shared.database.rows import lock_row
from shared.identity.actor import Actor

ASKED, FREED = "turn_confirm", "turn_freed"


def confirm_attendance(session: Session, actor: Actor, reference: str) -> Appointment:
    """Records that the applicant comes. Raises as `confirm.confirm_attendance` does."""
    load_for_update(session, actor, "turn.confirm", reference)
    return confirm.confirm_attendance(session, actor, reference)


def ask_and_free(session: Session, actor: Actor, today: date) -> int:
    """Asks those who are due today, and frees the seats of those who never answered; returns the number freed."""
    for appointment, days in confirm.ask_due(session, actor, today):
        tell(session, appointment.application, ASKED, f"{appointment.id}/{days}", left=days)
    freed = confirm.unanswered(session, actor.mission or "", today)
    for appointment in freed:
        free(session, actor, appointment.application)
        tell(session, appointment.application, FREED, str(appointment.id))
    return len(freed)


def free(session: Session, actor: Actor, reference: str) -> None:
    """Frees the booked seat of an application as if its holder had cancelled."""
    application = lock_row(session, Application, reference)
    appointment = release.cancel(session, actor, reference)
    slips.revoke(session, actor, appointment.slip, "turn_cancelled")
    fulfilment_of(application).attendance.apply_cancellation(session, actor, application, appointment)
