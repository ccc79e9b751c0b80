"""The slip for the collection of a passport."""

from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.applications.model import Application
from services.consular.applications.slips import common_fields, valid_slips, weekday_name
from services.consular.missions import calendar, offices
from services.consular.missions.rules import week_runs
from shared import documents, forms
from shared.catalogue import passports
from shared.catalogue.model import AGENT, RELATIVE
from shared.identity.actor import Actor

PASSPORT_SLIP = "passport-slip"
Times = tuple[int, str, str]
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
        "bring": ["this_slip", "identity_card", *_more(application, brings_old=brings_old_passport), "receipt"],
        "hours": _hours(_times(session, application, entry.appointment or "passport")),
    }
    document = documents.issue(
        session, actor, PASSPORT_SLIP, application.reference, application.mission, application.person, data, None
    )
    return document.code


def _more(application: Application, *, brings_old: bool) -> list[str]:
    """What not everybody brings: an agent the mandate, and the old passport unless a relative comes in its holder's
    place, who has it abroad."""
    mandate = ["mandate"] if application.capacity == AGENT else []
    return [*mandate, *(["old_passport"] if brings_old and application.capacity not in (AGENT, RELATIVE) else [])]


def _times(session: Session, application: Application, service: str) -> list[Times]:
    """Weekdays with the hours at which a booklet is handed over, by the wall clock of the place."""
    if application.office:
        office = offices.pinned(session, application.office)
        return [(row["weekday"], row["opens"], row["closes"]) for row in offices.hours(office)]
    rows = calendar.hours(session, application.mission, service)
    return [(row.weekday, f"{row.opens:%H:%M}", f"{row.closes:%H:%M}") for row in rows]


def _hours(rows: list[Times]) -> list[dict[str, object]]:
    """Runs of weekdays that have the same hours, as the slip prints them."""
    times = dict.fromkeys((opens, closes) for _, opens, closes in rows)
    return [
        {"days": _days(run), "from": opens, "to": closes}
        for opens, closes in times
        for run in week_runs(weekday for weekday, *hours in rows if tuple(hours) == (opens, closes))
    ]


def _days(run: tuple[int, int]) -> dict[str, str]:
    first, last = weekday_name(run[0]), weekday_name(run[1])
    return first if run[0] == run[1] else {code: f"{first[code]} – {last[code]}" for code in first}
