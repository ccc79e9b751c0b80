"""Hands a person the inquiries of the time in which their account had only said who they are."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.consular.inquiries.model import Inquiry
from shared.database import audit
from shared.identity.actor import Actor, declared_owner


def missions_with_inquiries(session: Session, actor: Actor) -> list[str]:
    """The missions that have such inquiries; the account's rows of all missions must be visible."""
    return list(session.scalars(select(Inquiry.mission).where(Inquiry.person == declared_owner(actor.id)).distinct()))


def adopt_inquiries(session: Session, actor: Actor) -> int:
    """Makes those of the session's mission the person's. Gives how many."""
    owner = declared_owner(actor.id)
    rows = session.scalars(select(Inquiry).where(Inquiry.person == owner).with_for_update()).all()
    for row in rows:
        row.person = actor.person
        audit.record(session, actor, "inquiry.adopted", row.reference)
    session.flush()
    return len(rows)
