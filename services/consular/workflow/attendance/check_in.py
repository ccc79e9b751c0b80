"""Records at the desk that an applicant came in person with a checked identity, or did not come."""

from sqlalchemy.orm import Session

from services.consular.applications.attendance import visit_service
from services.consular.applications.model import Application
from services.consular.applications.transitions import find, load_for_update
from services.consular.appointments.attendance import presence
from services.consular.appointments.booking import book
from services.consular.people import snapshot
from services.consular.people.refusals import WrongPerson
from services.consular.workflow.appointments import attendance_of
from shared.database import audit
from shared.errors import Invalid, Refusal
from shared.identity.actor import Actor
from shared.values.person import national_number, passport_number

ACTION = "desk.attend"


def attend(session: Session, actor: Actor, reference: str, number: str) -> Application:
    """Records the attendance of an applicant with a checked identity.

    `number` is read from the identity document: the holder's national number, or the passport the appointment is bound
    to. It is not stored. Raises Invalid for a number that is neither, WrongPerson for another's, Conflict when the
    attendance was recorded before.
    """
    application = load_for_update(session, actor, ACTION, reference)
    effects = attendance_of(application, "attend")
    check_identity(session, application, number)
    presence.record(session, actor, application.mission, reference)
    effects.apply_attendance(session, actor, application)
    return application


def miss(session: Session, actor: Actor, reference: str) -> Application:
    """Records the absence of an applicant after the hour of the appointment has begun."""
    application = load_for_update(session, actor, "desk.miss", reference)
    effects = attendance_of(application, "miss")
    presence.miss(session, actor, reference)
    effects.apply_absence(session, actor, application)
    return application


def check_identity(session: Session, application: Application, number: str) -> None:
    """Raises Invalid for what is no number of an identity document, WrongPerson for another person's."""
    if _read(number) not in _accepted(session, application):
        raise WrongPerson()


def check_attendance(session: Session, application: Application) -> None:
    """Raises Refusal (visit_needed) while an applicant who must come in person has not come."""
    is_required = visit_service(application) is not None
    if is_required and presence.find_attendance(session, application.reference) is None:
        raise Refusal("visit_needed")


def record_wrong_person(session: Session, actor: Actor, reference: str) -> None:
    """Records another person's attempt, in a separate transaction: the failed one is rolled back."""
    application = find(session, actor, ACTION, reference)
    audit.record(session, actor, "attendance.wrong_person", application.reference, reason="wrong_person")


def _read(number: str) -> str:
    if not number.strip():
        raise Invalid("required", field="number")
    for reader in (national_number, passport_number):
        try:
            return reader(number)
        except ValueError:
            continue
    raise Invalid("identity_number", field="number")


def _accepted(session: Session, application: Application) -> set[str]:
    holder, appointment = (
        snapshot.applicant_of(session, application.reference),
        book.latest(session, application.reference),
    )
    return {*([holder.national_number] if holder else []), *([appointment.document] if appointment else [])}
