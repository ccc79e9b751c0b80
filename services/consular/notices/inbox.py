"""A person's notices of all missions, whose rows must be visible: the list, the number of unread ones."""

from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from services.consular.notices.model import Notice
from shared.database import audit
from shared.errors import NotAllowed
from shared.identity.actor import Actor

LIST_LENGTH = 60


def _person_of(actor: Actor) -> str:
    if not actor.person:
        raise NotAllowed("identity_not_confirmed")
    return actor.person


def list_own(session: Session, actor: Actor) -> list[dict[str, Any]]:
    """The latest notices, newest first. The read is recorded."""
    person = _person_of(actor)
    rows = session.scalars(
        select(Notice).where(Notice.person == person).order_by(Notice.id.desc()).limit(LIST_LENGTH)
    ).all()
    audit.record(session, actor, "notice.listed", person, count=len(rows))
    return [serialise(row) for row in rows]


def count_unread(session: Session, actor: Actor) -> int:
    """The number of unread notices."""
    person = _person_of(actor)
    query = select(func.count()).select_from(Notice).where(Notice.person == person, Notice.read_at.is_(None))
    return session.scalar(query) or 0


def missions_with_unread(session: Session, actor: Actor) -> list[str]:
    """The missions of the unread notices; the rows of each mission are changed in a separate transaction."""
    person = _person_of(actor)
    return list(
        session.scalars(select(Notice.mission).where(Notice.person == person, Notice.read_at.is_(None)).distinct())
    )


def mark_read(session: Session, actor: Actor, latest: int) -> int:
    """Marks this mission's notices up to an id as read; returns their number. A later notice stays unread."""
    person = _person_of(actor)
    read_ids = session.scalars(
        update(Notice)
        .where(
            Notice.person == person,
            Notice.mission == session.info["mission"],
            Notice.read_at.is_(None),
            Notice.id <= latest,
        )
        .values(read_at=func.now())
        .returning(Notice.id)
    ).all()
    audit.record(session, actor, "notice.read", person, count=len(read_ids))
    return len(read_ids)


def serialise(row: Notice) -> dict[str, Any]:
    """As the interface shows it."""
    return {
        "id": row.id,
        "kind": row.kind,
        "about": row.about,
        "mission": row.mission,
        "params": row.params,
        "at": row.made_at.isoformat(),
        "read": row.read_at is not None,
    }
