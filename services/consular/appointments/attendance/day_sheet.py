"""The day sheet: the appointments of a mission on a day by time, who has priority first, searched by name or number."""

from contextlib import suppress
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.applications.model import Application
from services.consular.appointments.calendars.displaced import is_displaced
from services.consular.appointments.model import Appointment, Priority
from services.consular.appointments.rules import AppointmentState
from services.consular.people import snapshot
from services.consular.people.model import Applicant
from shared.database import audit, db
from shared.errors import Invalid
from shared.identity.actor import Actor
from shared.values import dates, references
from shared.values.names import matches_search
from shared.values.person import national_number

LISTED_STATES = (
    AppointmentState.BOOKED,
    AppointmentState.ATTENDED,
    AppointmentState.MISSED,
    AppointmentState.EXCUSED,
)
ROWS = 500


def day_sheet(session: Session, actor: Actor, mission: str, day: date | None, search: str = "") -> dict[str, Any]:
    """The appointments of one day, by default today. The read is recorded."""
    if not mission:
        raise Invalid("required", field="mission")
    zone = missions.find(session, mission).zone
    shown_day = day or missions.today(session, mission)
    rows = session.execute(
        select(Appointment, Application, Applicant, Priority.kind)
        .join(Application, Application.reference == Appointment.application)
        .outerjoin(Applicant, Applicant.application == Appointment.application)
        .outerjoin(Priority, Priority.application == Appointment.application)
        .where(
            Appointment.mission == mission,
            Appointment.lead.is_(None),
            Appointment.state.in_(LISTED_STATES),
            Appointment.starts_at >= dates.start_of_day(shown_day, zone),
            Appointment.starts_at < dates.start_of_day(shown_day + timedelta(days=1), zone),
        )
        .order_by(Appointment.starts_at, Priority.kind.is_(None), Appointment.window, Appointment.seat)
        .limit(ROWS)
    ).all()
    now = db.now(session)
    entries = [
        _row(*row[:3], zone, has_begun=row[0].starts_at <= now)
        | {"displaced": is_displaced(session, row[0]), "priority": row[3]}
        for row in rows
        if _matches(row[0], row[2], search)
    ]
    audit.record(
        session, actor, "turn.listed", mission, day=shown_day.isoformat(), searched=bool(search), rows=len(entries)
    )
    return {"day": shown_day.isoformat(), "rows": entries, "booked": len(rows)}


def _matches(appointment: Appointment, applicant: Applicant | None, search: str) -> bool:
    if not search.strip():
        return True
    names = snapshot.printed_name(applicant) if applicant else {}
    if matches_search(search, list(names.values())):
        return True
    number = applicant.national_number if applicant else ""
    known = [references.plain(text or "") for text in (appointment.application, appointment.document, number)]
    sought = {references.plain(search), *references.parts(search), references.plain(references.clean(search))}
    with suppress(ValueError):
        sought.add(national_number(search))
    return any(one in text for one in sought - {""} for text in known)


def _row(
    appointment: Appointment, application: Application, applicant: Applicant | None, zone: str, *, has_begun: bool
) -> dict[str, Any]:
    return {
        "reference": appointment.application,
        "transaction": application.transaction,
        "service": appointment.service,
        "time": f"{appointment.starts_at.astimezone(ZoneInfo(zone)):%H:%M}",
        "starts_at": appointment.starts_at.isoformat(),
        "window": appointment.window,
        "persons": appointment.persons,
        "state": appointment.state,
        "begun": has_begun,
        "applicant": {"name": snapshot.printed_name(applicant) if applicant else None},
    }
