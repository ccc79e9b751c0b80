"""What differs between the outcomes of a transaction: a booklet, a document, an appointment. All of it stands in one
table; the verbs of this room look it up and do not branch."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy.orm import Session

from services.consular.applications.model import Application
from services.consular.appointments.hold import Booker
from services.consular.appointments.model import Appointment
from services.consular.workflow import booklet, document, own_appointment, visit
from shared import forms
from shared.catalogue.model import APPOINTMENT, BOOKLET, DOCUMENT, Transaction
from shared.errors import Refusal
from shared.identity.actor import Actor

Answers = Mapping[str, object]


class Attendance(Protocol):
    """What an appointment means for its application: `own_appointment` or `visit`."""

    def service(self, entry: Transaction, answers: Answers) -> str | None:
        """For which service of the mission somebody comes; None where nobody need come, or has not said yet."""

    def booker(self, session: Session, application: Application, answers: Answers) -> Booker:
        """Who books, and whose share of the month it takes."""

    def confirm(self, session: Session, actor: Actor, application: Application) -> Appointment:
        """Books the time that is held."""

    def apply_reschedule(
        self, session: Session, actor: Actor, application: Application, appointment: Appointment, slip: str
    ) -> None:
        """What a changed time does to the application."""

    def apply_cancellation(
        self, session: Session, actor: Actor, application: Application, appointment: Appointment
    ) -> None:
        """What a cancelled appointment does to the application."""

    def apply_attendance(self, session: Session, actor: Actor, application: Application) -> None:
        """What coming does to the application."""

    def apply_absence(self, session: Session, actor: Actor, application: Application) -> None:
        """What not coming does to the application."""


def _no_authority(session: Session, actor: Actor, application: Application) -> None:
    """An appointment is decided by no authority, so no grant can be meant for it."""
    raise Refusal("not_asked", authority=actor.id)


@dataclass(frozen=True)
class Fulfilment:
    """How an outcome comes about.

    `grant` is called once every authority has granted. `submit` ends handing in; without one the application is
    charged, then reviewed.
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
