"""Joins the waiting list of a service, and leaves it."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.appointments.booking.hold import Booker
from services.consular.appointments.model import Appointment
from services.consular.appointments.rules import AppointmentState
from services.consular.appointments.waiting_list.model import DONE, LEFT, LIVE, WAITING, WaitingEntry
from shared.database import audit, db
from shared.database.rows import change_row, table_of
from shared.errors import Conflict, Invalid, NotFound
from shared.identity.actor import Actor
from shared.values import references

ENTRY_MARK = "W"


def join(session: Session, actor: Actor, booker: Booker, days: tuple[date, date], lost: int = 0) -> WaitingEntry:
    """Puts an application on the list for seats between two days.

    Raises Invalid with a code per field, Conflict (turn_booked_already, waiting_already).
    """
    first_day, last_day = days
    today = missions.today(session, booker.mission)
    if last_day < first_day:
        raise Invalid("ends_before_it_begins", field="last_day")
    if last_day < today:
        raise Invalid("day_past", field="last_day")
    booked = Appointment.application == booker.application, Appointment.state == AppointmentState.BOOKED
    if session.scalar(select(Appointment.id).where(*booked)) is not None:
        raise Conflict("turn_booked_already")
    row = {
        "code": references.new(booker.mission, references.APPLICATION_LENGTH, ENTRY_MARK),
        "mission": booker.mission,
        "service": booker.service,
        "application": booker.application,
        "person": booker.person,
        "document": booker.document,
        "state": WAITING,
        "lost": lost,
        "offers": 0,
        "joined_on": today,
        "first_day": first_day,
        "last_day": last_day,
        "changed_at": db.now(session),
    }
    added = insert(table_of(WaitingEntry)).values(row).on_conflict_do_nothing()
    code = session.scalar(added.returning(table_of(WaitingEntry).c.code))
    if code is None:
        raise Conflict("waiting_already")
    audit.record(session, actor, "waiting.joined", booker.application)
    return session.get_one(WaitingEntry, code)


def withdraw(session: Session, actor: Actor, application: str) -> None:
    """Takes an application off the list. Raises NotFound where it is not on it."""
    if _end(session, application, LEFT) is None:
        raise NotFound()
    audit.record(session, actor, "waiting.left", application)


def end(session: Session, application: str) -> None:
    """Takes an application that has its appointment off the list, if it is on it."""
    _end(session, application, DONE)


def _end(session: Session, application: str, state: str) -> WaitingEntry | None:
    live = WaitingEntry.application == application, WaitingEntry.state.in_(LIVE)
    return change_row(session, WaitingEntry, *live, state=state, changed_at=db.now(session))


def entry_of(session: Session, application: str) -> WaitingEntry | None:
    """The application's entry on the list: the live one, else the latest."""
    of_application = select(WaitingEntry).where(WaitingEntry.application == application)
    return session.scalar(
        of_application.order_by(WaitingEntry.state.in_(LIVE).desc(), WaitingEntry.changed_at.desc()).limit(1)
    )
