"""Issues the document that follows a ministry's answer: a certificate, a statement, a letter, an approval."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.ministries.crossing_points import english_name
from services.consular.ministries.letters import LetterSubject
from services.consular.ministries.model import Letter
from services.consular.ministries.rules import movements
from services.consular.ministries.rules.matters import MOVEMENTS, VISIT
from services.consular.ministries.rules.reply_parser import Reply, crossings
from shared import documents
from shared.database import db
from shared.documents.validity import expires_on
from shared.identity.actor import Actor
from shared.values import dates

# The days of a stay from the entry stamp; Bucharest mission, visit facilitation.
STAY_DAYS = 90


def issue(session: Session, actor: Actor, letter: Letter, reply: Reply, subject: LetterSubject) -> str | None:
    """The code of the issued document; None for an answer without one."""
    kind = reply.finding.document
    if kind is None:
        return None
    zone = missions.find(session, letter.mission).zone
    today = dates.local_date(db.now(session), zone)
    data = {**_common(letter, reply, subject, zone), **_details(kind, reply, subject, today)}
    expires = _last_day(kind, reply, today)
    return documents.issue(
        session, actor, kind, letter.application, letter.mission, letter.person, data, expires_on=expires
    ).code


def _last_day(kind: str, reply: Reply, today: date) -> date | None:
    """An approval is valid from the ministry's telegram, every other document from its issue."""
    return expires_on(kind, date.fromisoformat(reply.details["approved_on"]) if kind == VISIT else today)


def _common(letter: Letter, reply: Reply, subject: LetterSubject, zone: str) -> dict[str, Any]:
    return {
        "holder": dict(subject.holder),
        "person": dict(subject.identity),
        "application": letter.application,
        "transaction": subject.transaction,
        "authority": letter.authority,
        "letter": letter.number,
        "reply": {"number": reply.number, "dated": reply.dated},
        "finding": reply.finding.code,
        "details": reply.details,
        "entries": reply.entries,
        "remark": reply.remark,
        "zone": zone,
    }


def _details(kind: str, reply: Reply, subject: LetterSubject, today: date) -> dict[str, Any]:
    if kind == MOVEMENTS:
        return _movements(reply, subject.answers, today)
    if kind == VISIT:
        approved_on = date.fromisoformat(reply.details["approved_on"])
        usable_until = expires_on(kind, approved_on)
        return {"usable_until": (usable_until or approved_on).isoformat(), "stay_days": STAY_DAYS}
    return {"purpose": subject.answers.get("purpose")}


def _movements(reply: Reply, answers: Mapping[str, Any], today: date) -> dict[str, Any]:
    """The requested period up to today, the days inside per year, and the lines before which a crossing is missing."""
    since = date.fromisoformat(str(answers["period_from"]))
    until = min(today, date.fromisoformat(str(answers["period_until"])))
    table = crossings(reply.entries)
    inside = movements.days_inside(table, since, max(since, until))
    return {
        "period": {"from": since.isoformat(), "until": max(since, until).isoformat()},
        "inside": [{"year": year, "days": days} for year, days in inside.items()],
        "entries": [entry | {"point_en": english_name(entry["point"])} for entry in reply.entries],
        "gaps": movements.gaps(table),
        "counting": [rule.code for rule in movements.counting_rules(table, since)],
    }
