"""Offers a reserved seat to one application: it is held for hours instead of minutes, and for nobody else."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from services.consular.appointments.booking.hold import Booker, hold
from services.consular.appointments.model import Appointment
from services.consular.appointments.reserved.model import ReservedSeat
from services.consular.appointments.rules import AppointmentState
from shared.database.rows import change_row
from shared.errors import Conflict
from shared.identity.actor import Actor


def offer_seat(session: Session, actor: Actor, booker: Booker, seat: ReservedSeat, until: datetime) -> Appointment:
    """Holds the seat until an instant. Raises what `hold` raises; then the seat is nobody's again at the rollback."""
    session.execute(
        update(ReservedSeat)
        .where(ReservedSeat.mission == seat.mission, ReservedSeat.service == seat.service)
        .where(ReservedSeat.starts_at == seat.starts_at, ReservedSeat.seat == seat.seat)
        .values(application=booker.application, offered_until=until, draw=None)
        .execution_options(synchronize_session=False)
    )
    # One seat of a draw receives its whole household.
    held = hold(session, actor, replace(booker, persons=1), seat.starts_at)
    # A click may have left a lower number free; the seat that was kept is the one that is given.
    appointment = change_row(
        session,
        Appointment,
        Appointment.id == held.id,
        Appointment.state == AppointmentState.HELD,
        seat=seat.seat,
        held_until=until,
        persons=booker.persons,
    )
    if appointment is None:
        raise Conflict("turn_changed")
    return appointment
