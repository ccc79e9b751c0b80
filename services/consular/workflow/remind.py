"""Reminds applicants once on each of the fifth, eighth, ninth and tenth day that their application waits for them."""

from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Text, cast, func, literal, select
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Session

from services.consular.applications import rules
from services.consular.applications.model import Application
from services.consular.applications.notify import notify_recipients
from services.consular.missions import do_at_each_mission
from services.consular.missions.deadlines import DAYS, REMINDER_DAYS
from services.consular.notices.model import Notice
from shared.database import audit
from shared.database.db import Database
from shared.identity.actor import Actor


def remind_due(database: Database, actor: Actor, moment: datetime | None = None) -> int:
    """Reminds at every mission; returns the number of notices. `moment` replaces the database's clock."""
    return do_at_each_mission(database, actor, remind, moment)


def remind(session: Session, actor: Actor, today: date) -> int:
    """Creates today's reminders in the session's mission, each exactly once, even in simultaneous runs."""
    last_days = [today + timedelta(days=DAYS - number) for number in REMINDER_DAYS]
    days_left = Application.lapses_on - literal(today) + 1
    columns = ["mission", "person", "kind", "about", "once", "params", "made_at"]
    query = select(
        Application.mission,
        Application.person,
        func.concat("reminder_", Application.status),
        Application.reference,
        func.concat(cast(Application.lapses_on, Text), "/", cast(days_left, Text)),
        func.jsonb_build_object("day", cast(Application.lapses_on, Text), "left", days_left, type_=JSONB),
        func.now(),
    ).where(*_waiting(last_days))
    statement = insert(Notice).from_select(columns, query).on_conflict_do_nothing().returning(Notice.id)
    count = len(session.scalars(statement).all()) + _remind_acting(session, today, last_days)
    if count:
        audit.record(session, actor, "notice.reminded", actor.mission or "", count=count)
    return count


def _remind_acting(session: Session, today: date, last_days: list[date]) -> int:
    """As `remind`, for acting persons, while they may act."""
    for_others = select(Application).where(*_waiting(last_days), Application.acting != Application.person)
    count = 0
    for application in session.scalars(for_others):
        last_day = application.lapses_on or today
        days_left = (last_day - today).days + 1
        once, kind = f"{last_day.isoformat()}/{days_left}", f"reminder_{application.status}"
        count += notify_recipients(session, application, kind, once, day=last_day.isoformat(), left=days_left)
    return count


def _waiting(last_days: list[date]) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return Application.status.in_(rules.WAITING), Application.lapses_on.in_(last_days)
