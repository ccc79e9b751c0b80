"""The day sheet: who has a turn at the mission on a day, in the order of the clock; searched by name or number."""

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.applications.model import Application
from services.consular.appointments.model import Appointment
from services.consular.appointments.rules import AppointmentState
from services.consular.people import snapshot
from services.consular.people.model import Applicant
from shared.database import audit, db
from shared.errors import Invalid
from shared.identity.actor import Actor
from shared.values import dates, references
from shared.values.digits import ascii_digits
from shared.values.person import skeleton

SHOWN = (AppointmentState.BOOKED, AppointmentState.ATTENDED, AppointmentState.MISSED)
ROWS = 500


def day_sheet(session: Session, actor: Actor, mission: str, day: date | None, sought: str = "") -> dict[str, Any]:
    """The turns of one day, today unless one is named. The reading is recorded."""
    if not mission:
        raise Invalid("required", field="mission")
    zone = missions.find(session, mission).zone
    on = day or missions.today(session, mission)
    rows = session.execute(
        select(Appointment, Application, Applicant)
        .join(Application, Application.reference == Appointment.application)
        .outerjoin(Applicant, Applicant.application == Appointment.application)
        .where(
            Appointment.mission == mission,
            Appointment.state.in_(SHOWN),
            Appointment.starts_at >= dates.start_of_day(on, zone),
            Appointment.starts_at < dates.start_of_day(on + timedelta(days=1), zone),
        )
        .order_by(Appointment.starts_at, Appointment.window, Appointment.seat)
        .limit(ROWS)
    ).all()
    now = db.now(session)
    found = [_row(*row, zone, begun=row[0].starts_at <= now) for row in rows if _matches(row[0], row[2], sought)]
    audit.record(session, actor, "turn.listed", mission, day=on.isoformat(), searched=bool(sought), rows=len(found))
    return {"day": on.isoformat(), "rows": found, "booked": len(rows)}


def _matches(turn: Appointment, applicant: Applicant | None, sought: str) -> bool:
    wanted = skeleton(ascii_digits(sought))
    if not wanted:
        return True
    names = snapshot.printed_name(applicant) if applicant else {}
    said = (turn.application, turn.document, applicant.national_number if applicant else "", *names.values())
    return references.clean(sought) == turn.application or any(wanted in skeleton(each) for each in said)


def _row(
    turn: Appointment, application: Application, applicant: Applicant | None, zone: str, *, begun: bool
) -> dict[str, Any]:
    return {
        "reference": turn.application,
        "transaction": application.transaction,
        "service": turn.service,
        "time": f"{turn.starts_at.astimezone(ZoneInfo(zone)):%H:%M}",
        "starts_at": turn.starts_at.isoformat(),
        "window": turn.window,
        "state": turn.state,
        "begun": begun,
        "applicant": {"name": snapshot.printed_name(applicant) if applicant else None},
    }
