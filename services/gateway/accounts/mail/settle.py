"""What could not be delivered: how old it is, and who sees to it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.gateway.accounts.mail.queue import SETTLED, UNDELIVERABLE
from services.gateway.accounts.model import Mail
from shared.database import audit, db
from shared.errors import NotFound
from shared.identity.actor import Actor

LIST_LENGTH = 100


def undeliverable(session: Session, actor: Actor) -> Sequence[Mail]:
    """What could not be delivered for the actor's mission, oldest first."""
    query = select(Mail).where(Mail.state == UNDELIVERABLE, Mail.home_mission == actor.mission)
    return session.scalars(query.order_by(Mail.failed_at).limit(LIST_LENGTH)).all()


def moment(session: Session) -> datetime:
    """Now, by the database's clock."""
    return db.now(session)


def take(session: Session, actor: Actor, mail_id: str) -> None:
    """The actor owns it from now on. Raises NotFound."""
    _find(session, actor, mail_id).owner = actor.id
    audit.record(session, actor, "mail.take", mail_id)


def settle(session: Session, actor: Actor, mail_id: str) -> None:
    """Its reader was reached in another way, or need not be. Raises NotFound."""
    mail = _find(session, actor, mail_id)
    mail.state, mail.owner = SETTLED, actor.id
    audit.record(session, actor, "mail.settle", mail_id)


def _find(session: Session, actor: Actor, mail_id: str) -> Mail:
    mail = session.get(Mail, mail_id, with_for_update=True)
    if mail is None or mail.home_mission != actor.mission or mail.state != UNDELIVERABLE:
        raise NotFound()
    return mail
