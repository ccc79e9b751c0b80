"""The differences between the outcomes of a transaction (booklet, document, appointment), in one table. The verbs of
this package look them up and do not branch."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy.orm import Session

from services.consular.applications.model import Application
from services.consular.appointments.booking.hold import Booker
from services.consular.appointments.model import Appointment
from services.consular.workflow.outcomes import booklet, document, own_appointment, visit
from shared import forms
from shared.catalogue.model import APPOINTMENT, BOOKLET, DOCUMENT, Transaction
from shared.errors import Refusal
from shared.identity.actor import Actor

Answers = Mapping[str, object]


class Attendance(Protocol):
    """The effects of an appointment on its application: `own_appointment` or `visit`."""

    def service(self, entry: Transaction, answers: Answers) -> str | None:
        """The mission's service for the appointment; None where none is needed, or the applicant has not chosen yet."""

    def persons(self, answers: Answers) -> int:
        """How many come, the applicant included."""

    def booker(self, session: Session, application: Application, answers: Answers) -> Booker:
        """Who books, and whose share of the month the appointment counts against."""

    def confirm(self, session: Session, actor: Actor, application: Application) -> Appointment:
        """Books the time that is held."""

    def apply_reschedule(
        self, session: Session, actor: Actor, application: Application, appointment: Appointment, slip: str
    ) -> None:
        """Applies a changed time to the application."""

    def apply_cancellation(
        self, session: Session, actor: Actor, application: Application, appointment: Appointment
    ) -> None:
        """Applies a cancelled appointment to the application."""

    def apply_calling_off(
        self, session: Session, actor: Actor, application: Application, appointment: Appointment
    ) -> None:
        """Applies an appointment that the mission has cancelled to the application."""

    def apply_attendance(self, session: Session, actor: Actor, application: Application) -> None:
        """Applies the applicant's attendance to the application."""

    def apply_absence(self, session: Session, actor: Actor, application: Application) -> None:
        """Applies the applicant's absence to the application."""


def _no_authority(session: Session, actor: Actor, application: Application) -> None:
    """No authority decides about an appointment, so that a grant is always an error."""
    raise Refusal("not_asked", authority=actor.id)


@dataclass(frozen=True)
class Fulfilment:
    """The fulfilment of an outcome.

    `grant` is called once every authority has granted. `submit` completes the submission; without one the application
    is charged, then reviewed.
    """

    grant: Callable[[Session, Actor, Application], None]
    attendance: Attendance
    submit: Callable[[Session, Actor, Application, Answers], None] | None = None


FULFILMENTS: Mapping[str, Fulfilment] = {
    BOOKLET: Fulfilment(booklet.grant, visit),
    DOCUMENT: Fulfilment(document.grant, visit),
    APPOINTMENT: Fulfilment(_no_authority, own_appointment, own_appointment.submit),
}


def fulfilment_of(application: Application) -> Fulfilment:
    """The row of an application's outcome."""
    return FULFILMENTS[forms.transaction(application.transaction).outcome]
