"""A person's notices, wherever they were written: all of them, those about one thing, how many are unread."""

from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from services.consular.notices.model import Notice
from shared.database import audit
from shared.errors import NotAllowed
from shared.identity.actor import Actor

LIST_LENGTH = 60


def _show_person_everywhere(session: Session, actor: Actor) -> str:
    """For this transaction the rows of a person, at whatever mission, are in sight."""
    if not actor.person:
        raise NotAllowed("identity_not_confirmed")
    session.execute(select(func.set_config("mahjar.person", actor.person, True)))
    return actor.person


def list_own(session: Session, actor: Actor) -> list[dict[str, Any]]:
    """The latest notices, newest first. The reading is recorded."""
    person = _show_person_everywhere(session, actor)
    rows = session.scalars(
        select(Notice).where(Notice.person == person).order_by(Notice.id.desc()).limit(LIST_LENGTH)
    ).all()
    audit.record(session, actor, "notice.listed", person, count=len(rows))
    return [serialise(row) for row in rows]


def count_unread(session: Session, actor: Actor) -> int:
    """How many have not been read."""
    person = _show_person_everywhere(session, actor)
    query = select(func.count()).select_from(Notice).where(Notice.person == person, Notice.read_at.is_(None))
    return session.scalar(query) or 0


def list_about(session: Session, reference: str, person: str) -> list[dict[str, Any]]:
    """What one person was told about one thing, newest first."""
    query = select(Notice).where(Notice.about == reference, Notice.person == person).order_by(Notice.id.desc())
    return [serialise(row) for row in session.scalars(query.limit(LIST_LENGTH))]


def missions_with_unread(session: Session, actor: Actor) -> list[str]:
    """Where the unread ones were written: each mission's rows are changed in a transaction of their own."""
    person = _show_person_everywhere(session, actor)
    return list(
        session.scalars(select(Notice.mission).where(Notice.person == person, Notice.read_at.is_(None)).distinct())
    )


def mark_read(session: Session, actor: Actor, latest: int) -> int:
    """Marks those of this mission up to an id as read, so that one which came meanwhile stays new; how many."""
    person = _show_person_everywhere(session, actor)
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
