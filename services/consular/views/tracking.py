"""Tracks an application without an account: reference and birth date give its stage, and nothing else."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from services.consular.applications.model import Application, Step
from services.consular.payments.held_money import MONEY_WAITS
from services.consular.people.model import Applicant
from services.consular.views.application.application_view import stages_of
from shared.database import audit
from shared.errors import NotFound
from shared.identity.actor import Actor
from shared.values.dates import MONTH, YEAR


def _is_birthday(born: date) -> ColumnElement[bool]:
    """Of a birth known by year or month, people type any day of it."""
    return or_(
        Applicant.born == born,
        and_(Applicant.born_precision == YEAR, Applicant.born == born.replace(month=1, day=1)),
        and_(Applicant.born_precision == MONTH, Applicant.born == born.replace(day=1)),
    )


def track(session: Session, actor: Actor, reference: str, born: date) -> dict[str, Any]:
    """Transaction, status, stages, and whether money waits for a decision; never how much.

    Raises the same NotFound for an absent reference, a wrong date and a draft.
    """
    found = session.execute(
        select(Application, MONEY_WAITS)
        .join(Applicant, Applicant.application == Application.reference)
        .where(Application.reference == reference, _is_birthday(born), Application.submitted_at.is_not(None))
    ).one_or_none()
    if found is None:
        raise NotFound()
    application, money_waits = found
    audit.record(session, actor, "application.tracked", reference)
    steps = list(session.scalars(select(Step).where(Step.application == reference).order_by(Step.id)))
    stages = stages_of(application, steps)
    return {
        "transaction": application.transaction,
        "status": application.status,
        "money_waits": money_waits,
        "stages": stages,
    }
