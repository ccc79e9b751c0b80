"""Issues the paper that a ministry's answer gives: a certificate, a statement, a letter, an approval."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.ministries.letters import About
from services.consular.ministries.model import Letter
from services.consular.ministries.rules import movements
from services.consular.ministries.rules.matters import MOVEMENTS, VISIT
from services.consular.ministries.rules.reading import Reply, crossings
from shared import documents
from shared.database import db
from shared.documents.validity import expires_on
from shared.identity.actor import Actor
from shared.values import dates

# A stay ends so many days after the entry stamp; Bucharest mission, visit facilitation.
STAY_DAYS = 90


def issue(session: Session, actor: Actor, letter: Letter, reply: Reply, about: About) -> str | None:
    """The code of the paper; None for an answer that gives none."""
    kind = reply.finding.paper
    if kind is None:
        return None
    zone = missions.find(session, letter.mission).zone
    today = dates.local_date(db.now(session), zone)
    data = {**_common(letter, reply, about, zone), **_more(kind, reply, about, today)}
    expires = _last_day(kind, reply, today)
    return documents.issue(
        session, actor, kind, letter.application, letter.mission, letter.person, data, expires_on=expires
    ).code


def _last_day(kind: str, reply: Reply, today: date) -> date | None:
    """An approval runs from the ministry's telegram, every other paper from its issue."""
    return expires_on(kind, date.fromisoformat(reply.details["approved_on"]) if kind == VISIT else today)


def _common(letter: Letter, reply: Reply, about: About, zone: str) -> dict[str, Any]:
    return {
        "holder": dict(about.holder),
        "person": dict(about.identity),
        "application": letter.application,
        "transaction": about.transaction,
        "authority": letter.authority,
        "letter": letter.number,
        "reply": {"number": reply.number, "dated": reply.dated},
        "finding": reply.finding.code,
        "details": reply.details,
        "entries": reply.entries,
        "remark": reply.remark,
        "zone": zone,
    }


def _more(kind: str, reply: Reply, about: About, today: date) -> dict[str, Any]:
    if kind == MOVEMENTS:
        return _movements(reply, about.answers, today)
    if kind == VISIT:
        approved = date.fromisoformat(reply.details["approved_on"])
        usable = expires_on(kind, approved)
        return {"usable_until": (usable or approved).isoformat(), "stay_days": STAY_DAYS}
    return {"purpose": about.answers.get("purpose")}


def _movements(reply: Reply, answers: Mapping[str, Any], today: date) -> dict[str, Any]:
    """The period as it was asked for, never beyond today, the days inside per year, and before which lines one is
    missing."""
    since = date.fromisoformat(str(answers["period_from"]))
    until = min(today, date.fromisoformat(str(answers["period_until"])))
    table = crossings(reply.entries)
    inside = movements.days_inside(table, since, max(since, until))
    return {
        "period": {"from": since.isoformat(), "until": max(since, until).isoformat()},
        "inside": [{"year": year, "days": days} for year, days in inside.items()],
        "gaps": movements.gaps(table),
    }
