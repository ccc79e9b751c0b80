"""The slip for the collection of a passport."""

from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.applications.model import Application
from services.consular.applications.slips import common_fields, valid_slips, weekday_name
from services.consular.missions import calendar
from services.consular.missions.model import Opening
from services.consular.missions.rules import week_runs
from shared import documents, forms
from shared.catalogue import passports
from shared.identity.actor import Actor

PASSPORT_SLIP = "passport-slip"
# A lost passport cannot be brought, and a damaged one was surrendered before the new one was printed.
WITHOUT_OLD = frozenset({passports.PASSPORT_LOST.slug, passports.PASSPORT_DAMAGED.slug})


def issue_passport_slip(session: Session, actor: Actor, application: Application) -> str:
    """Issues the slip of a ready passport and revokes an earlier one; returns its code."""
    for earlier in valid_slips(session, application.reference, PASSPORT_SLIP):
        documents.revoke(session, actor, earlier.code, "reprinted")
    entry = forms.transaction(application.transaction)
    asks_old_number = any(question.kind == "passport_number" for question in entry.questions)
    brings_old_passport = asks_old_number and entry.slug not in WITHOUT_OLD
    data = {
        **common_fields(session, application, missions.find(session, application.mission).zone),
        "ready_on": missions.today(session, application.mission).isoformat(),
        "keep_until": None,
        "bring": ["this_slip", "identity_card", *(["old_passport"] if brings_old_passport else []), "receipt"],
        "hours": _hours(calendar.hours(session, application.mission, entry.appointment or "passport")),
    }
    document = documents.issue(
        session, actor, PASSPORT_SLIP, application.reference, application.mission, application.person, data, None
    )
    return document.code


def _hours(rows: list[Opening]) -> list[dict[str, object]]:
    """Runs of weekdays that have the same hours, as the slip prints them."""
    times = dict.fromkeys((row.opens, row.closes) for row in rows)
    return [
        {"days": _days(run), "from": f"{opens:%H:%M}", "to": f"{closes:%H:%M}"}
        for opens, closes in times
        for run in week_runs(row.weekday for row in rows if (row.opens, row.closes) == (opens, closes))
    ]


def _days(run: tuple[int, int]) -> dict[str, str]:
    first, last = weekday_name(run[0]), weekday_name(run[1])
    return first if run[0] == run[1] else {code: f"{first[code]} – {last[code]}" for code in first}
