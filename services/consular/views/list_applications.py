"""A person's own applications at every mission, as a list."""

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from services.consular.applications.model import Application
from services.consular.appointments.booking import book
from services.consular.missions import today
from services.consular.payments.held_money import MONEY_WAITS
from services.consular.people import mandates
from services.consular.people.model import ActingPerson, Mandate
from services.consular.views.application.application_view import View, behalf_of, summary
from shared.database import audit
from shared.identity.actor import Actor


def list_own(session: Session, actor: Actor) -> list[View]:
    """The actor's applications at every mission, newest first. Their rows of all missions must be visible."""
    rows = session.execute(
        select(Application, ActingPerson, Mandate, MONEY_WAITS)
        .outerjoin(ActingPerson, ActingPerson.application == Application.reference)
        .outerjoin(Mandate, Mandate.reference == Application.mandate)
        .where(or_(Application.person == actor.person, Application.acting == actor.person))
        .order_by(Application.created_at.desc())
    ).all()
    audit.record(session, actor, "application.listed", actor.person or "", count=len(rows))
    times = book.booked_times(session, [row.Application.reference for row in rows])
    return [_serialise_row(session, actor, *row, times.get(row.Application.reference)) for row in rows]


def _serialise_row(
    session: Session,
    actor: Actor,
    application: Application,
    acting: ActingPerson | None,
    mandate: Mandate | None,
    money_waits: str | None,
    booked_at: datetime | None,
) -> View:
    """A row of a person's list. An agent whose mandate has ended sees that, and nothing that happened since."""
    row = {
        **summary(application),
        "behalf": behalf_of(actor, application, acting),
        "turn_at": booked_at.isoformat() if booked_at else None,
        "money_waits": money_waits,
    }
    has_ended = mandate is not None and not mandates.is_in_force(mandate, today(session, application.mission))
    if has_ended and actor.person != application.person:
        return {
            **row,
            "status": "mandate_ended",
            "awaits": None,
            "due_on": None,
            "changed_at": None,
            "turn_at": None,
            "money_waits": None,
        }
    return row
