"""The slip of a booked appointment."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.applications.model import Application
from services.consular.applications.slips import common_fields, weekday_name
from services.consular.appointments.booking import book
from services.consular.appointments.model import Appointment
from services.consular.missions import calendar, dated_rules, day_of
from shared import documents, forms
from shared.catalogue import passports
from shared.catalogue.model import APPOINTMENT
from shared.identity.actor import Actor

TURN_SLIP = "turn-slip"
PHOTOS = "photos"
# What to bring, by service; the texts are `bring.<code>`.
BRING = {
    "passport": ("this_appointment_slip", "old_passport_shown", "identity_card", "residence_permit", PHOTOS),
    "civil_status": ("this_appointment_slip", "identity_card", "passport", "papers_to_show"),
    "attestation": ("this_appointment_slip", "identity_card", "passport", "papers_to_attest"),
}
BRING_ALWAYS = ("this_appointment_slip", "identity_card", "passport")
# Only the end of the identity document's number is printed: enough for its owner, useless to a finder.
PRINTED_SIGNS = 4


def issue_appointment_slip(
    session: Session, actor: Actor, application: Application, appointment: Appointment, arrive_minutes: int
) -> str:
    """Issues the slip of a booked appointment, valid on its day; returns its code."""
    zone = missions.find(session, appointment.mission).zone
    local, day = (
        appointment.starts_at.astimezone(ZoneInfo(zone)),
        day_of(session, appointment.mission, appointment.starts_at),
    )
    bring = _bring(application, appointment.service)
    data = {
        **common_fields(session, application, zone),
        "transaction": _transaction(application),
        "service": appointment.service,
        "starts_at": appointment.starts_at.isoformat(),
        "day": day.isoformat(),
        "weekday": weekday_name(day.weekday()),
        "time": f"{local:%H:%M}",
        "arrive": f"{local - timedelta(minutes=arrive_minutes):%H:%M}",
        "window": appointment.window,
        "persons": appointment.persons,
        "document_end": appointment.document[-PRINTED_SIGNS:],
        "bring": bring,
        "photos": _photos(session, application, day) if PHOTOS in bring else None,
    }
    document = documents.issue(
        session, actor, TURN_SLIP, application.reference, application.mission, application.person, data, day
    )
    return document.code


def _bring(application: Application, service: str) -> list[str]:
    """The service's papers, and those of both parents where the transaction asks for them."""
    papers = forms.transaction(application.transaction).papers
    parents = [passports.PARENTS.name] if passports.PARENTS in papers else []
    return [*BRING.get(service, BRING_ALWAYS), *parents]


def _photos(session: Session, application: Application, day: date) -> dict[str, int | None] | None:
    """Number and size of the printed photos that the mission asks for on that day; None where no rule is known."""
    rule = dated_rules.photos(session, application.transaction, application.mission, day)
    return {name: getattr(rule, name) for name in ("count", "width_mm", "height_mm")} if rule else None


def _transaction(application: Application) -> str | None:
    """The transaction that the slip names. Where an appointment is all that was asked for, its service says it."""
    entry = forms.transaction(application.transaction)
    return None if entry.outcome == APPOINTMENT else entry.slug


def issue(session: Session, actor: Actor, application: Application, appointment: Appointment) -> str:
    """Issues the slip of a booked appointment and stores its code there; returns the code."""
    rule = calendar.rule(session, appointment.mission, appointment.service)
    code = issue_appointment_slip(session, actor, application, appointment, rule.arrive_minutes)
    book.store_slip(session, appointment.id, code)
    return code


def revoke(session: Session, actor: Actor, slip: str | None, reason: str) -> None:
    """Makes a slip invalid, if there is one."""
    if slip:
        documents.revoke(session, actor, slip, reason)


def detail(appointment: Appointment) -> dict[str, str | int | None]:
    """The detail of an appointment in the timeline."""
    starts_at = appointment.starts_at.isoformat()
    return {"starts_at": starts_at, "service": appointment.service, "window": appointment.window}
