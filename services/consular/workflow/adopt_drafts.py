"""Hands a person the drafts that their account began before it was proven whose it is."""

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.consular.applications.model import Application
from services.consular.applications.rules import Status
from services.consular.applications.transitions import show_person_everywhere
from services.consular.applications.update import update_columns
from shared.database import audit
from shared.errors import NotAllowed
from shared.identity.actor import Actor, declared_owner


def missions_with_drafts(session: Session, actor: Actor) -> list[str]:
    """The missions at which the account has such drafts."""
    owner = declared_owner(actor.id)
    show_person_everywhere(session, owner)
    return list(session.scalars(select(Application.mission).where(Application.person == owner).distinct()))


def adopt_drafts(session: Session, actor: Actor) -> int:
    """Makes the drafts of the session's mission the person's. Gives how many.

    One of which the person has another already, where the catalogue allows one at a time, stays and lapses.
    """
    if not actor.person:
        raise NotAllowed("identity_not_confirmed")
    owner, adopted = declared_owner(actor.id), 0
    drafts = select(Application).where(Application.person == owner, Application.status == Status.DRAFT)
    for draft in session.scalars(drafts.order_by(Application.created_at).with_for_update()).all():
        try:
            with session.begin_nested():
                update_columns(session, draft, person=actor.person, acting=actor.person)
        except IntegrityError:
            continue
        audit.record(session, actor, "application.adopted", draft.reference)
        adopted += 1
    return adopted
