"""An appointment as the outcome of an application: submission books it, and the end of the appointment ends the
application."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from services.consular.applications.model import Application
from services.consular.applications.rules import Status
from services.consular.applications.transitions import note_step, transition
from services.consular.applications.update import update_columns
from services.consular.appointments import slips
from services.consular.appointments.booking import book
from services.consular.appointments.booking.hold import Booker
from services.consular.appointments.model import Appointment
from services.consular.missions import day_of
from shared import forms
from shared.catalogue.model import Transaction
from shared.errors import Conflict, Refusal
from shared.identity.actor import Actor

# The answers that say what the appointment is for, and which identity document it is bound to.
SERVICE_ANSWER, PASSPORT_ANSWER = "service_wanted", "passport_number"
# How many of the family come along; each takes a seat.
FAMILY_ANSWER = "dependants"


def service(entry: Transaction, answers: Mapping[str, object]) -> str | None:
    """The service the applicant has chosen; None before they have."""
    return str(answers.get(SERVICE_ANSWER) or "") or None


def persons(answers: Mapping[str, object]) -> int:
    """How many come: the applicant and those of the family."""
    return 1 + int(str(answers.get(FAMILY_ANSWER) or 0))


def booker(session: Session, application: Application, answers: Mapping[str, object]) -> Booker:
    """Who books. The appointment takes the applicant's share of the month. Raises Refusal (turn_answers_first)."""
    service_code = service(forms.transaction(application.transaction), answers)
    document = str(answers.get(PASSPORT_ANSWER) or "")
    if not service_code or not document:
        raise Refusal("turn_answers_first")
    return Booker(
        mission=application.mission,
        service=service_code,
        application=application.reference,
        person=application.person,
        document=document,
        counted_for=application.person,
        persons=persons(answers),
    )


def submit(session: Session, actor: Actor, application: Application, columns: Mapping[str, object]) -> None:
    """Books the held time, issues the slip, and makes the application ready."""
    answers = columns["answers"]
    assert isinstance(answers, dict)
    appointment = book.confirm(session, actor, booker(session, application, answers))
    slip_columns = _slip_columns(session, appointment, slips.issue(session, actor, application, appointment))
    detail = slips.detail(appointment)
    transition(session, actor, application, Status.READY, detail=detail, columns={**columns, **slip_columns})


def confirm(session: Session, actor: Actor, application: Application) -> Appointment:
    """Always raises Conflict: the submission of the application confirms it."""
    raise Conflict("not_possible_now", status=application.status)


def apply_reschedule(
    session: Session, actor: Actor, application: Application, appointment: Appointment, slip: str
) -> None:
    """Replaces the old slip by the new one."""
    update_columns(session, application, **_slip_columns(session, appointment, slip))
    note_step(session, actor, application, "turn_moved", None, detail=slips.detail(appointment))


def apply_cancellation(session: Session, actor: Actor, application: Application, appointment: Appointment) -> None:
    """Withdraws the application with its appointment."""
    columns: dict[str, object] = {"document": None, "document_owner": None, "due_on": None}
    detail = slips.detail(appointment)
    transition(session, actor, application, Status.WITHDRAWN, detail=detail, columns=columns)


def apply_calling_off(session: Session, actor: Actor, application: Application, appointment: Appointment) -> None:
    """Cancels the application with its appointment: the mission cannot receive."""
    columns: dict[str, object] = {"document": None, "document_owner": None, "due_on": None}
    detail = slips.detail(appointment)
    transition(session, actor, application, Status.CANCELLED, detail=detail, columns=columns)


def apply_attendance(session: Session, actor: Actor, application: Application) -> None:
    """Completes the application: the applicant came."""
    transition(session, actor, application, Status.COLLECTED, code="attended")


def apply_absence(session: Session, actor: Actor, application: Application) -> None:
    """Lapses the application: the applicant did not come."""
    transition(session, actor, application, Status.LAPSED)


def _slip_columns(session: Session, appointment: Appointment, slip: str) -> dict[str, object]:
    due_on = day_of(session, appointment.mission, appointment.starts_at)
    return {"document": slip, "document_owner": "consular", "due_on": due_on}
