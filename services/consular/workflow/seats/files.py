"""Complete files stand in line by themselves: sent in, paid, nothing missing; the list then gives them their times."""

from datetime import date, timedelta

from sqlalchemy import exists, func, select, update
from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.applications.model import Application
from services.consular.applications.rules import Status
from services.consular.appointments.attendance import presence
from services.consular.appointments.file_first.line import line
from services.consular.appointments.file_first.reserve import reserve
from services.consular.appointments.model import Appointment
from services.consular.appointments.reserved.rules import FILE
from services.consular.appointments.reserved.seat_rules import seat_rule
from services.consular.appointments.rules import AppointmentState
from services.consular.appointments.waiting_list.join import join
from services.consular.appointments.waiting_list.model import DONE, LEFT, LIVE, WAITING, WaitingEntry
from services.consular.missions import calendar
from services.consular.workflow.appointments import attendance_of
from shared.catalogue import CATALOGUE
from shared.database import audit
from shared.errors import Refusal
from shared.identity.actor import Actor
from shared.values.dates import local_date

# A file takes the time that it is given; who cannot come then lets the offer pass.
LONGEST_WAIT = timedelta(days=366)
# Whoever gives a time back or misses it does not choose another from the same place.
HAD_TIME = (
    AppointmentState.CANCELLED,
    AppointmentState.CANCELLED_LATE,
    AppointmentState.MISSED,
    AppointmentState.EXCUSED,
)


def line_up(session: Session, actor: Actor, today: date) -> int:
    """Puts complete files in line and keeps times for them, at services that are given to files. Gives the number."""
    mission = actor.mission or ""
    joined = 0
    for service in calendar.services(session, mission):
        if seat_rule(session, mission, service).mode == FILE:
            _end_incomplete(session, service)
            joined += sum(_join(session, actor, one, today) for one in _complete_files(session, service))
            reserve(session, mission, service, len(line(session, mission, service)))
    return joined


def check_complete(session: Session, application: Application, service: str) -> None:
    """Raises Refusal (file_incomplete) where times are given to complete files and this one is not."""
    is_complete = application.status == Status.IN_REVIEW
    if not is_complete and seat_rule(session, application.mission, service).mode == FILE:
        raise Refusal("file_incomplete")


def _slugs(service: str) -> list[str]:
    """The transactions with papers and payment whose applicants come in person for this service."""
    return [entry.slug for entry in CATALOGUE.values() if entry.appointment == service]


def _complete_files(session: Session, service: str) -> list[Application]:
    """Those that stand in no line, have no time and have not left the line themselves."""
    entry = WaitingEntry.application == Application.reference
    stands = exists().where(entry, WaitingEntry.state.in_((*LIVE, LEFT)))
    booked = exists().where(
        Appointment.application == Application.reference, Appointment.state == AppointmentState.BOOKED
    )
    found = select(Application).where(
        Application.transaction.in_(_slugs(service)), Application.status == Status.IN_REVIEW, ~stands, ~booked
    )
    files = session.scalars(found.order_by(Application.reference).with_for_update(skip_locked=True)).all()
    return [one for one in files if presence.find_attendance(session, one.reference) is None]


def _join(session: Session, actor: Actor, application: Application, today: date) -> bool:
    """By the day on which it was complete first, or behind all others where it has had a time before.

    False where the caps of its person stand against it.
    """
    try:
        with session.begin_nested():
            effects = attendance_of(application, "hold_turn")
            booker = effects.booker(session, application, application.answers)
            entry = join(session, actor, booker, (today, today + LONGEST_WAIT))
    except Refusal as refusal:
        audit.record(session, actor, "waiting.not_joined", application.reference, reason=refusal.code)
        return False
    complete_at = application.paid_at or application.submitted_at
    had_time = select(Appointment.id).where(
        Appointment.application == application.reference, Appointment.state.in_(HAD_TIME)
    )
    if complete_at is not None and session.scalar(had_time.limit(1)) is None:
        entry.joined_on = local_date(complete_at, missions.find(session, application.mission).zone)
        session.flush()
    return True


def _end_incomplete(session: Session, service: str) -> None:
    """A file that was returned leaves the line; complete again it stands where it stood."""
    incomplete = exists().where(
        Application.reference == WaitingEntry.application, Application.status != Status.IN_REVIEW
    )
    waiting = WaitingEntry.service == service, WaitingEntry.state == WAITING, incomplete
    gone = update(WaitingEntry).where(*waiting).values(state=DONE, changed_at=func.now())
    session.execute(gone.execution_options(synchronize_session=False))
