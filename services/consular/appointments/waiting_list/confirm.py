"""Asks the holders of booked appointments, seven and three days before, whether they come."""

from collections.abc import Iterator
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.appointments.booking.booked import find_booked
from services.consular.appointments.model import Appointment
from services.consular.appointments.reserved.rules import ASK_AGAIN_DAYS, ASK_DAYS, FREE_DAYS
from services.consular.appointments.reserved.seat_rules import seat_rule
from services.consular.appointments.rules import AppointmentState
from services.consular.appointments.waiting_list.model import AppointmentConfirmation
from shared.database import audit, db
from shared.database.rows import change_row
from shared.errors import Conflict
from shared.identity.actor import Actor
from shared.values import dates


def ask_due(session: Session, actor: Actor, today: date) -> Iterator[tuple[Appointment, int]]:
    """Asks whoever is to be asked today; yields each appointment and for how many days ahead it was asked."""
    for appointment, row in _booked(session, actor.mission or "", today, ASK_DAYS):
        days = _days_left(session, appointment, today)
        if row is None and _was_booked_before(session, appointment, today):
            row = AppointmentConfirmation(
                turn=appointment.id,
                mission=appointment.mission,
                application=appointment.application,
                asked_at=db.now(session),
            )
            # Whoever is first asked three days before is asked once.
            row.asked_again_at = db.now(session) if days <= ASK_AGAIN_DAYS else None
            session.add(row)
        elif row is not None and row.confirmed_at is None and row.asked_again_at is None and days <= ASK_AGAIN_DAYS:
            row.asked_again_at = db.now(session)
        else:
            continue
        session.flush()
        audit.record(session, actor, "turn.asked", appointment.application, days=days)
        yield appointment, days


def unanswered(session: Session, mission: str, today: date) -> list[Appointment]:
    """Booked appointments of the next days whose holders were asked before today and have not answered."""
    return [
        appointment
        for appointment, row in _booked(session, mission, today, FREE_DAYS)
        if row is not None
        and row.confirmed_at is None
        and row.asked_again_at is not None
        and dates.local_date(row.asked_again_at, missions.find(session, mission).zone) < today
        and appointment.starts_at > db.now(session)
    ]


def confirm_attendance(session: Session, actor: Actor, application: str) -> Appointment:
    """Records that the holder comes. Raises NotFound without an appointment, Conflict (turn_not_asked) before they were
    asked; repeating it changes nothing."""
    appointment = find_booked(session, application)
    answered = change_row(
        session,
        AppointmentConfirmation,
        AppointmentConfirmation.turn == appointment.id,
        confirmed_at=func.coalesce(AppointmentConfirmation.confirmed_at, func.now()),
    )
    if answered is None:
        raise Conflict("turn_not_asked")
    audit.record(session, actor, "turn.confirmed_coming", application)
    return appointment


def confirmation_of(session: Session, application: str) -> AppointmentConfirmation | None:
    """Whether the holder of the application's booked appointment was asked, and has answered."""
    booked = Appointment.application == application, Appointment.state == AppointmentState.BOOKED
    query = (
        select(AppointmentConfirmation).join(Appointment, Appointment.id == AppointmentConfirmation.turn).where(*booked)
    )
    return session.scalar(query)


def _booked(
    session: Session, mission: str, today: date, days: int
) -> list[tuple[Appointment, AppointmentConfirmation | None]]:
    zone = missions.find(session, mission).zone
    rows = session.execute(
        select(Appointment, AppointmentConfirmation)
        .outerjoin(AppointmentConfirmation, AppointmentConfirmation.turn == Appointment.id)
        .where(
            Appointment.mission == mission,
            Appointment.state == AppointmentState.BOOKED,
            Appointment.starts_at >= dates.start_of_day(today + timedelta(days=1), zone),
            Appointment.starts_at < dates.start_of_day(today + timedelta(days=days + 1), zone),
        )
        .order_by(Appointment.starts_at)
        .execution_options(populate_existing=True)
    )
    return [(row[0], row[1]) for row in rows if seat_rule(session, mission, row[0].service).confirms]


def _days_left(session: Session, appointment: Appointment, today: date) -> int:
    zone = missions.find(session, appointment.mission).zone
    return (dates.local_date(appointment.starts_at, zone) - today).days


def _was_booked_before(session: Session, appointment: Appointment, today: date) -> bool:
    """Whether it was booked long enough ago that a plan may have changed: not within the days in which it is asked."""
    zone = missions.find(session, appointment.mission).zone
    booked_on, day = dates.local_date(appointment.changed_at, zone), dates.local_date(appointment.starts_at, zone)
    asked_days = ASK_DAYS if (day - today).days > ASK_AGAIN_DAYS else ASK_AGAIN_DAYS
    return (day - booked_on).days > asked_days
