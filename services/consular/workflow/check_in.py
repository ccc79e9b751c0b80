"""Writes down at the desk that somebody came in person and was who they should be, or that they did not come."""

from sqlalchemy.orm import Session

from services.consular.applications.model import Application
from services.consular.applications.transitions import find, load_for_update
from services.consular.appointments import attendance, book
from services.consular.people import snapshot
from services.consular.people.refusals import WrongPerson
from services.consular.workflow.appointments import attendance_of
from shared import forms
from shared.database import audit
from shared.errors import Invalid, Refusal
from shared.identity.actor import Actor
from shared.values.person import national_number, passport_number

ACTION = "desk.attend"


def attend(session: Session, actor: Actor, reference: str, number: str) -> Application:
    """Came in person, identity checked. `number` is read from the paper shown: the holder's national number, or the
    passport the turn is bound to. Nothing of it is kept.

    Raises Invalid for a number that is neither, WrongPerson for another's, Conflict when it was written down before.
    """
    application = load_for_update(session, actor, ACTION, reference)
    effects = attendance_of(application, "attend")
    if _read(number) not in _accepted(session, application):
        raise WrongPerson()
    attendance.record(session, actor, application.mission, reference)
    effects.apply_attendance(session, actor, application)
    return application


def miss(session: Session, actor: Actor, reference: str) -> Application:
    """Did not come: the hour has begun and nobody was there."""
    application = load_for_update(session, actor, "desk.miss", reference)
    effects = attendance_of(application, "miss")
    attendance.miss(session, actor, reference)
    effects.apply_absence(session, actor, application)
    return application


def check_attendance(session: Session, application: Application) -> None:
    """Raises Refusal while somebody who must come in person has not come yet."""
    is_required = forms.transaction(application.transaction).appointment is not None
    if is_required and attendance.find_attendance(session, application.reference) is None:
        raise Refusal("visit_needed")


def record_wrong_person(session: Session, actor: Actor, reference: str) -> None:
    """Writes down that somebody else came, in a transaction of its own: the one that failed leaves no trace."""
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
