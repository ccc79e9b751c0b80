"""Slips the mission hands out: for a turn, and for a passport that waits for its holder."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.applicants import snapshot
from services.consular.applications.days import day_of, today
from services.consular.applications.model import Application
from services.consular.appointments import calendar
from services.consular.appointments.model import Opening, Turn
from services.consular.appointments.rules import week_runs
from shared import documents, forms
from shared.catalogue import travel
from shared.documents import Document
from shared.i18n import language
from shared.identity import Actor

TURN_SLIP, PASSPORT_SLIP = "turn-slip", "passport-slip"
# What to bring, by service; the texts are `bring.<code>`.
BRING = {
    "passport": ("this_slip", "old_passport_shown", "identity_card", "residence_permit", "photos"),
    "civil_status": ("this_slip", "identity_card", "passport", "papers_to_show"),
    "attestation": ("this_slip", "identity_card", "passport", "papers_to_attest"),
}
BRING_ALWAYS = ("this_slip", "identity_card", "passport")
# A lost passport cannot be brought, and a damaged one was taken in before the new one was printed.
WITHOUT_OLD = frozenset({travel.PASSPORT_LOST.slug, travel.PASSPORT_DAMAGED.slug})
# Of a bound paper's number only the end is printed: enough for its owner, useless to a finder.
SHOWN_SIGNS = 4
# A Monday, from which weekdays are named.
MONDAY_ORDINAL = 1


def issue_turn(session: Session, actor: Actor, application: Application, turn: Turn, arrive_minutes: int) -> str:
    """The slip of a booked turn, good for its day; its code."""
    zone = missions.find(session, turn.mission).zone
    local, day = turn.starts_at.astimezone(ZoneInfo(zone)), day_of(session, turn.mission, turn.starts_at)
    data = {
        **_common(session, application, zone),
        "service": turn.service,
        "starts_at": turn.starts_at.isoformat(),
        "day": day.isoformat(),
        "weekday": _weekday(day.weekday()),
        "time": f"{local:%H:%M}",
        "arrive": f"{local - timedelta(minutes=arrive_minutes):%H:%M}",
        "window": turn.window,
        "document_end": turn.document[-SHOWN_SIGNS:],
        "bring": list(BRING.get(turn.service, BRING_ALWAYS)),
    }
    paper = documents.issue(
        session, actor, TURN_SLIP, application.reference, application.mission, application.person, data, day
    )
    return paper.code


def issue_passport(session: Session, actor: Actor, application: Application) -> str:
    """The slip of a passport that is ready, in place of an earlier one; its code."""
    for earlier in _valid(session, application.reference, PASSPORT_SLIP):
        documents.revoke(session, actor, earlier.code, "reprinted")
    entry = forms.transaction(application.transaction)
    asks_number = any(question.kind == "passport_number" for question in entry.questions)
    gives_old = asks_number and entry.slug not in WITHOUT_OLD
    data = {
        **_common(session, application, missions.find(session, application.mission).zone),
        "ready_on": today(session, application.mission).isoformat(),
        "keep_until": None,
        "bring": ["this_slip", "identity_card", *(["old_passport"] if gives_old else []), "receipt"],
        "hours": _hours(calendar.hours(session, application.mission, entry.appointment or "passport")),
    }
    paper = documents.issue(
        session, actor, PASSPORT_SLIP, application.reference, application.mission, application.person, data, None
    )
    return paper.code


def passport_slip(session: Session, reference: str) -> str | None:
    """The code of the slip with which a passport is collected."""
    return next((paper.code for paper in _valid(session, reference, PASSPORT_SLIP)), None)


def _valid(session: Session, reference: str, kind: str) -> list[Document]:
    wanted = select(Document).where(Document.about == reference, Document.kind == kind, Document.status == "valid")
    return list(session.scalars(wanted.order_by(Document.issued_at.desc())))


def _common(session: Session, application: Application, zone: str) -> dict[str, object]:
    holder = snapshot.of(session, application.reference)
    return {
        "holder": snapshot.printed_name(holder) if holder else {"ar": "", "en": ""},
        "application": application.reference,
        "transaction": application.transaction,
        "address": missions.address(session, application.mission),
        "zone": zone,
    }


def _hours(rows: list[Opening]) -> list[dict[str, object]]:
    """Runs of weekdays that have the same hours, as the slip prints them."""
    times = dict.fromkeys((row.opens, row.closes) for row in rows)
    return [
        {"days": _days(run), "from": f"{opens:%H:%M}", "to": f"{closes:%H:%M}"}
        for opens, closes in times
        for run in week_runs(row.weekday for row in rows if (row.opens, row.closes) == (opens, closes))
    ]


def _days(run: tuple[int, int]) -> dict[str, str]:
    first, last = _weekday(run[0]), _weekday(run[1])
    return first if run[0] == run[1] else {code: f"{first[code]} – {last[code]}" for code in first}


def _weekday(number: int) -> dict[str, str]:
    day = date.fromordinal(MONDAY_ORDINAL + number)
    return {code: language(code).weekday(day) for code in ("ar", "en")}
