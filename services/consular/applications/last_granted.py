"""Earlier grants to a person, at any mission, for the conditions that depend on them."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.consular.applications.model import Application
from services.consular.applications.rules import Status
from services.consular.applications.transitions import show_person_everywhere
from services.consular.missions import day_of
from shared.catalogue import conditions
from shared.catalogue.model import Transaction


def last_granted_on(session: Session, person: str, entry: Transaction, mission: str) -> date | None:
    """The day on which this transaction was last granted; None where no condition limits its repetition."""
    if conditions.may_visit_again not in [condition.holds for condition in entry.eligible]:
        return None
    show_person_everywhere(session, person)
    query = select(Application.changed_at).where(
        Application.person == person, Application.transaction == entry.slug, Application.status == Status.READY
    )
    granted_at = session.scalar(query.order_by(Application.changed_at.desc()).limit(1))
    return day_of(session, mission, granted_at) if granted_at else None
