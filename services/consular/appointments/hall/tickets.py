"""Gives out tickets of the waiting hall: one to an application on a day, with a number of that day."""

import uuid
from datetime import date

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.consular.appointments.hall.model import Ticket, TicketCounter
from services.consular.appointments.hall.rules import TicketState, competes_at
from services.consular.appointments.model import Appointment, Priority
from shared.database import audit, db
from shared.database.rows import next_number
from shared.identity.actor import Actor


def of_application(session: Session, application: str, day: date) -> Ticket | None:
    """The ticket of an application on a day; None before it has one."""
    return session.scalar(select(Ticket).where(Ticket.application == application, Ticket.day == day))


def give(
    session: Session,
    actor: Actor,
    mission: str,
    application: str,
    day: date,
    service: str,
    appointment: Appointment | None,
) -> Ticket:
    """The ticket of an application on a day: the one it has, or a new one.

    The row of the day's numbers is locked until the commit, so that two who come at once get two numbers.
    """
    known = of_application(session, application, day)
    if known is not None:
        return known
    now = db.now(session)
    starts_at = appointment.starts_at if appointment else None
    priority = session.get(Priority, application)
    row = {
        "id": uuid.uuid4(),
        "mission": mission,
        "day": day,
        "number": next_number(session, TicketCounter, mission=mission, day=day),
        "application": application,
        "service": service,
        "persons": appointment.persons if appointment else 1,
        "priority": priority.kind if priority else None,
        "starts_at": starts_at,
        "arrived_at": now,
        "competes_at": competes_at(starts_at, now),
        "state": TicketState.WAITING,
        "calls": 0,
    }
    ticket: Ticket | None = session.scalar(insert(Ticket).values(row).on_conflict_do_nothing().returning(Ticket))
    if ticket is None:
        # Another clerk was quicker, and holds the row of numbers no more.
        return session.scalars(select(Ticket).where(Ticket.application == application, Ticket.day == day)).one()
    audit.record(session, actor, "hall.admitted", application, walk_in=starts_at is None)
    return ticket
