"""What looks like trade with seats: files that hold and let go, seats passed on, documents and agents of many people.

A sign is no proof: each leads to the files, and an officer judges.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, distinct, func, select
from sqlalchemy.orm import Session, aliased

from services.consular.applications.model import Application
from services.consular.appointments.model import Appointment
from services.consular.appointments.rules import LIVE, AppointmentState
from shared.database import audit, db
from shared.identity.actor import Actor

View = dict[str, Any]
SINCE = timedelta(days=14)
# Whoever looks for another time changes it a few times; a seat let go is taken soon by whoever waits for it.
LEAST_RETURNED, LEAST_PASSED, PASSED_WITHIN, LEAST_PERSONS = 5, 2, timedelta(minutes=10), 5
LONGEST = 20
RETURNED = (
    AppointmentState.RELEASED,
    AppointmentState.EXPIRED,
    AppointmentState.MOVED,
    AppointmentState.CANCELLED,
    AppointmentState.CANCELLED_LATE,
)


def anomalies(session: Session, actor: Actor) -> View:
    """The signs of the last fortnight at the actor's mission, the strongest first. Who looked is recorded."""
    mission = actor.mission or ""
    since = db.now(session) - SINCE
    audit.record(session, actor, "anomaly.read", mission)
    return {
        "since": since.isoformat(),
        "returned": _rows(session, _returned(mission, since)),
        "passed": _rows(session, _passed(mission, since)),
        "documents": _rows(session, _documents(mission, since)),
        "agents": _rows(session, _agents(mission, since)),
    }


def _rows(session: Session, statement: Any) -> list[View]:
    return [dict(row) for row in session.execute(statement.limit(LONGEST)).mappings()]


def _leads(mission: str, since: datetime) -> Any:
    """Appointments since then; the companions of a family are counted with the one they come with."""
    return and_(Appointment.mission == mission, Appointment.made_at >= since, Appointment.lead.is_(None))


def _returned(mission: str, since: datetime) -> Any:
    """Files that took times and let them go again."""
    returned = func.count().filter(Appointment.state.in_(RETURNED))
    return (
        select(Appointment.application.label("reference"), func.count().label("taken"), returned.label("returned"))
        .where(_leads(mission, since))
        .group_by(Appointment.application)
        .having(returned >= LEAST_RETURNED)
        .order_by(returned.desc(), Appointment.application)
    )


def _passed(mission: str, since: datetime) -> Any:
    """Pairs of files of two people: what one let go, the other took within minutes, more than once."""
    then = aliased(Appointment)
    same_seat = (getattr(then, name) == getattr(Appointment, name) for name in ("mission", "service", "starts_at"))
    return (
        select(
            Appointment.application.label("reference"),
            then.application.label("taker"),
            func.count(distinct(then.id)).label("seats"),
        )
        .join(then, and_(*same_seat, then.seat == Appointment.seat, then.person != Appointment.person))
        .where(_leads(mission, since), Appointment.state.in_(RETURNED))
        .where(then.made_at.between(Appointment.changed_at, Appointment.changed_at + PASSED_WITHIN))
        .group_by(Appointment.application, then.application)
        .having(func.count(distinct(then.id)) >= LEAST_PASSED)
        .order_by(func.count(distinct(then.id)).desc(), Appointment.application, then.application)
    )


def _documents(mission: str, since: datetime) -> Any:
    """Identity documents that several people came with; the document itself is not shown."""
    persons = func.count(distinct(Appointment.person))
    references = func.array_agg(distinct(Appointment.application))
    return (
        select(references.label("references"), persons.label("persons"))
        .where(_leads(mission, since), Appointment.document != "", Appointment.counted_for == Appointment.person)
        .group_by(Appointment.document)
        .having(persons > 1)
        .order_by(persons.desc(), func.min(Appointment.application))
    )


def _agents(mission: str, since: datetime) -> Any:
    """People who hold times for many others."""
    persons = func.count(distinct(Application.person))
    references = func.array_agg(distinct(Application.reference))
    return (
        select(references.label("references"), persons.label("persons"))
        .join(Appointment, Appointment.application == Application.reference)
        .where(_leads(mission, since), Appointment.state.in_(LIVE), Application.acting != Application.person)
        .group_by(Application.acting)
        .having(persons >= LEAST_PERSONS)
        .order_by(persons.desc(), func.min(Application.reference))
    )
