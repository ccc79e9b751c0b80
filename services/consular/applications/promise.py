"""The promised day of an application: by its speed, and by the start of its working days."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.applications.model import Application, Asking
from services.consular.missions.dated_rules import promised_days
from services.consular.missions.due_dates import due_on
from shared import forms

CLEARANCE = "clearance"


def promised_day(session: Session, application: Application, slug: str, answers: dict[str, object]) -> date | None:
    """The promised day, counted from today; None while a clearance is still awaited."""
    entry = forms.transaction(slug)
    is_waiting = any(ask.ask == CLEARANCE for ask in entry.asks) and not _cleared(session, application)
    if is_waiting:
        return None
    today = missions.today(session, application.mission)
    days = promised_days(session, entry, application.mission, today, answers)
    return due_on(session, application.mission, days)


def promised_today(session: Session, application: Application) -> date | None:
    """As `promised_day`, by the application's own transaction and answers."""
    return promised_day(session, application, application.transaction, application.answers)


def _cleared(session: Session, application: Application) -> bool:
    query = select(Asking.outcome).where(
        Asking.application == application.reference,
        Asking.round == application.round,
        Asking.ask == CLEARANCE,
        Asking.outcome == "granted",
    )
    return session.scalar(query) is not None
