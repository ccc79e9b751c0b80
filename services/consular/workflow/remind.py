"""Reminds applicants once on each of the fifth, eighth, ninth and tenth day that their application waits for them."""

from collections.abc import Sequence, Set
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Text, and_, cast, func, literal, or_, select
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Session

from services.consular.applications import rules
from services.consular.applications.model import Application
from services.consular.applications.notify import notify_recipients
from services.consular.applications.rules import Status
from services.consular.missions import do_at_each_mission
from services.consular.missions.deadlines import DAYS, REMINDER_DAYS
from services.consular.notices.model import Notice
from services.consular.payments.held_money import HAS_PART, MONEY_WAITS, named_in_suspense
from shared.database import audit
from shared.database.db import Database
from shared.identity.actor import Actor


def remind_due(database: Database, actor: Actor, moment: datetime | None = None) -> int:
    """Reminds at every mission; returns the number of notices. `moment` replaces the database's clock."""
    return do_at_each_mission(database, actor, remind, moment)


def remind(session: Session, actor: Actor, today: date) -> int:
    """Creates today's reminders in the session's mission, each exactly once, even in simultaneous runs."""
    last_days = [today + timedelta(days=DAYS - number) for number in REMINDER_DAYS]
    waiting = _waiting(last_days, named_in_suspense(session))
    days_left = Application.lapses_on - literal(today) + 1
    columns = ["mission", "person", "kind", "about", "once", "params", "made_at"]
    query = select(
        Application.mission,
        Application.person,
        func.concat("reminder_", Application.status),
        Application.reference,
        func.concat(cast(Application.lapses_on, Text), "/", cast(days_left, Text)),
        func.jsonb_build_object(
            "day", cast(Application.lapses_on, Text), "left", days_left, "part", HAS_PART, type_=JSONB
        ),
        func.now(),
    ).where(*waiting)
    statement = insert(Notice).from_select(columns, query).on_conflict_do_nothing().returning(Notice.id)
    count = len(session.scalars(statement).all()) + _remind_acting(session, today, waiting)
    if count:
        audit.record(session, actor, "notice.reminded", actor.mission or "", count=count)
    return count


def _remind_acting(session: Session, today: date, waiting: Sequence[ColumnElement[bool]]) -> int:
    """As `remind`, for acting persons, while they may act."""
    for_others = select(Application, HAS_PART).where(*waiting, Application.acting != Application.person)
    count = 0
    for application, has_part in session.execute(for_others):
        last_day = application.lapses_on or today
        days_left = (last_day - today).days + 1
        once, kind = f"{last_day.isoformat()}/{days_left}", f"reminder_{application.status}"
        count += notify_recipients(
            session, application, kind, once, day=last_day.isoformat(), left=days_left, part=has_part
        )
    return count


def _waiting(last_days: list[date], in_suspense: Set[str]) -> Sequence[ColumnElement[bool]]:
    """Those that wait for their applicant; not for the fee while its money has arrived or may have."""
    due = (Application.status.in_(rules.WAITING), Application.lapses_on.in_(last_days))
    is_unpaid = and_(MONEY_WAITS.is_(None), Application.reference.not_in(in_suspense))
    return (*due, or_(Application.status != Status.AWAITING_PAYMENT, is_unpaid))
