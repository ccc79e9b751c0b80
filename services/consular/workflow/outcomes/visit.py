"""A visit in person that an application needs before an officer can accept it. It changes no status."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from services.consular.applications.model import Application
from services.consular.applications.notify import notify_recipients
from services.consular.applications.transitions import note_step
from services.consular.appointments import slips
from services.consular.appointments.booking import book
from services.consular.appointments.booking.hold import Booker
from services.consular.appointments.model import Appointment
from services.consular.appointments.seats.tiers import tier_of
from services.consular.notices.rules import TURN_CALLED_OFF
from services.consular.people import snapshot
from shared import forms
from shared.catalogue.model import Transaction
from shared.errors import Refusal
from shared.identity.actor import Actor


def service(entry: Transaction, answers: Mapping[str, object]) -> str | None:
    """The service that receives applicants of this entry; None where no visit is needed."""
    return entry.appointment


def persons(answers: Mapping[str, object]) -> int:
    """The applicant alone comes to a visit."""
    return 1


def booker(session: Session, application: Application, answers: Mapping[str, object]) -> Booker:
    """Who books. A visit takes no share of the month. Raises Refusal (turn_answers_first)."""
    service_code = service(forms.transaction(application.transaction), answers)
    holder = snapshot.applicant_of(session, application.reference)
    if not service_code or holder is None or not holder.national_number:
        raise Refusal("turn_answers_first")
    return Booker(
        mission=application.mission,
        service=service_code,
        application=application.reference,
        person=application.person,
        document=holder.national_number,
        counted_for=application.reference,
        tier=tier_of(application.transaction, application.answers),
    )


def confirm(session: Session, actor: Actor, application: Application) -> Appointment:
    """Books the held time, with a slip."""
    appointment = book.confirm(session, actor, booker(session, application, application.answers))
    slips.issue(session, actor, application, appointment)
    note_step(session, actor, application, "turn_booked", None, detail=slips.detail(appointment))
    return appointment


def apply_reschedule(
    session: Session, actor: Actor, application: Application, appointment: Appointment, slip: str
) -> None:
    """Adds the change to the timeline."""
    note_step(session, actor, application, "turn_moved", None, detail=slips.detail(appointment))


def apply_cancellation(session: Session, actor: Actor, application: Application, appointment: Appointment) -> None:
    """Adds the cancellation to the timeline; another visit may be booked."""
    note_step(session, actor, application, "turn_cancelled", None, detail=slips.detail(appointment))


def apply_calling_off(session: Session, actor: Actor, application: Application, appointment: Appointment) -> None:
    """Adds the cancellation to the timeline and notifies; another visit may be booked."""
    note_step(session, actor, application, "turn_called_off", None, detail=slips.detail(appointment))
    notify_recipients(session, application, TURN_CALLED_OFF, str(appointment.id))


def apply_attendance(session: Session, actor: Actor, application: Application) -> None:
    """Adds the attendance to the timeline: an officer may accept now."""
    note_step(session, actor, application, "attended", None)


def apply_absence(session: Session, actor: Actor, application: Application) -> None:
    """Adds the absence to the timeline; another visit may be booked."""
    note_step(session, actor, application, "turn_missed", None)
